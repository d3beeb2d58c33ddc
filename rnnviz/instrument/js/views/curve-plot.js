// The plot of an activation: axes, bounds, the line, a dot for each unit, and marks.

import { clamp, decimal, withMinus } from "../model/numbers.js";
import { svg } from "../page/dom.js";

/** @import { Point } from "../diagram/geometry.js" */

/**
 * @typedef {object} PlotOptions
 * @property {number} width
 * @property {number} height
 * @property {number} end  of the axis of the sums, which begins at -end
 * @property {number[]} bounds  of the values
 * @property {(sum: number) => number} compute
 * @property {number} units
 */

/** @typedef {{ sum: number, value: number }} Dot */
/** @typedef {ArrayLike<number>} Vector */

/**
 * @typedef {object} CurvePlot
 * @property {SVGElement[]} elements
 * @property {(sums: Vector | null, values: Vector) => void} placeDots  without sums the dots are hidden
 * @property {(dot: Dot | null) => void} select  mark the selected unit; null hides the mark. Hides the hint.
 * @property {(dot: Dot | null) => void} hint  mark the unit that is pointed at
 * @property {(point: Point) => number} closestUnit
 */

/**
 * The edges of the plot, and the pixels of numbers.
 * @typedef {object} Frame
 * @property {number} left
 * @property {number} right
 * @property {number} top
 * @property {number} bottom
 * @property {(sum: number) => number} x
 * @property {(value: number) => number} y
 */

const MARGIN = { left: 54, right: 14, top: 12, bottom: 42 };
const LINE_POINTS = 160;
const ROOM = 0.08; // above and below the values, as a share of their range
const DOT = 3.5; // radius in pixels
const SUM_TICK = { "text-anchor": "middle" };
const VALUE_TICK = { "text-anchor": "end", "dominant-baseline": "central" };
const TICK_WIDTH = 38; // a tick this close to the mark's number is hidden
const TICK_HEIGHT = 14;

/**
 * Draw the plot for a trace and a width.
 * @param {PlotOptions} options
 * @returns {CurvePlot}
 */
export function createCurvePlot({ width, height, end, bounds, compute, units }) {
  const heights = [...bounds, 0, compute(-end), compute(end)];
  const frame = frameOf(width, height, end, Math.min(...heights), Math.max(...heights));
  const dots = Array.from({ length: units }, (_, unit) => svg("circle", { class: "dot", r: DOT, "data-unit": unit }));
  const ticks = ticksOf(frame, end, bounds);
  const mark = createMark(frame, ticks);
  const hint = svg("circle", { class: "hint", r: 6.5 });
  /** @type {Point[]} */
  let places = [];

  return {
    elements: [...axes(frame, bounds), ...ticks, lineOf(frame, end, compute), ...dots, hint, mark.element],

    placeDots(sums, values) {
      places = sums ? dots.map((_, unit) => [frame.x(sums[unit]), frame.y(values[unit])]) : [];
      dots.forEach((dot, unit) => {
        dot.style.display = sums ? "" : "none";
        if (!sums) return;
        dot.setAttribute("cx", places[unit][0].toFixed(2));
        dot.setAttribute("cy", places[unit][1].toFixed(2));
        Object.assign(dot.dataset, { sum: sums[unit], value: values[unit] });
      });
    },

    select(dot) {
      hint.style.display = "none";
      mark.element.style.display = dot ? "" : "none";
      if (dot) mark.show(dot);
    },

    hint(dot) {
      hint.style.display = dot ? "" : "none";
      if (!dot) return;
      hint.setAttribute("cx", String(frame.x(dot.sum)));
      hint.setAttribute("cy", String(frame.y(dot.value)));
    },

    closestUnit([x, y]) {
      const distances = places.map((place) => Math.hypot(place[0] - x, place[1] - y));
      return distances.reduce((best, distance, unit) => (distance < distances[best] ? unit : best), 0);
    },
  };
}

/**
 * @param {number} width
 * @param {number} height
 * @param {number} end
 * @param {number} low  the lowest value
 * @param {number} high
 * @returns {Frame}
 */
function frameOf(width, height, end, low, high) {
  const [left, right, top, bottom] = [MARGIN.left, width - MARGIN.right, MARGIN.top, height - MARGIN.bottom];
  const room = (high - low) * ROOM;
  return {
    left,
    right,
    top,
    bottom,
    x: (sum) => left + ((sum + end) / (2 * end)) * (right - left),
    y: (value) => bottom - ((value - low + room) / (high - low + 2 * room)) * (bottom - top),
  };
}

/**
 * @param {Frame} frame
 * @param {number[]} bounds
 * @returns {SVGElement[]}
 */
function axes({ left, right, top, bottom, x, y }, bounds) {
  const rows = [...new Set([...bounds, 0])].map((value) => {
    const kind = bounds.includes(value) ? "limit" : "zero";
    return svg("line", { class: kind, x1: left, x2: right, y1: y(value), y2: y(value) });
  });
  return [
    svg("line", { class: "zero", x1: x(0), x2: x(0), y1: top, y2: bottom }),
    ...rows,
    svg("text", { class: "axis", x: (left + right) / 2, y: bottom + 34, "text-anchor": "middle" }, "weighted sum"),
  ];
}

/**
 * The numbers at the axes: the bounds and zero, and along the sums.
 * @param {Frame} frame
 * @param {number} end
 * @param {number[]} bounds
 * @returns {SVGTextElement[]}
 */
function ticksOf({ x, y, left, bottom }, end, bounds) {
  const rows = [...new Set([...bounds, 0])].map((value) =>
    svg("text", { ...VALUE_TICK, x: left - 8, class: "tick value", y: y(value) }, withMinus(String(value)))
  );
  const columns = [-end, -end / 2, 0, end / 2, end].map((sum) =>
    svg("text", { ...SUM_TICK, y: bottom + 15, class: "tick sum", x: x(sum) }, withMinus(String(sum)))
  );
  return [...rows, ...columns];
}

/**
 * @param {Frame} frame
 * @param {number} end
 * @param {(sum: number) => number} compute
 * @returns {SVGElement}
 */
function lineOf({ x, y }, end, compute) {
  const sums = Array.from({ length: LINE_POINTS + 1 }, (_, k) => end * ((2 * k) / LINE_POINTS - 1));
  const points = sums.map((sum) => `${x(sum).toFixed(1)} ${y(compute(sum)).toFixed(1)}`);
  return svg("path", { class: "line", d: `M${points.join("L")}` });
}

/**
 * The mark of the selected unit: a ring, and lines to its numbers at both axes, which take the place of ticks.
 * @param {Frame} frame
 * @param {SVGTextElement[]} ticks
 * @returns {{ element: SVGGElement, show: (dot: Dot) => void }}
 */
function createMark({ left, right, bottom, x, y }, ticks) {
  const lines = svg("path", { class: "guide" });
  const ring = svg("circle", { class: "ring", r: 5.5 });
  const sumText = svg("text", { ...SUM_TICK, y: bottom + 15, class: "reading" });
  const valueText = svg("text", { ...VALUE_TICK, x: left - 8, class: "reading" });

  /** @param {Dot} dot */
  function show({ sum, value }) {
    const [atX, atY] = [x(sum), y(value)];
    lines.setAttribute("d", `M${atX} ${bottom}V${atY}H${left}`);
    ring.setAttribute("cx", String(atX));
    ring.setAttribute("cy", String(atY));
    sumText.setAttribute("x", String(clamp(atX, left, right - 8))); // inside the picture
    valueText.setAttribute("y", String(atY));
    sumText.textContent = decimal(sum);
    valueText.textContent = decimal(value);
    for (const tick of ticks) {
      const hidden = tick.matches(".sum")
        ? Math.abs(Number(tick.getAttribute("x")) - atX) < TICK_WIDTH
        : Math.abs(Number(tick.getAttribute("y")) - atY) < TICK_HEIGHT;
      tick.style.visibility = hidden ? "hidden" : "";
    }
  }

  return { element: svg("g", { class: "mark" }, lines, ring, sumText, valueText), show };
}
