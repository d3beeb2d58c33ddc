// What can be saved of the instrument: the cell and the heatmaps as pictures, and all of it as a page.

import { pictureWords } from "../model/picture-words.js";
import { html } from "../page/dom.js";
import { pictureOf, pngFile, saveFile, svgFile } from "../page/picture-file.js";

/**
 * @import { PictureWords } from "../model/picture-words.js"
 * @import { Requests } from "../model/requests.js"
 * @import { ElementView, Store } from "../model/store.js"
 */

/** @typedef {{ element: HTMLElement, words: PictureWords }} Source */
/** @typedef {{ element: HTMLElement, status: HTMLElement }} Choices */

const SCALES = [1, 2, 3];
const USUAL_SCALE = 2;
const LEFT_OUT = "[hidden], .heatmap-tools, .lens, .pointed";
const NOT_COPIED = "The browser does not let this page copy. Save it instead.";

/**
 * Buttons that save pictures, with one choice of size for all of them.
 * @param {[title: string, source: () => Source | null][]} pictures
 * @param {string} [without]  selects what is left out of them
 * @returns {Choices}
 */
export function pictureChoices(pictures, without) {
  const scales = SCALES.map((scale) => html("option", { value: scale, selected: scale === USUAL_SCALE }, `${scale}×`));
  const size = html("select", { "aria-label": "Size of a PNG" }, scales);
  const status = html("p", { role: "status" });
  /** @type {Record<string, (source: Source) => Promise<string>>} */
  const actions = {
    async PNG({ element, words }) {
      const scale = Number(size.value);
      return saved(
        await pngFile(pictureOf(element, words, without), scale),
        `${words.name}${scale > 1 ? `-${scale}x` : ""}.png`,
      );
    },
    async SVG({ element, words }) {
      return saved(svgFile(pictureOf(element, words, without)), `${words.name}.svg`);
    },
    async Copy({ element, words }) {
      try {
        const png = pngFile(pictureOf(element, words, without), Number(size.value));
        await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
        return `Copied: ${words.title}`;
      } catch {
        return NOT_COPIED;
      }
    },
  };
  const rows = pictures.map(([title, source]) => {
    const buttons = Object.entries(actions).map(([name, action]) => {
      const press = async () => {
        const found = source();
        if (found) status.textContent = await action(found);
      };
      return html("button", { type: "button", "aria-label": `${title}: ${name}`, onclick: press }, name);
    });
    return html("div", { class: "saving-row" }, html("span", {}, title), buttons);
  });
  const element = html("div", { class: "saving-pictures" }, rows, html("label", {}, "size of a PNG ", size));
  return { element, status };
}

/**
 * Show what can be saved.
 * @param {Store} store
 * @param {HTMLElement} instrument
 * @param {Requests} requests
 * @returns {ElementView}
 */
export function createSaving(store, instrument, { present, requestPage }) {
  /** @type {(title: string, figure: string) => PictureWords} */
  const wordsOf = (title, figure) => {
    return pictureWords(store.trace, store.state, { title, figure, text: present().text });
  };
  /** @type {(selector: string, title: string, figure: string) => () => Source | null} */
  const source = (selector, title, figure) => () => {
    const element = instrument.querySelector(selector);
    const words = wordsOf(`${title} of the ${store.trace.title}`, figure);
    return element instanceof HTMLElement ? { element, words } : null;
  };
  const { element: pictures, status } = pictureChoices([
    ["Cell", source(".diagram", "Diagram", "cell")],
    ["Heatmaps", source(".heatmaps", "Heatmaps", "heatmaps")],
  ], LEFT_OUT);

  async function savePage() {
    const { trace, state: { step, unit, phase, rowOrder, allRows } } = store;
    const name = `${wordsOf("", "").name}.html`;
    status.textContent = "The page is written…";
    const page = await requestPage?.({
      step: String(step + 1),
      unit: String(unit),
      phase: phase === null ? "" : trace.phases[phase].name,
      row_order: rowOrder,
      all_rows: allRows ? "yes" : "",
    });
    if (page) status.textContent = saved(new Blob([page], { type: "text/html" }), name);
  }

  const page = requestPage &&
    html("button", { type: "button", class: "saving-page", onclick: savePage }, "This view as a page");
  const element = html("div", { class: "saving" }, page, pictures, status);
  return { element, update: () => {}, destroy: () => element.remove() };
}

/**
 * A button that opens what can be saved.
 * @param {ElementView} saving
 * @returns {{ button: HTMLButtonElement, dialog: HTMLDialogElement }}
 */
export function createSavingButton(saving) {
  const close = html("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const dialog = html("dialog", { "aria-label": "Save a picture" }, html("div", {}, saving.element, close));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  const marks = {
    type: "button",
    title: "Save a picture",
    "aria-label": "Save a picture",
    onclick: () => dialog.showModal(),
  };
  return { button: html("button", marks, "⤓"), dialog };
}

/**
 * Save a file, and say so.
 * @param {Blob} file
 * @param {string} name
 * @returns {string}
 */
function saved(file, name) {
  saveFile(file, name);
  return `Saved as ${name}`;
}
