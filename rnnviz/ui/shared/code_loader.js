// What Streamlit sends in place of the instrument's code: it imports the code from the server, where the browser has not
// kept it, and passes on every call.

/** @import { Call } from "./streamlit.js" */

/** @typedef {(call: Call) => () => void} Show  The default export of streamlit.js. */

const STREAMLITS_SCRIPT = "script[src*='/static/js/']"; // its address begins with that of the app

/** The code, once it is asked for. @type {{ folder: string, ready: Promise<[Show, string]> } | null} */
let code = null;
let failed = false;

/**
 * Called by Streamlit in every run of the page, and so perhaps several times before the code is there. The calls are
 * passed on in their order: each may hold data that is sent only once.
 * @param {Call} call
 * @returns {Promise<(() => void) | undefined>}
 */
export default async function (call) {
  const { parentElement, setTriggerValue } = call;
  const place = /** @type {HTMLElement} */ (parentElement.querySelector(".instrument-place"));
  const folder = place.dataset.code ?? "";
  if (code && code.folder !== folder) {
    globalThis.location.reload(); // another version of the server, which does not go with the code that is here
    return;
  }
  code ??= { folder, ready: fetchCode(folder) };
  const ready = await code.ready.catch((error) => {
    if (!failed) {
      failed = true;
      console.warn("The instrument's code cannot be fetched; the server is asked to send it with the page.", error);
      setTriggerValue("missing_code", true);
    }
    return null;
  });
  if (!ready) return;
  const [show, style] = ready;
  addStyle(place, style);
  return show(call);
}

/**
 * @param {string} folder  below the address of the app
 * @returns {Promise<[Show, string]>}
 */
async function fetchCode(folder) {
  const script = /** @type {HTMLScriptElement | null} */ (document.querySelector(STREAMLITS_SCRIPT));
  if (!script) throw new Error("Streamlit's own script is not on the page.");
  const address = new URL(`../../${folder}/`, script.src);
  const [module, style] = await Promise.all([
    import(new URL("instrument.js", address).href),
    fetchText(new URL("instrument.css", address)),
  ]);
  return [module.default, style];
}

/**
 * @param {URL} address
 * @returns {Promise<string>}
 */
async function fetchText(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}.`);
  return answer.text();
}

/**
 * The style comes before what it is for, and only once.
 * @param {HTMLElement} place
 * @param {string} text
 */
function addStyle(place, text) {
  if (place.previousElementSibling) return;
  const style = document.createElement("style");
  style.textContent = text;
  place.before(style);
}
