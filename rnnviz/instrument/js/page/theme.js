// What the style sheets need to know on an element: the roles' colours, and the theme's variables.

import { SAYS } from "../model/colours.js";

const THEME_VARIABLE = /var\((--st-[\w-]+)/g;

/** Set the colours of a trace's quantities, mixed with the text colour so that they can be read on its ground. */
export function dress(element, trace) {
  element.style.setProperty("--says", SAYS);
  for (const { name, colour } of trace.quantities) {
    const mixed = `color-mix(in srgb, ${colour} 60%, var(--st-text-color, CanvasText))`;
    element.style.setProperty(`--role-${name.replaceAll("_", "-")}`, mixed);
  }
}

/** The text of the instrument's own style sheets, as they stand around an element. */
export function styleAround(element) {
  const sheets = [...element.getRootNode().querySelectorAll("style")].map((style) => style.textContent);
  return sheets.filter((text) => text.includes(".instrument")).join("\n");
}

/** Give one element the theme that another has, as far as a style sheet asks for it. */
export function copyTheme(from, to, style) {
  const theme = getComputedStyle(from);
  for (const name of new Set([...style.matchAll(THEME_VARIABLE)].map(([, variable]) => variable))) {
    const value = theme.getPropertyValue(name);
    if (value) to.style.setProperty(name, value);
    else to.style.removeProperty(name);
  }
}
