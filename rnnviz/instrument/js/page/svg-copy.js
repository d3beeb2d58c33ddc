// A copy of an SVG element that needs no style sheet: its styles are attributes, its colours are plain.

import { plainColour } from "../model/colours.js";
import { svg } from "./dom.js";

/** Inherited properties and what they are without a style. */
const INHERITED = {
  fill: "rgb(0, 0, 0)",
  "fill-opacity": "1",
  stroke: "none",
  "stroke-width": "1px",
  "stroke-opacity": "1",
  "stroke-dasharray": "none",
  "stroke-linecap": "butt",
  "stroke-linejoin": "miter",
  "font-family": "",
  "font-size": "",
  "font-weight": "400",
  "font-style": "normal",
  "text-anchor": "start",
  "shape-rendering": "auto",
  "image-rendering": "auto",
};
/** The other ones. */
const OWN = {
  opacity: "1",
  "dominant-baseline": "auto",
  "stop-color": "rgb(0, 0, 0)",
  "stop-opacity": "1",
  "vector-effect": "none",
};
const COLOURS = new Set(["fill", "stroke", "stop-color"]);
const DROPPED = /^(class|style|role|tabindex|transform|aria-.*|data-.*|on.*)$/;

/**
 * Copy an element with its styles. What is not displayed is left out.
 * @param {Element} element
 * @param {CSSStyleDeclaration | null} [parentStyle]  of the element that the copy is put into; null for none
 * @returns {Element | null}
 */
export function svgCopy(element, parentStyle = null) {
  const style = getComputedStyle(element);
  if (style.display === "none" || element.tagName === "style" || isClear(element, style)) return null;
  const copy = document.createElementNS(element.namespaceURI, element.tagName);
  for (const { name, value } of element.attributes) if (!DROPPED.test(name)) copy.setAttribute(name, value);
  for (const [name, value] of styleAttributes(style, parentStyle)) copy.setAttribute(name, value);
  if (style.visibility === "hidden") copy.setAttribute("visibility", "hidden");
  const transform = transformOf(element, style);
  if (transform) copy.setAttribute("transform", transform);
  if (style.clipPath !== "none") copy.setAttribute("clip-path", style.clipPath.replaceAll('"', ""));
  for (const child of element.childNodes) {
    if (child instanceof Element) copy.append(svgCopy(child, style) ?? "");
    else if (child instanceof Text) copy.append(child.data);
  }
  if (element instanceof SVGTextElement) keepLength(element, copy);
  return copy;
}

/**
 * Whether an element is a shape without a colour, such as one that is only there to be pointed at.
 * @param {Element} element
 * @param {CSSStyleDeclaration} style
 * @returns {boolean}
 */
function isClear(element, style) {
  const isShape = element instanceof SVGGeometryElement && !element.closest("clipPath, mask");
  return isShape && [style.fill, style.stroke].every((colour) => plainColour(colour).colour === "none");
}

/**
 * The styles that differ from those of the parent, or from what they are without a style.
 * @param {CSSStyleDeclaration} style
 * @param {CSSStyleDeclaration | null} parentStyle
 * @returns {[string, string][]}
 */
function styleAttributes(style, parentStyle) {
  /** @type {[string, string][]} */
  const found = [];
  for (const [name, usual] of Object.entries({ ...INHERITED, ...OWN })) {
    const value = style.getPropertyValue(name);
    const around = parentStyle && name in INHERITED ? parentStyle.getPropertyValue(name) : usual;
    if (value === around) continue;
    if (!COLOURS.has(name)) {
      found.push([name, value]);
      continue;
    }
    const { colour, opacity } = plainColour(value);
    found.push([name, colour]);
    if (opacity !== 1 && colour !== "none") found.push([`${name.replace("-color", "")}-opacity`, String(opacity)]);
  }
  return found;
}

/**
 * The transform of an element, by its attribute or its style, with its origin.
 * @param {Element} element
 * @param {CSSStyleDeclaration} style
 * @returns {string | null}
 */
function transformOf(element, style) {
  if (style.transform === "none" || !(element instanceof SVGGraphicsElement)) return null;
  const matrix = new DOMMatrix(style.transform);
  const [x, y] = style.transformOrigin.split(" ").map(Number.parseFloat);
  const box = style.transformBox === "fill-box" ? element.getBBox() : { x: 0, y: 0 };
  const { a, b, c, d, e, f } = new DOMMatrix().translate(box.x + x, box.y + y).multiply(matrix)
    .translate(-box.x - x, -box.y - y);
  return `matrix(${[a, b, c, d, e, f].map((value) => Math.round(value * 1e4) / 1e4).join(" ")})`;
}

/**
 * Keep the room of a text, whatever the font is where the picture is opened.
 * @param {SVGTextElement} text
 * @param {Element} copy
 */
function keepLength(text, copy) {
  const length = text.getComputedTextLength();
  if (!length || text.textContent === "") return;
  copy.setAttribute("textLength", length.toFixed(2));
  copy.setAttribute("lengthAdjust", "spacingAndGlyphs");
  copy.setAttribute("xml:space", "preserve");
}

/**
 * Copy what an outermost SVG element shows, with a place and a size of its own.
 * @param {SVGSVGElement} element
 * @param {{ x: number, y: number, width: number, height: number }} box
 * @returns {SVGSVGElement}
 */
export function svgCopyAt(element, box) {
  const style = getComputedStyle(element);
  const viewBox = element.getAttribute("viewBox") ?? `0 0 ${box.width} ${box.height}`;
  const copy = svg("svg", { ...box, viewBox, overflow: "visible" });
  for (const [name, value] of styleAttributes(style, null)) copy.setAttribute(name, value);
  for (const child of element.children) copy.append(svgCopy(child, style) ?? "");
  return copy;
}
