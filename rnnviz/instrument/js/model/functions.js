// The functions of equations: how they look, what they do, and the lowest and the highest value they have.

/** What an activation does to a sum, by its kind, given its parameters. The same as in rnnviz/cells/activations.py. */
const KINDS = {
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
  relu: (z) => Math.max(z, 0),
  affine: (z, a, b) => a * z + b,
  leaky_relu: (z, a) => (z >= 0 ? z : a * z),
  thresholded_relu: (z, a) => (z > a ? z : 0),
  scaled_tanh: (z, a, b) => a * Math.tanh(b * z),
  hard_sigmoid: (z, a, b) => Math.min(Math.max(a * z + b, 0), 1),
  elu: (z, a) => (z >= 0 ? z : a * Math.expm1(z)),
  softsign: (z) => z / (1 + Math.abs(z)),
  softplus: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
  linear: (z) => z,
};

const SIGMOID = { symbol: "σ", of: KINDS.sigmoid, low: 0, high: 1 };

/** By the name that an equation or a quantity has for them. A trace adds its own; of others nothing is known. */
export const FUNCTIONS = {
  sigma: SIGMOID,
  sigmoid: SIGMOID,
  tanh: { symbol: "tanh", of: KINDS.tanh, low: -1, high: 1 },
  relu: { symbol: "relu", of: KINDS.relu, low: 0, high: Infinity },
  exp: { symbol: "exp", of: Math.exp, low: 0, high: Infinity },
  linear: { symbol: "linear", of: KINDS.linear, low: -Infinity, high: Infinity },
};

/** Take in the activations of a trace. A name says all of its function, so that two traces never differ in one. */
export function learn(activations) {
  for (const [name, { kind, parameters, within, symbol, low, high }] of Object.entries(activations)) {
    const of = (z) => KINDS[kind](within === null ? z : Math.min(Math.max(z, -within), within), ...parameters);
    FUNCTIONS[name] = { symbol, of, low: low ?? -Infinity, high: high ?? Infinity };
  }
}

/** How a function is written; what is not known, by its name. */
export function symbolOfFunction(name) {
  return FUNCTIONS[name]?.symbol ?? name;
}
