// What every page has, with an instrument or without: the size for a projector, and pictures of the charts. These are
// Plotly's: its button for a picture opens a choice of sizes and formats, and what is saved has the chart's words on
// it. Without this script, the button saves Plotly's own picture.

import { fileName } from "../../instrument/js/model/picture-words.js";
import { closestTo, html } from "../../instrument/js/page/dom.js";
import { groundOf } from "../../instrument/js/page/picture-file.js";
import { followAddress, toggleLarger } from "../../instrument/js/page/presenter.js";
import { pictureChoices } from "../../instrument/js/views/saving.js";

/** @import { PictureWords } from "../../instrument/js/model/picture-words.js" */

/**
 * What Python writes into a figure, see charts.py.
 * @typedef {object} ChartWords
 * @property {string} title
 * @property {string} model  or several of them; "" for a chart of no run
 * @property {string} text  that was read
 * @property {string} changes  of the runs
 * @property {string} runs  their fingerprints, separated by spaces
 * @property {string} name
 */

const LARGER = ".rnnviz-larger"; // the page's own buttons for it

// Plotly's internals.
const CHART = ".js-plotly-plot";
const BUTTON = `${CHART} [data-title^="Download plot"]`;
const LEFT_OUT = ".modebar, .modebar-container, .hoverlayer, .js-plotly-plot svg.icon";

/** The instrument's style, once it is asked for. @type {Promise<CSSStyleSheet> | null} */
let style = null;

followAddress();
document.addEventListener("click", (event) => {
  if (closestTo(event, LARGER)) toggleLarger();
});

document.addEventListener("click", (event) => {
  const chart = closestTo(event, BUTTON)?.closest(CHART);
  if (!(chart instanceof HTMLElement)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  openChoices(chart);
}, true);

/** @param {HTMLElement} chart */
async function openChoices(chart) {
  style ??= fetchStyle();
  const { element, status } = pictureChoices([["Chart", () => ({ element: chart, words: wordsOf(chart) })]], LEFT_OUT);
  const close = html("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const content = html("div", {}, html("div", { class: "saving" }, element, status), close);
  const dialog = html("dialog", { "aria-label": "Save a picture" }, content);
  const host = html("div");
  const root = html("div", { class: "instrument slot", style: themeOf(chart) }, dialog);
  const shadow = host.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [await style];
  shadow.append(root);
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  dialog.addEventListener("close", () => host.remove());
  document.body.append(host);
  dialog.showModal();
}

/** @returns {Promise<CSSStyleSheet>} */
async function fetchStyle() {
  const answer = await fetch(new URL("instrument.css", import.meta.url));
  return new CSSStyleSheet().replace(await answer.text());
}

/**
 * The colours of the page around a chart.
 * @param {HTMLElement} chart
 * @returns {string}
 */
function themeOf(chart) {
  const { color, fontFamily } = getComputedStyle(chart);
  const ground = groundOf(chart);
  const theme = {
    text: color,
    background: ground,
    "secondary-background": `color-mix(in srgb, ${color} 6%, ${ground})`,
    font: fontFamily,
  };
  return Object.entries(theme).map(([name, value]) => `--theme-${name}: ${value}`).join(";");
}

/**
 * @param {HTMLElement} chart
 * @returns {PictureWords}
 */
function wordsOf(chart) {
  /** @type {ChartWords} */
  const { title, model, text, changes, runs, name } = /** @type {any} */ (chart).layout.meta;
  const step = currentStep(runs);
  const lines = [
    [text ? `${model}: “${text}”` : model, step && `step ${step}`].filter(Boolean).join(" · "),
    changes && `What if: ${changes}`,
  ].filter(Boolean);
  return { title, lines, name: fileName([model, text, step ? `step-${step}` : "", name]) };
}

/**
 * The step at which the page's instrument is, from 1; null if it shows none of these runs. See streamlit.js.
 * @param {string} runs  their fingerprints
 * @returns {number | null}
 */
function currentStep(runs) {
  const { start, fingerprint } = /** @type {any} */ (globalThis).rnnvizLastPosition ?? {};
  return start && runs.split(" ").includes(fingerprint) ? start.step + 1 : null;
}
