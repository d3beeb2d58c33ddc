// The first script of a saved page: it unpacks the style, data and code of the instrument, which are compressed.

/**
 * @param {string} name  of a part of the page
 * @returns {Promise<string>}
 */
async function unpack(name) {
  const packed = atob(document.querySelector(`script[data-part="${name}"]`)?.textContent ?? "");
  const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}

const [style, data, code] = await Promise.all(["style", "data", "code"].map(unpack));
Object.assign(globalThis, { rnnvizSaved: JSON.parse(data) });
document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
document.head.append(Object.assign(document.createElement("script"), { type: "module", textContent: code }));
