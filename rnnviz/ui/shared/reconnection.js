// Notices when the server is back. Streamlit has no public way to ask; its internals for it are here, as the others are
// in streamlit.js.

const APP = "[data-testid=stApp]";
const CONNECTION = "data-test-connection-state";
const app = () => document.querySelector(APP);
const isConnected = () => app()?.getAttribute(CONNECTION) === "CONNECTED";

/**
 * Call a function whenever the server is back. It may have been started again, and has then lost what the reader looks
 * at: Streamlit itself would say nothing until the reader's next action.
 * @param {() => void} callback
 * @returns {() => void} ends it
 */
export function onReconnected(callback) {
  const root = app();
  if (!root) return () => {};
  let wasConnected = isConnected();
  const observer = new MutationObserver(() => {
    const is = isConnected();
    if (is && !wasConnected) callback();
    wasConnected = is;
  });
  observer.observe(root, { attributes: true, attributeFilter: [CONNECTION] });
  return () => observer.disconnect();
}
