// A term of the glossary: its words on a small card beside it, without leaving the sentence.

import { hasModifier, html } from "./dom.js";

const GAP = 6; // pixels
const TRANSPARENT = /^(transparent|rgba\(.*, 0\))$/;

/**
 * Shows the entries that `#term-...` links point to.
 * @returns {{ open: (link: HTMLAnchorElement) => boolean, destroy: () => void }} open returns whether there is an entry
 */
export function createGlossary() {
  const title = html("strong", { id: "rnnviz-term-title" });
  const words = html("div");
  const all = html("a", { class: "rnnviz-term-all" }, "All words on this page");
  const marks = { class: "rnnviz-term", popover: "auto", role: "dialog", tabindex: -1, "aria-labelledby": title.id };
  const card = html("div", { ...marks, ontoggle: followPage }, title, words, all);
  /** @type {HTMLAnchorElement | null} */
  let link = null; // the term that the card belongs to

  /**
   * @param {HTMLAnchorElement} term
   * @returns {boolean}
   */
  function open(term) {
    const entry = entryOf(term);
    if (!entry) return false;
    hide();
    link = term;
    const [first, ...rest] = [...entry.childNodes].filter((node) => node.textContent?.trim());
    title.textContent = first ? spacedText(first) : "";
    words.replaceChildren(...rest.map((node) => html("p", {}, node.textContent?.trim())));
    all.setAttribute("href", term.getAttribute("href") ?? "");
    all.hidden = !entry.checkVisibility(); // a page can have the entries for the cards alone
    if (!card.isConnected) document.body.append(card);
    matchColours(term);
    card.showPopover({ source: term }); // the source gives the card its place in the order of the tab key
    place();
    card.focus({ preventScroll: true });
    return true;
  }

  /** @param {MouseEvent} event */
  function showEntry(event) {
    if (event.button || event.shiftKey || hasModifier(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const entry = entryOf(all);
    hide();
    if (!entry) return;
    const summary = /** @type {HTMLElement | null | undefined} */ (
      entry.closest("details:not([open])")?.querySelector("summary")
    );
    summary?.click();
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    entry.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
    entry.tabIndex = -1;
    entry.focus({ preventScroll: true });
  }

  function hide() {
    if (card.matches(":popover-open")) card.hidePopover();
  }

  /**
   * While it is open, the card follows its term.
   * @param {{ newState: string }} event
   */
  function followPage({ newState }) {
    for (const type of ["scroll", "resize"]) {
      if (newState === "open") window.addEventListener(type, place, { capture: true, passive: true });
      else window.removeEventListener(type, place, { capture: true });
    }
  }

  /**
   * Escape returns the focus to the term; a click elsewhere leaves it there.
   * @param {KeyboardEvent} event
   */
  function handleKey(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    hide();
    link?.focus({ preventScroll: true });
  }

  /** Put the card below the term, or above it if there is no room. Once the term is out of sight, the card closes. */
  function place() {
    const at = link?.isConnected ? link.getClientRects()[0] : null;
    if (!at || at.bottom < 0 || at.top > window.innerHeight) {
      hide();
      return;
    }
    const { offsetWidth: width, offsetHeight: height } = card;
    const [right, bottom] = [document.documentElement.clientWidth, window.innerHeight];
    const above = at.bottom + GAP + height > bottom && at.top > height + GAP;
    card.style.left = `${Math.max(GAP, Math.min(at.left, right - width - GAP))}px`;
    card.style.top = `${above ? at.top - GAP - height : at.bottom + GAP}px`;
  }

  /**
   * The card is outside the themed part of the page: it takes its colours and font from around the term.
   * @param {HTMLElement} term
   */
  function matchColours(term) {
    const { color, fontFamily } = getComputedStyle(term.parentElement ?? term);
    Object.assign(card.style, { color, fontFamily });
    card.style.backgroundColor = "";
    for (let around = /** @type {HTMLElement | null} */ (term); around; around = around.parentElement) {
      const { backgroundColor } = getComputedStyle(around);
      if (TRANSPARENT.test(backgroundColor)) continue;
      card.style.backgroundColor = backgroundColor;
      return;
    }
  }

  all.addEventListener("click", showEntry);
  card.addEventListener("keydown", handleKey);
  card.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !card.contains(relatedTarget)) hide();
  });
  return {
    open,
    destroy() {
      hide();
      followPage({ newState: "closed" });
      card.remove();
    },
  };
}

/**
 * The entry that a link points to.
 * @param {HTMLAnchorElement} link
 * @returns {HTMLElement | null}
 */
function entryOf(link) {
  return document.getElementById((link.getAttribute("href") ?? "").slice(1));
}

/**
 * The text of a node, with a space between the texts of its children.
 * @param {ChildNode} node
 * @returns {string}
 */
function spacedText(node) {
  const parts = node.childNodes.length ? [...node.childNodes] : [node];
  return parts.map((part) => part.textContent?.trim()).filter(Boolean).join(" ");
}
