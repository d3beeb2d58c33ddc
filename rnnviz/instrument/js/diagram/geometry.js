// The vocabulary in which diagrams are written: values, nodes and wires, in a wide and a narrow form.
//
// In the wide form time flows to the right. In the narrow form, for phones, the same picture is turned and time flows
// down. A node without a position is left out of a form, with the wires that need it.

import { FUNCTIONS } from "../model/functions.js";

/**
 * @import { ExpressionData } from "../model/payload.d.ts"
 */

/** @typedef {[x: number, y: number]} Point */
/** @typedef {[width: number, height: number]} Size */
/** @typedef {"wide" | "narrow"} FormName */

/**
 * A quantity as a factor of a value: now or at the step before, one minus it, or a function of it.
 * @typedef {object} Factor
 * @property {string} name
 * @property {boolean} [before]
 * @property {boolean} [complement]
 * @property {string} [squash]  the name of the function
 */

/**
 * What a strip or wire shows: a product of factors on the scale and in the colour of the quantity `of`.
 * @typedef {object} Value
 * @property {string} of
 * @property {Factor[] | null} factors  null for what is computed on the way, but not recorded
 * @property {[number, number]} [limits]  the scale, where it is not the quantity's
 */

/**
 * A box in which a quantity is computed.
 * @typedef {object} GateNode
 * @property {"gate"} kind
 * @property {string} of
 * @property {string | ExpressionData} [label]  a function's name or an equation's right side; by default the activation
 */

/** @typedef {{ kind: "strip", value: Value, given?: boolean }} StripNode  given: it exists before the step */
/** @typedef {{ kind: "join", values: Value[] }} JoinNode  vectors put side by side */
/** @typedef {{ kind: "token", of: string }} TokenNode */
/** @typedef {{ kind: "function", of: string, text: string, wide: boolean }} FunctionNode  a small box */
/** @typedef {{ kind: "operation", of: string, text: string }} OperationNode  a circle */
/** @typedef {{ kind: "label", value: Value }} LabelNode */
/** @typedef {{ kind: "branch" } | { kind: "corner" }} PointNode  where a wire divides; where it turns or ends */
/**
 * @typedef {GateNode | StripNode | JoinNode | TokenNode | FunctionNode | OperationNode | LabelNode | PointNode} Node
 */

/**
 * A wire that carries a value along nodes on the way to the quantities in `to`.
 * @typedef {object} Wire
 * @property {string[]} path  ids of nodes
 * @property {Value} value
 * @property {string[]} to
 * @property {Value} [gate]  a gate, or one minus it, whose mean is the wire's thickness
 * @property {boolean} [bundle]  whether it carries several vectors at once
 * @property {boolean} [open]  whether it ends without an arrow
 * @property {boolean} [straight]  see `pointsOf`
 */

/** @typedef {Pick<Wire, "path" | "straight">} Path */

/**
 * Where a label is, seen from its strip.
 * @typedef {"above" | "short" | "ahead" | "across" | "below" | "right" | "left"} Side
 */

/** @typedef {[x: number, y: number, label?: Side | null]} Place  the centre of a node, and where its label is */

/**
 * Where everything is in one form of a diagram.
 * @typedef {object} Layout
 * @property {Size} size
 * @property {[x: number, y: number, width: number, height: number]} frame  of the cell
 * @property {Point} title
 * @property {Record<string, Place>} places  by the id of the node
 * @property {number} [smallest]  how far a wide form may shrink, if not as far as others
 * @property {Size} [box]  the size of gates, if not the form's
 */

/**
 * A diagram.
 * @typedef {object} Geometry
 * @property {Record<string, Node>} nodes  by id
 * @property {Wire[]} wires
 * @property {{ path: string[], of: string }[]} highways  broad bands on which a state passes through the cell
 * @property {Record<FormName, Layout>} forms
 */

/**
 * What is the same in every diagram of a form: sizes in the units of the SVG, which are pixels at full size.
 * @typedef {object} Form
 * @property {"x" | "y"} turnsFirst  the direction in which a wire that has to turn leaves: across the flow of time
 * @property {Size} strip
 * @property {GateSizes} gate
 * @property {{ size: Size, parts: Point[] }} join
 * @property {Size} function
 * @property {number} operation
 * @property {{ size: Size, letters: number }} token
 * @property {number} label  from a strip to its label
 * @property {number} corner
 * @property {number} arrow
 * @property {number} band
 * @property {[shut: number, open: number]} wire  thickness of a wire behind a gate
 */

/**
 * The heights of a gate's lines from its middle, and how far they move down without a meter.
 * @typedef {{ size: Size, glyph: number, title: number, meter: number, meterWidth: number, alone: number }} GateSizes
 */

/**
 * The sizes of both forms.
 * @type {Record<FormName, Form>}
 */
export const FORMS = {
  wide: {
    turnsFirst: "y",
    strip: [96, 24],
    gate: { size: [96, 56], glyph: -12, title: 5.5, meter: 18, meterWidth: 72, alone: 5 },
    join: { size: [110, 64], parts: [[0, -13.5], [0, 13.5]] },
    function: [50, 24],
    operation: 12,
    token: { size: [96, 26], letters: 9 },
    label: 8,
    corner: 10,
    arrow: 5,
    band: 30,
    wire: [1.5, 7],
  },
  narrow: {
    turnsFirst: "x",
    strip: [76, 19],
    gate: { size: [84, 46], glyph: -10, title: 4.5, meter: 15, meterWidth: 62, alone: 4 },
    join: { size: [186, 29], parts: [[-50, 0], [50, 0]] },
    function: [46, 21],
    operation: 11,
    token: { size: [76, 22], letters: 8 },
    label: 5,
    corner: 8,
    arrow: 4.5,
    band: 26,
    wire: [1.5, 6],
  },
};

const LONG_NAME = 6; // letters from which a function needs a box as wide as a strip

// ---- values ----

/** The name of the one quantity whose values belong to inputs rather than units. */
export const INPUT = "input_vector";

/**
 * A quantity at this step.
 * @param {string} of
 * @returns {Value & { factors: Factor[] }}
 */
export const now = (of) => ({ of, factors: [{ name: of }] });

/**
 * A state as this step finds it.
 * @param {string} of
 * @returns {Value & { factors: Factor[] }}
 */
export const before = (of) => ({ of, factors: [{ name: of, before: true }] });

/**
 * One minus a gate.
 * @param {string} of
 * @returns {Value & { factors: Factor[] }}
 */
export const complement = (of) => ({ of, factors: [{ name: of, complement: true }] });

/**
 * A function of a state. Its scale is that of the function if this has bounds.
 * @param {string} of
 * @param {string} name  of the function
 * @returns {Value}
 */
export function squashed(of, name) {
  const { low = -Infinity, high = Infinity } = FUNCTIONS[name] ?? {};
  const limit = Math.max(-low, high);
  const value = { of, factors: [{ name: of, squash: name }] };
  return Number.isFinite(limit) ? { ...value, limits: [-limit, limit] } : value;
}

/**
 * A gate times a value, in the colours of the value.
 * @param {Value & { factors: Factor[] }} gate
 * @param {Value & { factors: Factor[] }} value
 * @returns {Value}
 */
export const gated = (gate, value) => ({ ...value, factors: [...gate.factors, ...value.factors] });

/**
 * Something of a quantity that is computed on the way, but not recorded.
 * @param {string} of
 * @returns {Value}
 */
export const unrecorded = (of) => ({ of, factors: null });

// ---- nodes ----

/**
 * A vector as a strip of its units.
 * @param {Value} value
 * @returns {StripNode}
 */
export const strip = (value) => ({ kind: "strip", value });

/**
 * A vector that exists before the step begins.
 * @param {Value} value
 * @returns {StripNode}
 */
export const given = (value) => ({ kind: "strip", value, given: true });

/**
 * A box in which a quantity is computed.
 * @param {string} of
 * @param {string | ExpressionData} [label]
 * @returns {GateNode}
 */
export const gate = (of, label) => ({ kind: "gate", of, label });

/**
 * A small box with a function in it, on the way to a quantity.
 * @param {string} of
 * @param {string} text
 * @returns {FunctionNode}
 */
export const functionBox = (of, text) => ({ kind: "function", of, text, wide: text.length > LONG_NAME });

/**
 * A circle with an operation in it, on the way to a quantity.
 * @param {string} of
 * @param {string} text
 * @returns {OperationNode}
 */
export const operation = (of, text) => ({ kind: "operation", of, text });

/**
 * Vectors put side by side.
 * @param {...Value} values
 * @returns {JoinNode}
 */
export const joined = (...values) => ({ kind: "join", values });

/**
 * The current token.
 * @returns {TokenNode}
 */
export const token = () => ({ kind: "token", of: INPUT });

/**
 * Where a wire divides.
 * @returns {PointNode}
 */
export const branch = () => ({ kind: "branch" });

/**
 * Where a wire turns or ends.
 * @returns {PointNode}
 */
export const corner = () => ({ kind: "corner" });

/**
 * A wire along nodes, on the way to one quantity or several.
 * @param {string[]} path
 * @param {Value} value
 * @param {string | string[]} to
 * @param {Partial<Wire>} [options]
 * @returns {Wire}
 */
export const wire = (path, value, to, options = {}) => ({ path, value, to: [to].flat(), ...options });
