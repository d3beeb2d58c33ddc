// Making elements. Text always enters as text: nothing here can turn it into markup.

/**
 * Attributes by name; null, undefined and false leave one out, true gives it no value. A name that begins with "on"
 * adds a listener for the event.
 * @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Attributes
 */

/** @typedef {Node | string | null | undefined} Child */

const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";

/**
 * Make an HTML element: html("button", {class: "x", onclick: f}, "text").
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function html(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/**
 * Make an SVG element: svg("rect", {x: 1}).
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

/**
 * Make a MathML element: mathml("mi", {}, "x").
 * @template {keyof MathMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {MathMLElementTagNameMap[Name]}
 */
export function mathml(name, attributes = {}, ...children) {
  return filled(document.createElementNS(MATHML, name), attributes, children);
}

/**
 * The elements below a root that match a selector.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export function elementsIn(root, selector) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(selector))];
}

/**
 * The element that an event is about, or the closest one around it that matches a selector.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export function closestTo(event, selector) {
  const target = event.composedPath()[0];
  return target instanceof Element ? target.closest(selector) : null;
}

/**
 * The size of the page's letters, in pixels.
 * @returns {number}
 */
export function letterSize() {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

/**
 * Whether a modifier key is pressed, which makes a key or a click the browser's own.
 * @param {KeyboardEvent | MouseEvent} event
 * @returns {boolean}
 */
export function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.altKey;
}

/**
 * @template {Element} Result
 * @param {Result} element
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 * @returns {Result}
 */
function filled(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}
