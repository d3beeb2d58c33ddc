// A recorded trace as the views read it: numbers by quantity, step and unit.

const STATE_BEFORE_FIRST = -1;

/** Little-endian float32 numbers from base64. */
export function floats(base64) {
  return new Float32Array(bytesOf(base64));
}

/** Little-endian float16 numbers (IEEE 754) from base64, as float32. */
export function halves(base64) {
  return Float32Array.from(new Uint16Array(bytesOf(base64)), (bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
  });
}

/** Bytes from base64. */
function bytes(base64) {
  return new Uint8Array(bytesOf(base64));
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
}

/**
 * The payload of rnnviz/instrument/payload.py, decoded.
 *
 * Steps count from 0 here; people see them from 1. A cell that reads backwards finds its
 * old state at the next step, so views ask `before`, and never subtract one themselves.
 */
export class Trace {
  constructor(payload) {
    Object.assign(this, {
      id: payload.id,
      model: payload.model,
      cell: payload.cell,
      title: payload.title,
      options: payload.options,
      now: payload.now ?? "now",
      tokens: payload.tokens,
      unknown: payload.unknown,
      units: payload.units,
      inputs: payload.inputs,
      quantities: payload.quantities,
      phases: payload.phases,
      labels: payload.labels,
      layer: payload.layer,
      backward: payload.backward,
      swapped: payload.swapped, // steps as typed, from 1
      editable: payload.editable ?? false,
      kind: payload.kind, // of the tokens: "characters", "words" or "numbers"
      reads: payload.reads, // how many numbers make one step, where it is numbers that are read
      reduced: payload.reduced,
      weights: payload.weights && decodedWeights(payload.weights),
    });
    this.steps = this.tokens.length;
    this.byName = Object.fromEntries(this.quantities.map((quantity) => [quantity.name, quantity]));
    this.arrays = mapped(payload.values, payload.half ? halves : floats);
    this.initial = mapped(payload.initial, floats);
    this.probabilities = payload.probabilities && floats(payload.probabilities);
    this.typed = payload.typed; // by step, which step it is of the text as typed, from 1
    this.held = mapped(payload.held, bytes);
    this.digits = payload.half ? 3 : 6; // that can be trusted
    this.takeRows(payload);
  }

  /** The numbers over tokens (see `Rows` in wire.py), by name; they may change while all else stays. */
  takeRows({ rows, rows_id }) {
    this.rowsId = rows_id;
    this.rows = mapped(rows, ({ values, parts, total, ...about }) => ({
      ...about,
      values: floats(values),
      parts: parts.map(([title, numbers]) => ({ title, numbers: floats(numbers) })),
      total: total && { title: total[0], numbers: floats(total[1]) },
    }));
  }

  /** The step that is the same as typed, or the first after it; the last one if there is none. */
  stepAsTyped(typed) {
    const step = this.typed.findIndex((number) => number >= typed);
    return step < 0 ? this.steps - 1 : step;
  }

  /** Whether a step reads its token later than another does. */
  isLater(step, other) {
    return this.backward ? step < other : step > other;
  }

  /** The quantities that hold H numbers: all but the input vector. */
  get shown() {
    return this.quantities.filter((quantity) => quantity.role !== "vector");
  }

  /** What is picked before anything has been: the first gate, or without gates the hidden state. */
  get firstPick() {
    return this.quantities.find(({ role }) => role === "gate")?.name ?? "hidden";
  }

  width(name) {
    return name === "input_vector" ? this.inputs : this.units;
  }

  /** The vector of a quantity at a step, as a view of the recorded numbers. */
  vector(name, step) {
    if (step === STATE_BEFORE_FIRST) return this.initial[name];
    const width = this.width(name);
    return this.arrays[name].subarray(step * width, (step + 1) * width);
  }

  value(name, step, unit) {
    return this.vector(name, step)[unit];
  }

  /** The step whose states a step starts from; STATE_BEFORE_FIRST if they are the initial ones. */
  previous(step) {
    const before = this.backward ? step + 1 : step - 1;
    return before >= 0 && before < this.steps ? before : STATE_BEFORE_FIRST;
  }

  /** A state's vector as a step found it. */
  before(state, step) {
    return this.vector(state, this.previous(step));
  }

  /** What the readout says after a step, a number a label; null without a readout. */
  says(step) {
    const classes = this.labels.length;
    return this.probabilities && this.probabilities.subarray(step * classes, (step + 1) * classes);
  }
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}

function decodedWeights(weights) {
  const { rows, further, ...arrays } = weights;
  return { rows, further, ...mapped(arrays, floats) };
}
