// Making elements. Text always enters as text: nothing here can turn it into markup.

const NAMESPACES = { svg: "http://www.w3.org/2000/svg", math: "http://www.w3.org/1998/Math/MathML" };

function make(namespace) {
  return (name, attributes = {}, ...children) => {
    const element = namespace ? document.createElementNS(namespace, name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return element;
  };
}

/** html("button", {class: "x", onclick: f}, "text"): an HTML element. */
export const html = make(null);

/** svg("rect", {x: 1}): an SVG element. */
export const svg = make(NAMESPACES.svg);

/** mathml("mi", {}, "x"): a MathML element. */
export const mathml = make(NAMESPACES.math);
