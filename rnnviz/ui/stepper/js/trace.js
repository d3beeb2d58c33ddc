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

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
}

/**
 * The payload of rnnviz/ui/stepper/wire.py, decoded.
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
      tokens: payload.tokens,
      unknown: payload.unknown,
      units: payload.units,
      inputs: payload.inputs,
      quantities: payload.quantities,
      phases: payload.phases,
      labels: payload.labels,
      backward: payload.backward,
      reduced: payload.reduced,
      weights: payload.weights && decodedWeights(payload.weights),
    });
    this.steps = this.tokens.length;
    this.byName = Object.fromEntries(this.quantities.map((quantity) => [quantity.name, quantity]));
    this.arrays = mapped(payload.values, payload.half ? halves : floats);
    this.initial = mapped(payload.initial, floats);
    this.probabilities = payload.probabilities && floats(payload.probabilities);
  }

  /** The quantities that hold H numbers: all but the input vector. */
  get shown() {
    return this.quantities.filter((quantity) => quantity.role !== "vector");
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
  const { rows, ...arrays } = weights;
  return { rows, ...mapped(arrays, floats) };
}
