// Where in the words the reader is: the section that stands at the reading line.

const SECTION = "[class*='st-key-section']";
const MARKER = ".rnnviz-section";
const LINE = 0.4; // of the window's height from its top

/**
 * Calls `began({phase, light})` whenever the reader comes into another section of `root`; both are
 * names or "", as the section's marker says. Pages without any section are left alone.
 * Returns {look(), destroy()}; look() is for when the page has changed.
 */
export function createSections(root, began) {
  const inside = root.body ?? root;
  let here = null; // what the present section is known by
  let frame = null;

  function look() {
    frame = null;
    const sections = [...inside.querySelectorAll(SECTION)];
    if (!sections.length) return;
    const line = readingLine(scrollerOf(sections[0]));
    const at = sections.findLastIndex((section) => section.getBoundingClientRect().top <= line);
    const { phase = "", light = "" } = sections[at]?.querySelector(MARKER)?.dataset ?? {};
    const now = `${at} ${phase} ${light}`;
    if (now === here) return;
    here = now;
    began({ phase, light });
  }

  /** Scrolling tells of itself more often than a frame. */
  function soon() {
    frame ??= requestAnimationFrame(look);
  }

  // Whatever scrolls, the document hears of it on the way down: in Streamlit it is not the window.
  document.addEventListener("scroll", soon, { capture: true, passive: true });
  window.addEventListener("resize", soon);
  return {
    look,
    destroy() {
      cancelAnimationFrame(frame);
      document.removeEventListener("scroll", soon, { capture: true });
      window.removeEventListener("resize", soon);
    },
  };
}

/** The element in which a section scrolls. */
function scrollerOf(section) {
  for (let element = section.parentElement; element; element = element.parentElement) {
    const scrolls = /auto|scroll/.test(getComputedStyle(element).overflowY);
    if (scrolls && element.scrollHeight > element.clientHeight) return element;
  }
  return document.scrollingElement;
}

/**
 * The height in the window at which one reads. Towards the end of the page it sinks to the lower
 * edge: what can no longer be scrolled up to it would never be its section otherwise.
 */
function readingLine(scroller) {
  const whole = scroller === document.scrollingElement;
  const top = whole ? 0 : scroller.getBoundingClientRect().top;
  const height = scroller.clientHeight;
  const all = scroller.scrollHeight - height;
  const sinks = Math.min((1 - LINE) * height, all);
  const left = Math.max(all - scroller.scrollTop, 0);
  const share = sinks > 1 ? Math.max(1 - left / sinks, 0) : 0;
  return top + (LINE + (1 - LINE) * share) * height;
}
