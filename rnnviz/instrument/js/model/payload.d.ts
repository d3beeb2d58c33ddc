// Written from schema.py, do not edit.

/** A quantity of the cell, the input vector included. */
export interface QuantityData {
  /** As in the cell's definition. */
  name: string;
  /** As in the cell's definition. */
  symbol: string;
  /** As in the cell's definition. */
  title: string;
  /** "vector", "state", "gate" or "candidate". */
  role: "vector" | "state" | "gate" | "candidate";
  /** The hues of values above and below zero, as "#D55E00". */
  colour: string;
  /** The hues of values above and below zero, as "#D55E00". */
  negative_colour: string;
  /** The name of the activation. */
  activation: string | null;
  /** The ends of the colour scale. */
  limits: [number, number];
  /** The bounds of the values, None where there is none. */
  low: number | null;
  /** The bounds of the values, None where there is none. */
  high: number | null;
}

/** A phase of a step. */
export interface PhaseData {
  /** As in the cell's definition. */
  name: string;
  /** As in the cell's definition. */
  title: string;
  /** As in the cell's definition. */
  description: string;
  /** The names of the quantities that are computed. */
  computes: string[];
  /** LaTeX in which `\q{name}` is the symbol of a quantity and `\f{name}` that of an activation. */
  equations: string[];
}

/** An activation, or another function that equations name. */
export interface ActivationData {
  /** As in `rnnviz.cells.activations`. */
  kind: string;
  /** As in `rnnviz.cells.activations`. */
  symbol: string;
  /** The numbers that belong to the kind. */
  parameters: number[];
  /** The bound at which sums are clipped first. */
  within: number | null;
  /** The bounds of the values, None where there is none. */
  low: number | null;
  /** The bounds of the values, None where there is none. */
  high: number | null;
}

/** The parameters of one layer and direction. */
export interface WeightsData {
  /** The quantities whose blocks of H rows make up the matrices and biases, in their order. */
  rows: string[];
  /** The quantities whose blocks make up each further parameter of the cell, by its name. */
  extra: Record<string, string[]>;
  /** The parameters as float32, by name. */
  arrays: Record<string, string>;
}

/** A named number at each step. */
export interface PartData {
  /** What the number is. */
  title: string;
  /** Array of shape (T,), float32. */
  values: string;
}

/** A value of every token at every step; see `TokenValues`. */
export interface TokenValuesData {
  /** What the values are. */
  title: string;
  /** Array of shape (T, T), float32: [step, token]. */
  values: string;
  /** The hues of values above and below zero, as "#D55E00". */
  colour: string;
  /** The hues of values above and below zero, as "#D55E00". */
  negative_colour: string;
  /** The end of the colour scale. */
  limit: number;
  /** The unit that follows each value; "" for none. */
  unit: string;
  /** What is added to the sum of a row to give the total. */
  parts: PartData[];
  /** What a row adds up to. */
  total: PartData | null;
  /** Whether values can be negative. */
  signed: boolean;
}

/** The trace of one layer and direction, with the definition of its cell. */
export interface Payload {
  /** Identifies everything in the payload but `weights`, `token_values` and `token_values_id`. */
  id: string;
  /** Identifies the trace. */
  fingerprint: string;
  /** Identifies the weights. */
  model_key: string;
  /** From 0. */
  layer: number;
  /** "forward" or "backward". */
  direction: string;
  /** The cell's name, and its name for people. */
  cell: string;
  /** The cell's name, and its name for people. */
  title: string;
  /** The cell's options. */
  options: Record<string, string>;
  /** "characters", "words", "pieces" or "numbers". */
  token_kind: "characters" | "words" | "pieces" | "numbers";
  /** How many numbers make one token, where tokens are numbers. */
  token_width: number;
  /** T tokens, as shown. */
  tokens: string[];
  /** For each step, the step of the text as typed, from 1. */
  typed_steps: number[];
  /** The steps of the text as typed whose token an intervention swapped. */
  swapped_steps: number[];
  /** For each step, whether the vocabulary lacks the token. */
  unknown: boolean[];
  /** H and D. */
  units: number;
  /** H and D. */
  input_size: number;
  /** In the order of computation, the input vector first. */
  quantities: QuantityData[];
  /** In the order of computation. */
  phases: PhaseData[];
  /** By name. */
  activations: Record<string, ActivationData>;
  /** C labels of the readout. */
  labels: string[];
  /** Whether `values` are float16 rather than float32. */
  half_precision: boolean;
  /** For each quantity, an array of shape (T, H), or (T, D) for the input vector. */
  values: Record<string, string>;
  /** For each state, its value before the first step: shape (H,), float32. */
  initial: Record<string, string>;
  /** For quantities that an intervention holds, an array of shape (T, H), uint8: 0 where the cell computed the value, 1 where it is held at a value, 2 where it is frozen. */
  holds: Record<string, string>;
  /** Array of shape (T, C), float32; None without a readout. */
  probabilities: string | null;
  /** How the trace was reduced to keep the page fast. */
  reductions: string[];
  /** None if the browser has them. */
  weights: WeightsData | null;
  /** By the names that slots ask for. */
  token_values: Record<string, TokenValuesData>;
  /** Identifies the token values. */
  token_values_id: string;
}

/** A position in a trace. */
export interface Position {
  /** From 0. */
  step: number;
  /** From 0. */
  unit: number;
}

/** How the instrument shows a payload. */
export interface Settings {
  /** Where it begins; if missing, at the first step and unit. */
  start?: Position;
  /** The text as typed. */
  text?: string;
  /** The views to show; if missing or None all of them, "whatif" only if `editable`. */
  views?: string[] | null;
  /** Whether the page follows the position. Play then skips the phases. */
  follow?: boolean;
  /** Whether values can be picked and overridden. */
  editable?: boolean;
  /** What precedes the present value of the one that is picked; "now" if missing. */
  value_word?: string;
}
