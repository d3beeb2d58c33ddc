// A term of the glossary: its words on a small card beside it, without leaving the sentence.

import { html } from "./dom.js";

const GAP = 6;

/** Shows what `#term-...` links point to, as far as the page has it. Returns {open(link), destroy()}. */
export function createGlossary() {
  const title = html("strong", { id: "rnnviz-term-title" });
  const words = html("div");
  const all = html("a", { class: "rnnviz-term-all" }, "All words on this page");
  const marks = { class: "rnnviz-term", popover: "auto", role: "dialog", tabindex: -1, "aria-labelledby": title.id };
  const card = html("div", { ...marks, ontoggle: toggled }, title, words, all);
  let link = null; // the term that the card belongs to

  function open(term) {
    const entry = entryOf(term);
    if (!entry) return false;
    hide();
    link = term;
    const [first, ...rest] = [...entry.childNodes].filter((node) => node.textContent.trim());
    title.textContent = first ? spaced(first) : "";
    words.replaceChildren(...rest.map((node) => html("p", {}, node.textContent.trim())));
    all.setAttribute("href", term.getAttribute("href"));
    if (!card.isConnected) document.body.append(card);
    dressLike(term);
    card.showPopover({ source: term }); // the source gives the card its place in the order of the tab key
    place();
    card.focus({ preventScroll: true });
    return true;
  }

  function follow(event) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const entry = entryOf(all);
    hide();
    if (!entry) return;
    entry.closest("details:not([open])")?.querySelector("summary")?.click();
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    entry.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
    entry.tabIndex = -1;
    entry.focus({ preventScroll: true });
  }

  function hide() {
    if (card.matches(":popover-open")) card.hidePopover();
  }

  function toggled({ newState }) {
    const open = newState === "open";
    for (const type of ["scroll", "resize"]) {
      if (open) window.addEventListener(type, place, { capture: true, passive: true });
      else window.removeEventListener(type, place, { capture: true });
    }
  }

  /** Escape gives the focus back to the term; a click elsewhere leaves it there. */
  function keyed(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    hide();
    link?.focus({ preventScroll: true });
  }

  /** Under the term, or above it where there is no room; away once the term is out of sight. */
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

  /** The card stands outside the page's themed part: it takes its ground and ink from around the term. */
  function dressLike(term) {
    const { color, fontFamily } = getComputedStyle(term.parentElement);
    let ground = term;
    while (ground && /^(transparent|rgba\(.*, 0\))$/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
    Object.assign(card.style, { color, fontFamily });
    card.style.backgroundColor = ground ? getComputedStyle(ground).backgroundColor : "";
  }

  all.addEventListener("click", follow);
  card.addEventListener("keydown", keyed);
  card.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !card.contains(relatedTarget) && hide());
  return {
    open,
    destroy() {
      hide();
      toggled({ newState: "closed" });
      card.remove();
    },
  };
}

/** The entry that a link points to, or null. */
function entryOf(link) {
  return document.getElementById(link.getAttribute("href").slice(1));
}

/** A node's text, with a space between what stands in elements of its own. */
function spaced(node) {
  const parts = node.childNodes.length ? [...node.childNodes] : [node];
  return parts.map((part) => part.textContent.trim()).filter(Boolean).join(" ");
}
