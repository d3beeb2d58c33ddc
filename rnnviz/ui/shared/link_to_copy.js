// A button that copies a link. It also tells the server the address of the page: step and unit are in it, which the
// browser writes without a word.

const LOOK_MS = 300;

/** Ends what the last run has begun. @type {AbortController | undefined} */
let shown;

/**
 * Called by Streamlit in every run of what shows a link.
 * @param {object} call
 * @param {{ known: string, link: string }} call.data  the address that the server knows, and what is copied
 * @param {HTMLElement} call.parentElement
 * @param {(name: string, value: unknown) => void} call.setStateValue
 * @returns {() => void}
 */
export default function ({ data: { known, link }, parentElement, setStateValue }) {
  shown?.abort();
  const own = shown = new AbortController();
  const status = /** @type {HTMLElement} */ (parentElement.querySelector("[role=status]"));
  const showResult = async () => {
    status.textContent = (await copy(link, parentElement)) ? "Copied" : "Select the link and press Ctrl+C";
  };
  status.textContent = "";
  parentElement.querySelector("button")?.addEventListener("click", showResult, { signal: own.signal });

  let told = known;
  const timer = setInterval(() => {
    const address = window.location.href.split("#")[0];
    if (address !== told) setStateValue("address", told = address);
  }, LOOK_MS);
  own.signal.addEventListener("abort", () => clearInterval(timer));
  return () => own.abort();
}

/**
 * Copy a text. A page without TLS, as in a classroom's own network, has no clipboard but the selection's.
 * @param {string} text
 * @param {HTMLElement} place
 * @returns {Promise<boolean>} whether it is copied
 */
async function copy(text, place) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    place.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
}
