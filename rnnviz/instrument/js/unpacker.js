// The first script of a page in a single file: it unpacks the style, data and code of the instrument, which are
// compressed.

/**
 * @param {string} name  of a part of the page
 * @returns {Response}
 */
function unpack(name) {
  const packed = atob(document.querySelector(`script[data-part="${name}"]`)?.textContent ?? "");
  const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")));
}

const [style, code] = await Promise.all(["style", "code"].map((name) => unpack(name).text()));
Object.assign(globalThis, { rnnvizData: new Uint8Array(await unpack("data").arrayBuffer()) });
document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
document.head.append(Object.assign(document.createElement("script"), { type: "module", textContent: code }));
