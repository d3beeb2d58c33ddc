// The labels of the steps above a column of heatmaps.

import { html } from "../page/dom.js";

/**
 * @import { Store } from "../model/store.js"
 * @import { TimeAxis } from "../model/time-axis.js"
 */

/**
 * @typedef {object} AxisSize
 * @property {number} cellWidth  in pixels
 * @property {number} gutter  pixels before the first step
 * @property {number} height  in pixels
 * @property {(text: string) => number} widthOf  measures a text
 */

/**
 * Labels that have no size at first.
 * @returns {{ element: HTMLElement, show: (store: Store, axis: TimeAxis, size: AxisSize) => void,
 *   select: (store: Store) => void }}
 */
export function createHeatmapAxis() {
  const labels = html("div", { class: "axis-labels" });
  const here = html("div", { class: "axis-here" });
  const element = html("div", { class: "heatmap-axis", "aria-hidden": "true" }, labels, here);
  /** @type {AxisSize} */
  let size = { cellWidth: 1, gutter: 0, height: 0, widthOf: () => 0 };
  let form = "level";
  /** @type {Map<number, HTMLElement>} */
  let byStep = new Map();

  /**
   * The middle of a step.
   * @param {number} step
   * @returns {number}
   */
  function middle(step) {
    return (step + 0.5) * size.cellWidth;
  }

  return {
    element,

    show({ trace }, axis, newSize) {
      size = newSize;
      form = axis.form;
      element.dataset.form = form;
      element.style.setProperty("--gutter", `${size.gutter}px`);
      element.style.height = `${size.height}px`;
      byStep = new Map(axis.labels.map(({ step, text }) => {
        const unknown = form !== "numbers" && trace.unknown[step];
        const label = html("span", { class: unknown ? "unknown" : null, title: trace.tokens[step] }, text);
        label.style.left = `${middle(step)}px`;
        return [step, label];
      }));
      labels.replaceChildren(...byStep.values());
    },

    select({ trace, state }) {
      const token = trace.tokens[state.step];
      here.hidden = form !== "numbers";
      here.textContent = token;
      here.style.left = `${middle(state.step)}px`;
      for (const [step, label] of byStep) {
        label.classList.toggle("selected", step === state.step);
        const apart = Math.abs(middle(step) - middle(state.step));
        const covered = apart < (size.widthOf(token) + size.widthOf(label.textContent ?? "")) / 2 + 6;
        label.classList.toggle("covered", form === "numbers" && covered);
      }
    },
  };
}
