// Written from expression_schema.py and schema.py and model_schema.py, do not edit.

/** A quantity at a step. */
export interface ValueData {
  /** "value". */
  kind: "value";
  /** The name of the quantity. */
  name: string;
  /** Whether it is a state as the step found it. */
  is_before: boolean;
}

/** A bias. */
export interface BiasData {
  /** "bias". */
  kind: "bias";
  /** The name of the parameter. */
  parameter: string;
  /** The quantity whose rows of the parameter are meant. */
  block: string;
}

/** A weight matrix applied to a vector. */
export interface MatrixData {
  /** "matrix". */
  kind: "matrix";
  /** The name of the parameter. */
  parameter: string;
  /** The quantity whose rows of the parameter are meant. */
  block: string;
  /** The vector. */
  of: ExpressionData;
}

/** A vector of weights times a vector, unit by unit. */
export interface DiagonalData {
  /** "diagonal". */
  kind: "diagonal";
  /** The name of the parameter. */
  parameter: string;
  /** The quantity whose rows of the parameter are meant. */
  block: string;
  /** The vector. */
  of: ExpressionData;
}

/** A sum. */
export interface SumData {
  /** "sum". */
  kind: "sum";
  /** What is added. */
  terms: ExpressionData[];
}

/** A product, unit by unit. */
export interface ProductData {
  /** "product". */
  kind: "product";
  /** What is multiplied. */
  factors: ExpressionData[];
}

/** A quotient, unit by unit. */
export interface QuotientData {
  /** "quotient". */
  kind: "quotient";
  /** What is divided. */
  dividend: ExpressionData;
  /** What it is divided by. */
  divisor: ExpressionData;
}

/** A number that is the same in all units. */
export interface NumberData {
  /** "number". */
  kind: "number";
  /** The number. */
  value: number;
}

/** A function of `rnnviz.cells.primitives`, unit by unit. */
export interface PrimitiveData {
  /** "primitive". */
  kind: "primitive";
  /** The name of the function in JavaScript's Math. */
  name: "exp" | "expm1" | "log1p" | "tanh" | "abs" | "sign" | "max" | "min";
  /** What it is a function of. */
  arguments: ExpressionData[];
}

/** One minus an expression. */
export interface ComplementData {
  /** "complement". */
  kind: "complement";
  /** The expression. */
  of: ExpressionData;
}

/** An activation of an expression. */
export interface ApplyData {
  /** "apply". */
  kind: "apply";
  /** The name of the activation. */
  function: string;
  /** The expression. */
  of: ExpressionData;
}

/** A vector without its mean over the units, divided by their standard deviation and scaled by weights. */
export interface LayerNormData {
  /** "layer_norm". */
  kind: "layer_norm";
  /** The name of the parameter. */
  parameter: string;
  /** The quantity whose rows of the parameter are meant. */
  block: string;
  /** The vector. */
  of: ExpressionData;
  /** What is added to the variance. */
  epsilon: number;
}

/** An equation. */
export interface EquationData {
  /** The name of the quantity that is computed. */
  target: string;
  /** The right side. */
  right: ExpressionData;
}

export type ExpressionData =
  | ValueData
  | BiasData
  | MatrixData
  | DiagonalData
  | SumData
  | ProductData
  | QuotientData
  | NumberData
  | PrimitiveData
  | ComplementData
  | ApplyData
  | LayerNormData;

/** An array: in base64, or as it came beside the JSON. */
export type Numbers = string | Float32Array | Uint16Array | Uint8Array;

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
  /** In the order of computation. */
  equations: EquationData[];
}

/** A factor in the equation of a gated state. */
export interface FactorData {
  /** The name of a quantity. */
  name: string;
  /** Whether the factor is 1 minus the quantity. */
  complement: boolean;
}

/** A state that a gate carries on: the product of factors times its old value, plus what is written. */
export interface GatedStateData {
  /** The name of the state. */
  state: string;
  /** What the old value is multiplied by. */
  keep: FactorData[];
  /** The products that are added. */
  write: FactorData[][];
}

/** An activation. */
export interface ActivationData {
  /** How equations write it. */
  symbol: string;
  /** Its value as an expression in z, the sum. */
  curve: ExpressionData;
  /** The bounds of the values, None where there is none. */
  low: number | null;
  /** The bounds of the values, None where there is none. */
  high: number | null;
}

/** The parameters of one layer and direction. */
export interface WeightsData {
  /** By the name of a parameter, the quantities that its blocks of rows belong to, in their order. */
  blocks: Record<string, string[]>;
  /** The parameters as float32, by name. */
  arrays: Record<string, Numbers>;
}

/** What of a layer is the same in every run. */
export interface DefinitionData {
  /** In the order of computation, the input vector first. */
  quantities: QuantityData[];
  /** In the order of computation. */
  phases: PhaseData[];
  /** The states that a gate carries on, the hidden state first. */
  gated_states: GatedStateData[];
  /** By name. */
  activations: Record<string, ActivationData>;
  /** C labels of the readout; none where a run sends those that lead. */
  labels: string[];
  /** Array of shape (C, size of the hidden state): what each unit's hidden state adds to each logit, float32; None where it does not go to the readout as it is, and where there are very many labels. */
  readout: Numbers | null;
  /** The layer's parameters; None where the model is not known. */
  weights: WeightsData | null;
}

/** The input vectors, each of them once. */
export interface InputVectorsData {
  /** Array of shape (number of different vectors, D). */
  rows: Numbers;
  /** For each step, its row, from 0. */
  row_of_step: number[];
}

/** A named number at each step. */
export interface PartData {
  /** What the number is. */
  title: string;
  /** Array of shape (T,), float32. */
  values: Numbers;
}

/** A value of every token at every step; see `TokenValues`. */
export interface TokenValuesData {
  /** What the values are. */
  title: string;
  /** Array of shape (T, T), float32: [step, token]. */
  values: Numbers;
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

/** What each unit adds to the answer; see `rnnviz.analysis.unit_effects`. */
export interface EffectsData {
  /** Array of shape (H,), float32. */
  values: Numbers;
  /** The answer; "" where the values are about no label. */
  label: string;
  /** What the values are, in words. */
  measure: string;
}

/** The outputs of a network where they are no probabilities. */
export interface OutputsData {
  /** Array of shape (T, C), float32. */
  values: Numbers;
  /** The same of the run without interventions; None if there are none. */
  unchanged: Numbers | null;
  /** The ends of their colour scale. */
  limits: [number, number];
  /** The name of the activation that they are after, such as "linear". */
  activation: string;
}

/** The run without interventions, at the T steps that they leave. */
export interface UnchangedData {
  /** For each quantity that differs anywhere, an array of its units at each step, in the precision of the trace. */
  values: Record<string, Numbers>;
  /** Array of shape (T, C), float32; None without a readout. */
  probabilities: Numbers | null;
  /** What each unit added to the answer of this run. */
  effects: EffectsData;
  /** How the ends of the two runs differ, in a sentence; "" without a readout. */
  end: string;
  /** Where their predictions first differ, in a sentence; "" if nothing is to be said. */
  first: string;
}

/** The trace of one layer and direction. */
export interface Payload {
  /** Identifies everything in the payload but `token_values` and `token_values_id`. */
  id: string;
  /** Identifies the trace. */
  fingerprint: string;
  /** The model's name. */
  model: string;
  /** Identifies the definition. */
  model_key: string;
  /** None if the browser has it. */
  definition: DefinitionData | null;
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
  /** The steps, from 0, whose token the vocabulary lacks. */
  unknown_steps: number[];
  /** For each quantity, the input vector included, how many values it has at each step. */
  units: Record<string, number>;
  /** The steps, from 0, after which the model was trained to answer; None for all. */
  asked_steps: number[] | null;
  /** For each quantity, the ends of the colour scale. */
  limits: Record<string, [number, number]>;
  /** Whether `values` are float16 rather than float32. */
  half_precision: boolean;
  /** For each quantity but the input vector, an array of its units at each step. */
  values: Record<string, Numbers>;
  /** None if they were left out. */
  input_vectors: InputVectorsData | null;
  /** For each state, its value before the first step, float32. */
  initial: Record<string, Numbers>;
  /** For quantities that an intervention holds, an array of their units at each step, uint8: 0 where the cell computed the value, 1 where it is held at a value, 2 where it is frozen. */
  holds: Record<string, Numbers>;
  /** Of a very large readout the C labels that are sent: those that lead at some step. None for all. */
  labels: string[] | null;
  /** Array of shape (T, C), float32; None without a readout, and where its outputs are no probabilities. */
  probabilities: Numbers | null;
  /** The outputs where they are no probabilities. */
  outputs: OutputsData | null;
  /** What each unit adds to the answer. */
  effects: EffectsData;
  /** The run without the interventions; None if there are none. */
  unchanged: UnchangedData | null;
  /** How the trace was reduced to keep the page fast. */
  reductions: string[];
  /** By the names that slots ask for. */
  token_values: Record<string, TokenValuesData>;
  /** Identifies the token values. */
  token_values_id: string;
}

/** A matrix. */
export interface TableData {
  /** Its shape. */
  rows: number;
  /** Its shape. */
  columns: number;
  /** The values as float32, row by row. */
  values: Numbers;
}

/** A cell under its options. */
export interface CellData {
  /** Its name. */
  name: string;
  /** What is passed on from step to step, the hidden state first. */
  states: string[];
  /** In the order of computation. */
  equations: EquationData[];
}

/** One layer and direction. */
export interface LayerData {
  /** Which of the model's cells it has. */
  cell: number;
  /** "forward" or "backward". */
  direction: "forward" | "backward";
  /** How many each quantity has. */
  units: Record<string, number>;
  /** D. */
  input_size: number;
  /** Its parameters. */
  weights: WeightsData;
  /** The states that a run starts from, as float32; zeros where missing. */
  initial: Record<string, Numbers>;
}

/** A linear layer with an activation, between the hidden states and the readout. */
export interface HeadLayerData {
  /** Its weights. */
  weight: TableData;
  /** Its biases as float32. */
  bias: Numbers;
  /** The name of its activation. */
  activation: string;
}

/** How a network comes from hidden states to its answer; see `rnnviz.network.Head`. */
export interface HeadData {
  /** "softmax", or the name of the activation of the outputs. */
  activation: string;
  /** Which hidden states are read. */
  reading: "every step" | "last step" | "last states" | "sum" | "mean" | "max";
  /** The layers between them and the readout, from below. */
  layers: HeadLayerData[];
}

/** A model that the browser can run. */
export interface ModelData {
  /** The name of the model. */
  name: string;
  /** Each of its cells once. */
  cells: CellData[];
  /** Those of the cells and of the head, by name. */
  activations: Record<string, ActivationData>;
  /** A vector for each token id; None for a model that reads vectors. */
  embedding: TableData | null;
  /** By layer, one or two directions. */
  layers: LayerData[][];
  /** How two directions become one vector: "concat", "sum", "mul" or "ave". */
  merge: "concat" | "sum" | "mul" | "ave";
  /** What the readout reads, and what becomes of its sums. */
  head: HeadData;
  /** The weights of the outputs; None for a model without outputs. */
  readout: TableData | null;
  /** The biases of the outputs as float32, if there are any. */
  readout_bias: Numbers | null;
  /** What the outputs stand for. */
  labels: string[];
}
