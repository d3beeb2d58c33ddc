// A part of the page as a file: an SVG under its words, or the same as a PNG.

import { plainColour } from "../model/colours.js";
import { wrapped } from "../model/picture-words.js";
import { svg } from "./dom.js";
import { vectorCopy } from "./vector-copy.js";

/** @import { PictureWords } from "../model/picture-words.js" */

const MADE_WITH = "made with rnnviz";
const MARGIN = 16; // pixels
const TITLE = { size: 15, height: 22 };
const LINE = { size: 12, height: 17 };
const CREDIT = { size: 10, height: 14 };
const FONT = "system-ui, sans-serif";

/**
 * An element of the page as a picture of its own, under its title and above a line that says what made it.
 * @param {HTMLElement} element
 * @param {PictureWords} words
 * @param {string} [without]  selects what is left out
 * @returns {SVGSVGElement}
 */
export function pictureOf(element, words, without = "[hidden]") {
  const copy = vectorCopy(element, without);
  const [width, height] = ["width", "height"].map((name) => Number(copy.getAttribute(name)));
  const pen = document.createElement("canvas").getContext("2d");
  /** @type {(size: string) => (text: string) => number} */
  const widthIn = (size) => (text) => {
    if (!pen) return 0;
    pen.font = `${size} ${FONT}`;
    return pen.measureText(text).width;
  };
  const titles = wrapped([words.title], width, widthIn(`bold ${TITLE.size}px`));
  const lines = wrapped(words.lines, width, widthIn(`${LINE.size}px`));
  const top = MARGIN + titles.length * TITLE.height + lines.length * LINE.height + MARGIN / 2;
  const size = { width: width + 2 * MARGIN, height: top + height + CREDIT.height + MARGIN };
  const ink = plainColour(getComputedStyle(element).color).colour;
  copy.setAttribute("x", String(MARGIN));
  copy.setAttribute("y", String(top));
  return svg(
    "svg",
    { ...size, viewBox: `0 0 ${size.width} ${size.height}`, "font-family": FONT, fill: ink },
    svg("title", {}, [words.title, ...words.lines].join(", ")),
    svg("rect", { ...size, fill: groundOf(element) }),
    titles.map((text, k) => {
      return svg("text", {
        x: MARGIN,
        y: MARGIN + k * TITLE.height + TITLE.size,
        "font-size": TITLE.size,
        "font-weight": 700,
      }, text);
    }),
    lines.map((text, k) => {
      const y = MARGIN + titles.length * TITLE.height + k * LINE.height + LINE.size;
      return svg("text", { x: MARGIN, y, "font-size": LINE.size }, text);
    }),
    copy,
    svg(
      "text",
      { x: size.width - MARGIN, y: size.height - MARGIN / 2, "font-size": CREDIT.size, "text-anchor": "end" },
      MADE_WITH,
    ),
  );
}

/**
 * What is behind an element: the first background around it that is not clear.
 * @param {Element} element
 * @returns {string}
 */
export function groundOf(element) {
  /** @type {Element | null} */
  let around = element;
  while (around) {
    const { colour } = plainColour(getComputedStyle(around).backgroundColor);
    if (colour !== "none") return colour;
    const root = around.getRootNode();
    around = around.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
  return "#ffffff";
}

/**
 * A picture as the text of an SVG file.
 * @param {SVGSVGElement} picture
 * @returns {Blob}
 */
export function svgFile(picture) {
  const text = new XMLSerializer().serializeToString(picture);
  return new Blob([text], { type: "image/svg+xml" });
}

/**
 * A picture as a PNG.
 * @param {SVGSVGElement} picture
 * @param {number} scale  pixels for each of the page's
 * @returns {Promise<Blob>}
 */
export async function pngFile(picture, scale) {
  const text = new XMLSerializer().serializeToString(picture);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  const [width, height] = ["width", "height"].map((name) => Number(picture.getAttribute(name)));
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => blob ? done(blob) : fail(new Error("The picture is too large.")), "image/png");
  });
}

/**
 * Hand a file to the browser, which saves it.
 * @param {Blob} file
 * @param {string} name
 */
export function saveFile(file, name) {
  const address = URL.createObjectURL(file);
  // Not on the page, where the click would close the menu that it comes from.
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address));
}
