// Keeping a part of the instrument in sight where it stands in a box of its own, which stays in view
// beside the words: only the box is scrolled, never the page.

const MARGIN = 12; // pixels to the edge of the box

/** Returns {keep(element, parts), destroy()}; keep scrolls the box around an element to the parts that the function gives. */
export function createSight() {
  let frame = null;

  function show(element, parts) {
    frame = null;
    const box = boxAround(element);
    if (!box) return;
    const edges = parts().map((part) => part.getBoundingClientRect());
    if (!edges.length) return;
    const [top, bottom] = [Math.min(...edges.map((edge) => edge.top)), Math.max(...edges.map((edge) => edge.bottom))];
    const seen = box.getBoundingClientRect();
    const above = seen.top + MARGIN - top; // by how much it sticks out
    const below = bottom - (seen.bottom - MARGIN);
    const by = above > 0 ? -above : Math.min(Math.max(below, 0), -above); // the upper edge comes first
    if (Math.abs(by) >= 1) box.scrollTop += by;
  }

  return {
    keep(element, parts) {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => show(element, parts));
    },
    destroy: () => cancelAnimationFrame(frame),
  };
}

/** The scrolling box that stays in view (sticky or fixed) and holds an element; null if only the page scrolls. */
function boxAround(element) {
  for (let node = element; node; node = node.parentElement ?? node.getRootNode().host) {
    const { position, overflowY } = getComputedStyle(node);
    const stays = position === "sticky" || position === "fixed";
    if (stays && /auto|scroll/.test(overflowY) && node.scrollHeight > node.clientHeight) return node;
  }
  return null;
}
