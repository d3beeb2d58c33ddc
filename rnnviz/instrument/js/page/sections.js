// Where in the words the reader is: the section at the reading line.

import { elementsIn } from "./dom.js";

/** @import { Host } from "./host.js" */

/** @typedef {{ phase: string, light: string }} SectionMarks  names of a phase and a quantity, "" for none */

const MARKER = ".rnnviz-section";
const LINE = 0.4; // of the window's height from its top

/**
 * @typedef {object} Sections
 * @property {() => void} look  for when the page has changed
 * @property {() => void} hold  begin no section until the reader scrolls: what the page does by itself is not reading
 * @property {() => void} destroy
 */

/**
 * Calls `begin` whenever the reader enters another section. A page without sections is left alone.
 * @param {Host} host
 * @param {(marks: SectionMarks) => void} begin
 * @returns {Sections}
 */
export function createSections(host, begin) {
  /** @type {string | null} */
  let current = null; // the section and its marks
  /** Where the page stood when it was held; null once the reader has scrolled. @type {number | null} */
  let heldAt = null;
  let frame = 0;

  function look() {
    frame = 0;
    const sections = elementsIn(host.root, host.sections);
    if (!sections.length) return;
    const scroller = scrollerOf(sections[0]);
    if (scroller.scrollTop === heldAt) return;
    heldAt = null;
    const line = readingLine(scroller);
    const at = sections.findLastIndex((section) => section.getBoundingClientRect().top <= line);
    const marker = /** @type {HTMLElement | null | undefined} */ (sections[at]?.querySelector(MARKER));
    const { phase = "", light = "" } = marker?.dataset ?? {};
    const next = `${at} ${phase} ${light}`;
    if (next === current) return;
    current = next;
    begin({ phase, light });
  }

  /** Scroll events come more often than frames. */
  function lookSoon() {
    frame ||= requestAnimationFrame(look);
  }

  // Whatever element scrolls, the document sees the event in its capture phase.
  document.addEventListener("scroll", lookSoon, { capture: true, passive: true });
  window.addEventListener("resize", lookSoon);
  return {
    look,
    hold() {
      const [section] = elementsIn(host.root, host.sections);
      heldAt = section ? scrollerOf(section).scrollTop : null;
    },
    destroy() {
      cancelAnimationFrame(frame);
      document.removeEventListener("scroll", lookSoon, { capture: true });
      window.removeEventListener("resize", lookSoon);
    },
  };
}

/**
 * The element in which a section scrolls.
 * @param {HTMLElement} section
 * @returns {Element}
 */
function scrollerOf(section) {
  for (let element = section.parentElement; element; element = element.parentElement) {
    const scrolls = /auto|scroll/.test(getComputedStyle(element).overflowY);
    if (scrolls && element.scrollHeight > element.clientHeight) return element;
  }
  return document.scrollingElement ?? document.documentElement;
}

/**
 * The height of the line, in the window, at which people read. Towards the end of the page it sinks to the lower edge.
 * Otherwise the last sections, which cannot be scrolled up to the line, would never be reached.
 * @param {Element} scroller
 * @returns {number}
 */
function readingLine(scroller) {
  const top = scroller === document.scrollingElement ? 0 : scroller.getBoundingClientRect().top;
  const height = scroller.clientHeight;
  const scrollable = scroller.scrollHeight - height;
  const range = Math.min((1 - LINE) * height, scrollable);
  const left = Math.max(scrollable - scroller.scrollTop, 0);
  const share = range > 1 ? Math.max(1 - left / range, 0) : 0;
  return top + (LINE + (1 - LINE) * share) * height;
}
