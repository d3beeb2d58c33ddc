// Written from playground_schema.py, do not edit.

import type { DefinitionData, ModelData } from "../model/payload.d.ts";

/** How a model reads what is typed: its vocabulary, and what Python knows of characters. */
export interface ReaderData {
  /** "characters", "words", "pieces" or "numbers". */
  kind: "characters" | "words" | "pieces" | "numbers";
  /** The tokens in the order of their ids; none for numbers. */
  tokens: string[];
  /** Whether an end mark is read after the last token. */
  end: boolean;
  /** How many numbers a step has, where tokens are numbers. */
  vector_size: number;
  /** The tokens for what is unknown, and for the end. */
  unknown: string;
  /** The tokens for what is unknown, and for the end. */
  end_mark: string;
  /** How many tokens are read at most, without the end mark. */
  most: number;
  /** How many characters of a text are kept. */
  most_characters: number;
  /** How many code points a token has at most. */
  longest: number;
  /** How many unknown tokens an error names. */
  listed: number;
  /** How many unknown tokens a remark names. */
  names: number;
  /** Classes of code points by name: the lengths of ranges outside and inside the class by turns, in base 36. */
  classes: Record<string, string>;
  /** What is written for tokens that cannot be seen. */
  signs: Record<string, string>;
  /** Templates by name; see `rnnviz.text.sentences`. */
  sentences: Record<string, string>;
  /** What is needed to read numbers; None for a text. */
  numbers: NumbersData | null;
}

/** What is needed to read numbers. */
export interface NumbersData {
  /** The largest size of a number. */
  largest: number;
  /** How many characters at the start of a text decide how it is read. */
  look: number;
  /** How many characters the name of a table has at most. */
  name: number;
  /** How many numbers fit into the label of a step. */
  few: number;
  /** For each seed from 0 on, numbers that Python has drawn, step by step. */
  noise: number[][];
}

/** How the effects of units are measured and called; see `rnnviz.analysis.unit_effects`. */
export interface EffectRules {
  /** How many gate values a measurement may compute. */
  gate_values: number;
  /** What effects are about: the lead of the answer, or the only output. */
  lead: string;
  /** What effects are about: the lead of the answer, or the only output. */
  output: string;
  /** What the values are, by how they were measured. */
  silenced: string;
  /** What the values are, by how they were measured. */
  direct: string;
  /** What the values are, by how they were measured. */
  first_order: string;
}

/** What a page needs of a cell, beside what the model computes. */
export interface CellRules {
  /** Its name for people. */
  title: string;
  /** Its options. */
  options: Record<string, string>;
  /** What is the same in every run, without weights and readout. */
  definition: DefinitionData;
  /** The quantity of which the hidden state is a projection; "hidden" if it is none. */
  projected: string;
  /** What the size of a unit's values is called. */
  size: string;
  /** The states that a silenced unit loses. */
  unit_states: string[];
}

/** What else makes a payload of a run. */
export interface RunRules {
  /** After which steps the model was trained to answer: "every", "last", or "token" for those of `asked_token`. */
  asked: "every" | "last" | "token";
  /** A token. */
  asked_token: string;
  /** How much of the values of a quantity without bounds is within its scale, in per cent. */
  share_within: number;
  /** Where such a scale ends at least. */
  least_limit: number;
  /** Where such a scale may end, times a power of ten. */
  scale_steps: number[];
  /** Up to how many labels are all shown. */
  most_labels: number;
  /** How many of more are shown for each step. */
  leading: number;
  /** What is said of the others. */
  fewer_labels: string;
  /** Whether the network's own numbers are in double precision; else single or less. */
  is_double: boolean;
  /** The sentence about values beyond all numbers, and what it calls an output. */
  overflow: string;
  /** The sentence about values beyond all numbers, and what it calls an output. */
  output: string;
}

/** What is said about changes of a run, the interventions; see `rnnviz.interventions`. */
export interface ChangeRules {
  /** Why a change does not fit, as templates. */
  problems: Record<string, string>;
  /** Other templates: "impossible", "invalid_token", "nothing_left", "contradiction", "unreadable" and "too_many". */
  sentences: Record<string, string>;
  /** How many characters of a change, of a text that is none, and of a token a sentence shows. */
  shown: number;
  /** How many characters of a change, of a text that is none, and of a token a sentence shows. */
  shown_unreadable: number;
  /** How many characters of a change, of a text that is none, and of a token a sentence shows. */
  shown_token: number;
  /** How many units the text of a change can name. */
  listed: number;
  /** How many changes a run has at most, and how many units they name together. */
  most: number;
  /** How many changes a run has at most, and how many units they name together. */
  most_units: number;
  /** Those in which any layer reads. */
  directions: string[];
  /** What the run ends on, as templates; see `rnnviz.analysis.effects.run_outcome`. */
  ends: Record<string, string>;
  /** The same of outputs that are values. */
  value_ends: Record<string, string>;
  /** Where the predictions first differ, as templates. */
  first: Record<string, Record<string, string>>;
  /** What stands for a label where outputs are no numbers. */
  no_prediction: string;
}

/** A page to type into. */
export interface PlaygroundData {
  /** The model, which the browser runs. */
  model: ModelData;
  /** Those of the model, in its order. */
  cells: CellRules[];
  /** How the model reads. */
  reader: ReaderData;
  /** How the effects of units are measured. */
  effects: EffectRules;
  /** What is said about changes of a run. */
  changes: ChangeRules;
  /** What else makes a payload of a run. */
  rules: RunRules;
  /** The text at first. */
  text: string;
}
