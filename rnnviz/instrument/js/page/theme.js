// What the style sheets need on an element: the text colours of the quantities, and the theme's variables.

import { PREDICTION, roleProperty, TEXT_SHARE } from "../model/colours.js";
import { elementsIn } from "./dom.js";

/** @import { Trace } from "../model/trace.js" */

const THEME_PROPERTY = /var\((--theme-[\w-]+)/g;

/**
 * Set the text colours of a trace's quantities, mixed with the theme's text colour for contrast with the background.
 * @param {HTMLElement} element
 * @param {Trace} trace
 */
export function setTextColours(element, trace) {
  element.style.setProperty("--prediction", PREDICTION);
  for (const { name, colour } of trace.quantities) {
    const mixed = `color-mix(in srgb, ${colour} ${TEXT_SHARE}%, var(--theme-text, CanvasText))`;
    element.style.setProperty(roleProperty(name), mixed);
  }
}

/**
 * The text of the instrument's style sheets that apply to an element.
 * @param {HTMLElement} element
 * @returns {string}
 */
export function styleSheetOf(element) {
  const root = /** @type {Document | ShadowRoot} */ (element.getRootNode());
  const sheets = elementsIn(root, "style").map((style) => style.textContent ?? "");
  return sheets.filter((text) => text.includes(".instrument")).join("\n");
}

/**
 * Give an element the theme of another one, as far as a style sheet uses it.
 * @param {HTMLElement} from
 * @param {HTMLElement} to
 * @param {string} styleSheet
 */
export function copyTheme(from, to, styleSheet) {
  const theme = getComputedStyle(from);
  for (const name of new Set([...styleSheet.matchAll(THEME_PROPERTY)].map(([, property]) => property))) {
    const value = theme.getPropertyValue(name);
    if (value) to.style.setProperty(name, value);
    else to.style.removeProperty(name);
  }
}
