// Links that lead to other pages carry the text and the model that the server put into them. Until what it was asked
// for has come, they carry what was there before: a click on one waits for that.

const LINKS = "[data-testid=stPageLink] a";
const START_MS = 1500; // by then the page's run has begun, or what was asked for changes nothing
const LONGEST_MS = 8000;

const running = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState !== "notRunning";

/** To be called when something is asked for: until it `hasCome` and the page is at rest, clicks on such links wait. */
export function holdLinks(hasCome) {
  const since = performance.now();
  let wanted = null; // the words of the link that was clicked
  let begun = false;

  function clicked(event) {
    const link = event.isTrusted && event.target.closest?.(LINKS);
    if (!link) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wanted = link.textContent;
  }

  function look() {
    const waited = performance.now() - since;
    begun ||= running();
    if (waited < LONGEST_MS && (begun ? running() || !hasCome() : waited < START_MS)) {
      requestAnimationFrame(look);
      return;
    }
    document.removeEventListener("click", clicked, true);
    if (wanted === null) return;
    requestAnimationFrame(() => [...document.querySelectorAll(LINKS)].find((link) => link.textContent === wanted)?.click());
  }

  document.addEventListener("click", clicked, true);
  look();
}
