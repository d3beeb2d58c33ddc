// An activation's curve with a step's values on it: each unit stands at its weighted sum, which is
// computed from the weights, and at the value that was recorded.

import { inkOf } from "../diagram/values.js";
import { html, svg } from "../page/dom.js";
import { parseEquation } from "../model/equations.js";
import { FUNCTIONS } from "../model/functions.js";
import { heldUnits, heldWords } from "../model/holds.js";
import { computable, decimal, exact, placeOf, valueOf, weightedSum } from "../model/terms.js";

const MARGIN = { left: 54, right: 14, top: 12, bottom: 42 };
const HEIGHT = { share: 0.5, least: 200, most: 270 }; // of the width
const ENDS = [4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 60, 80, 100]; // where the axis of the sums may end
const LINE_POINTS = 160;
const OPERATIONS = 5e6; // for more, the axis begins with this step alone and grows
const LEFT_OUT = "Without the input vectors, which this long trace was sent without, the sums cannot be shown.";

/** How a quantity is activated: {equation, sum, symbol, of, low, high}; null if it is not a weighted sum's activation. */
export function activationOf(trace, name) {
  const equations = trace.phases.flatMap((phase) => phase.equations).map(parseEquation);
  const equation = equations.find((found) => found?.target === name);
  const sum = equation && weightedSum(equation);
  const known = sum && equation.tree.kind === "call" && FUNCTIONS[equation.tree.name];
  return known ? { equation, sum, ...known } : null;
}

/** The limits of an activation, low and high; those that it has. */
export function limitsOf({ low, high }) {
  return [low, high].filter(Number.isFinite);
}

/** Every unit's weighted sum at a step; null if what it needs was not sent. */
export function sumsAt(trace, { equation, sum }, step) {
  if (!computable(trace, equation)) return null;
  return Float64Array.from({ length: trace.units }, (_, unit) => valueOf(sum, placeOf(trace, equation, step, unit)));
}

/** The view, for the quantity named: {element, update, destroy}. */
export function createCurve(store, { quantity: name }) {
  const where = html("p", { class: "curve-where" });
  const told = html("p", { class: "curve-told" });
  const remark = html("p", { class: "curve-remark" }, LEFT_OUT);
  const plot = svg("svg", { class: "curve-plot", role: "slider", tabindex: 0, "aria-orientation": "vertical", onkeydown: keyed });
  const element = html("figure", { class: "curve", "data-name": name }, where, plot, told, remark);
  const resized = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width > 0 && Math.round(contentRect.width) !== width) draw(Math.round(contentRect.width));
  });
  let width = 480; // until it is known
  let activation, quantity, frame, dots, mark, hint, sums, values;
  let sumsOf = new Map(); // by step, of this trace
  let end = ENDS[0];

  function build() {
    activation = activationOf(store.trace, name);
    quantity = store.trace.byName[name];
    element.hidden = !activation;
    sumsOf = new Map();
    if (!activation) return;
    element.style.setProperty("--ink", inkOf(quantity));
    const { steps, units, inputs } = store.trace;
    const whole = steps * units * (units + inputs) <= OPERATIONS;
    const looked = whole ? Array.from({ length: steps }, (_, step) => step) : [store.state.step];
    end = Math.max(...looked.map(reach));
    draw(width);
  }

  function numbersAt(step) {
    if (!sumsOf.has(step)) sumsOf.set(step, sumsAt(store.trace, activation, step));
    return sumsOf.get(step);
  }

  /** Where the axis must end to show a step. */
  function reach(step) {
    const largest = (numbersAt(step) ?? []).reduce((most, sum) => Math.max(most, Math.abs(sum)), 0);
    return ENDS.find((x) => x >= largest) ?? Math.ceil(largest);
  }

  /** All that stays while one steps: axes, limits and the line. */
  function draw(newWidth) {
    width = newWidth;
    if (!activation) return;
    const height = Math.min(Math.max(width * HEIGHT.share, HEIGHT.least), HEIGHT.most);
    const limits = limitsOf(activation);
    const heights = [...limits, 0, activation.of(-end), activation.of(end)];
    frame = frameOf(width, height, end, [Math.min(...heights), Math.max(...heights)]);
    dots = Array.from({ length: store.trace.units }, (_, unit) => svg("circle", { class: "dot", r: 3.5, "data-unit": unit }));
    const ticks = ticksOf(frame, end, limits);
    mark = markOf(frame, ticks);
    hint = svg("circle", { class: "hint", r: 6.5 });
    plot.setAttribute("viewBox", `0 0 ${width} ${height}`);
    plot.replaceChildren(...axes(frame, limits), ...ticks, line(frame, end, activation.of), ...dots, hint, mark.element);
    show();
  }

  function show() {
    const { state, trace } = store;
    if (!activation) return;
    sums = numbersAt(state.step);
    values = trace.vector(name, state.step);
    const far = sums ? reach(state.step) : end;
    if (far > end) {
      end = far;
      return draw(width);
    }
    const held = heldUnits(trace, name, state.step)?.filter(Boolean).length;
    where.replaceChildren(
      html("span", { class: "curve-name" }, `${quantity.title} `, html("i", {}, quantity.symbol)),
      ` = ${activation.symbol}(weighted sum): all ${trace.units} units at “${trace.tokens[state.step]}”, step ${state.step + 1} of ${trace.steps}`,
      held ? `; by what-if, ${held} of them held elsewhere` : "",
    );
    remark.hidden = sums !== null || trace.weights === null; // weights may still be on their way
    dots.forEach((dot, unit) => place(dot, unit));
    choose();
  }

  function place(dot, unit) {
    dot.style.display = sums ? "" : "none";
    if (!sums) return;
    dot.setAttribute("cx", frame.x(sums[unit]).toFixed(2));
    dot.setAttribute("cy", frame.y(values[unit]).toFixed(2));
    Object.assign(dot.dataset, { sum: sums[unit], value: values[unit] });
  }

  function choose() {
    const { unit } = store.state;
    mark.element.style.display = told.style.display = sums ? "" : "none";
    hint.style.display = "none";
    plot.setAttribute("aria-label", `${quantity.title}, ${activation.symbol} of the weighted sum: arrow keys up and down choose a unit`);
    const marks = { min: 0, max: store.trace.units - 1, now: unit, text: sums ? sentence(unit) : `unit ${unit}` };
    for (const [key, value] of Object.entries(marks)) plot.setAttribute(`aria-value${key}`, value);
    if (!sums) return;
    mark.show(sums[unit], values[unit]);
    tell(unit);
  }

  function sentence(unit) {
    const held = heldWords(store.trace, name, store.state.step, unit);
    if (held) return `unit ${unit}: ${held} = ${decimal(values[unit])}`;
    return `unit ${unit}: ${activation.symbol}(${decimal(sums[unit])}) = ${decimal(values[unit])}`;
  }

  function tell(unit) {
    const [head, result] = sentence(unit).split(/(?<== )/);
    const number = html("b", { title: exact(values[unit]) }, result);
    told.replaceChildren(html("span", { title: `weighted sum: ${exact(sums[unit])}` }, head), number);
  }

  /** The unit whose dot is nearest to a pointer. */
  function unitAt({ clientX, clientY }) {
    const box = plot.getBoundingClientRect();
    const scale = width / box.width;
    const [x, y] = [(clientX - box.left) * scale, (clientY - box.top) * scale];
    const away = (unit) => Math.hypot(frame.x(sums[unit]) - x, frame.y(values[unit]) - y);
    return dots.reduce((best, _, unit) => (away(unit) < away(best) ? unit : best), 0);
  }

  function pointed(event) {
    if (!sums || event.pointerType === "touch") return;
    const unit = unitAt(event);
    hint.style.display = unit === store.state.unit ? "none" : "";
    hint.setAttribute("cx", frame.x(sums[unit]));
    hint.setAttribute("cy", frame.y(values[unit]));
    tell(unit);
  }

  /** Up and down go along the curve: to the next larger or smaller sum. */
  function keyed(event) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by || !sums || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const order = [...sums.keys()].sort((a, b) => sums[a] - sums[b]);
    const next = order[order.indexOf(store.state.unit) + by];
    if (next !== undefined) store.set({ unit: next });
  }

  function light() {
    element.classList.toggle("lit", store.state.lit === name);
  }

  plot.addEventListener("pointermove", pointed);
  plot.addEventListener("pointerleave", () => activation && choose());
  plot.addEventListener("click", (event) => sums && store.set({ unit: unitAt(event) }));
  build();
  light();
  resized.observe(element);
  return {
    element,
    update(state, previous, newTrace) {
      light();
      if (newTrace) build();
      else if (state.step !== previous.step) show();
      else if (activation && state.unit !== previous.unit) choose();
    },
    destroy() {
      resized.disconnect();
      element.remove();
    },
  };
}

/** The plot's measures: its edges, and x and y from numbers to pixels. */
function frameOf(width, height, end, [low, high]) {
  const [left, right, top, bottom] = [MARGIN.left, width - MARGIN.right, MARGIN.top, height - MARGIN.bottom];
  const room = (high - low) * 0.08;
  return {
    left,
    right,
    top,
    bottom,
    sumAt: { y: bottom + 15, "text-anchor": "middle" },
    valueAt: { x: left - 8, "text-anchor": "end", "dominant-baseline": "central" },
    x: (sum) => left + ((sum + end) / (2 * end)) * (right - left),
    y: (value) => bottom - ((value - low + room) / (high - low + 2 * room)) * (bottom - top),
  };
}

function axes({ left, right, top, bottom, x, y }, limits) {
  const across = (value) => {
    const kind = limits.includes(value) ? "limit" : "zero";
    return svg("line", { class: kind, x1: left, x2: right, y1: y(value), y2: y(value) });
  };
  return [
    svg("line", { class: "zero", x1: x(0), x2: x(0), y1: top, y2: bottom }),
    ...[...new Set([...limits, 0])].map(across),
    svg("text", { class: "axis", x: (left + right) / 2, y: bottom + 34, "text-anchor": "middle" }, "weighted sum"),
  ];
}

/** The numbers at the axes: of the limits and zero, and along the sums. */
function ticksOf(frame, end, limits) {
  const { x, y, sumAt, valueAt } = frame;
  const rows = [...new Set([...limits, 0])].map((value) => svg("text", { ...valueAt, class: "tick value", y: y(value) }, signed(value)));
  const columns = [-end, -end / 2, 0, end / 2, end].map((sum) => svg("text", { ...sumAt, class: "tick sum", x: x(sum) }, signed(sum)));
  return [...rows, ...columns];
}

function line({ x, y }, end, of) {
  const points = Array.from({ length: LINE_POINTS + 1 }, (_, k) => end * ((2 * k) / LINE_POINTS - 1));
  const d = points.map((sum) => `${x(sum).toFixed(1)} ${y(of(sum)).toFixed(1)}`).join("L");
  return svg("path", { class: "line", d: `M${d}` });
}

/** The chosen unit: a ring, and lines to its numbers at both axes, where they take the place of ticks. */
function markOf({ left, right, bottom, x, y, sumAt, valueAt }, ticks) {
  const lines = svg("path", { class: "guide" });
  const ring = svg("circle", { class: "ring", r: 5.5 });
  const sumText = svg("text", { ...sumAt, class: "reading" });
  const valueText = svg("text", { ...valueAt, class: "reading" });
  return {
    element: svg("g", { class: "mark" }, lines, ring, sumText, valueText),
    show(sum, value) {
      const [at, height] = [x(sum), y(value)];
      lines.setAttribute("d", `M${at} ${bottom}V${height}H${left}`);
      ring.setAttribute("cx", at);
      ring.setAttribute("cy", height);
      sumText.setAttribute("x", Math.min(Math.max(at, left), right - 8)); // inside the picture
      valueText.setAttribute("y", height);
      sumText.textContent = decimal(sum);
      valueText.textContent = decimal(value);
      for (const tick of ticks) {
        const beside = tick.matches(".sum") ? Math.abs(tick.getAttribute("x") - at) < 38 : Math.abs(tick.getAttribute("y") - height) < 14;
        tick.style.visibility = beside ? "hidden" : "";
      }
    },
  };
}

function signed(value) {
  return String(value).replace("-", "−");
}
