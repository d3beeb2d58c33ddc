// Keeping a part of the instrument in view where it is in a box of its own that stays beside the words. Only the box
// scrolls, never the page.

const MARGIN = 12; // pixels to the edge of the box

/**
 * @typedef {object} ScrollBox
 * @property {(element: Element, parts: () => Element[]) => void} show  scroll the box around an element to its parts
 * @property {() => void} destroy
 */

/**
 * Scroll boxes to the parts that are at work.
 * @returns {ScrollBox}
 */
export function createScrollBox() {
  let frame = 0;

  /**
   * @param {Element} element
   * @param {Element[]} parts
   */
  function scroll(element, parts) {
    const box = boxAround(element);
    if (!box || !parts.length) return;
    const edges = parts.map((part) => part.getBoundingClientRect());
    const [top, bottom] = [Math.min(...edges.map((edge) => edge.top)), Math.max(...edges.map((edge) => edge.bottom))];
    const visible = box.getBoundingClientRect();
    const above = visible.top + MARGIN - top; // by how much the parts reach out of the box
    const below = bottom - (visible.bottom - MARGIN);
    const by = above > 0 ? -above : Math.min(Math.max(below, 0), -above); // the upper edge comes first
    if (Math.abs(by) >= 1) box.scrollTop += by;
  }

  return {
    show(element, parts) {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => scroll(element, parts()));
    },
    destroy: () => cancelAnimationFrame(frame),
  };
}

/**
 * The scrolling box that stays in view (sticky or fixed) and holds an element.
 * @param {Element} element
 * @returns {Element | null} null if only the page scrolls
 */
function boxAround(element) {
  for (let node = /** @type {Element | null} */ (element); node; node = parentOf(node)) {
    const { position, overflowY } = getComputedStyle(node);
    const stays = position === "sticky" || position === "fixed";
    if (stays && /auto|scroll/.test(overflowY) && node.scrollHeight > node.clientHeight) return node;
  }
  return null;
}

/**
 * The element around another one, beyond the border of a shadow root too.
 * @param {Element} node
 * @returns {Element | null}
 */
function parentOf(node) {
  if (node.parentElement) return node.parentElement;
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}
