// The reader's answers to the guide's questions, kept by the browser: a reload begins a new session, which knows none.

const STORE = "rnnviz-guesses";

/**
 * Called by Streamlit in every run of a chapter.
 * @param {object} call
 * @param {{ guesses: Record<string, string>, received: boolean }} call.data  the session's answers by question, and
 *   whether it was given those kept here
 * @param {(name: string, value: unknown) => void} call.setTriggerValue
 */
export default function ({ data: { guesses, received }, setTriggerValue }) {
  const kept = read();
  const unknown = Object.keys(kept).some((question) => !(question in guesses));
  if (unknown && !received) setTriggerValue("kept", kept);
  else write(guesses);
}

/** @returns {Record<string, string>} */
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    return kept && typeof kept === "object" ? kept : {};
  } catch {
    return {}; // the browser keeps nothing, or something else
  }
}

/** @param {Record<string, string>} guesses */
function write(guesses) {
  try {
    localStorage.setItem(STORE, JSON.stringify(guesses));
  } catch {
    // A browser may be set to keep nothing.
  }
}
