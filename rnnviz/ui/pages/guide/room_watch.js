// A room of a class, in the browsers of its host and of those who vote: asks the server now and then whether anything
// has changed, and keeps what makes this browser the host, or the one that has voted, for when the page is loaded again.

const EVERY_MS = 2000;

/** By the place in the page: ends what the last run has begun. @type {Map<string, AbortController>} */
const watches = new Map();

/**
 * Called by Streamlit in every run.
 * @param {object} call
 * @param {object} call.data
 * @param {string} call.data.place  in the page
 * @param {string} call.data.part  that the browser plays, "host" or "voter", if it keeps something; empty if not
 * @param {string} call.data.kept  what it keeps; empty for nothing
 * @param {boolean} call.data.received  whether the session was given what is kept here, or has something of its own
 * @param {string} call.data.path  where the state of the room is told; empty to ask for nothing
 * @param {string} call.data.seen  the state that the page shows, as far as it shows it
 * @param {(name: string, value: unknown) => void} call.setTriggerValue
 * @returns {() => void}
 */
export default function ({ data: { place, part, kept, received, path, seen }, setTriggerValue }) {
  if (part) keep(`rnnviz-room-${part}`);
  watches.get(place)?.abort();
  if (!path) return () => {};
  const own = new AbortController();
  watches.set(place, own);
  const script = /** @type {HTMLScriptElement | null} */ (document.querySelector("script[src*='/static/js/']"));
  const address = new URL(`../../${path}`, script?.src ?? document.baseURI);
  const timer = setInterval(look, EVERY_MS);
  own.signal.addEventListener("abort", () => clearInterval(timer));
  return () => own.abort();

  async function look() {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(address, { cache: "no-store", signal: own.signal });
      const parts = seen.split(" ").length;
      const now = answer.ok ? (await answer.text()).split(" ").slice(0, parts).join(" ") : "gone";
      if (now !== seen && !own.signal.aborted) setTriggerValue("changed", now);
    } catch {
      // The server does not answer at the moment; the next look may find it again.
    }
  }

  /** @param {string} name */
  function keep(name) {
    try {
      const found = localStorage.getItem(name);
      if (found && !received && found !== kept) setTriggerValue("kept", found);
      else if (kept) localStorage.setItem(name, kept);
      else localStorage.removeItem(name);
    } catch {
      // A browser may be set to keep nothing.
    }
  }
}
