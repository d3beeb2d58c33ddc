// Written from settings_schema.py, do not edit.

import type { Payload } from "./payload.d.ts";

/** Where the instrument begins, and what of it is shown. */
export interface Start {
  /** From 0. */
  step: number;
  /** From 0; None if none was chosen. */
  unit: number | null;
  /** The place of a phase among those of a step; None for the whole step. */
  phase?: number | null;
  /** The order of the units in the heatmaps: "effect", "similar" or "number". */
  row_order?: "effect" | "similar" | "number";
  /** Whether the heatmaps show all units. */
  all_rows?: boolean;
}

/** A change of the run, an intervention. */
export interface ChangeData {
  /** As the link has it, such as "forget=1". */
  text: string;
  /** The same for people. */
  words: string;
}

/** A token that the model drew itself. */
export interface DrawnData {
  /** The step after which it was drawn, from 0; it is the token of the next one, unless it ended the text. */
  step: number;
  /** The label that was drawn. */
  label: string;
  /** The model's probability of it. */
  share: number;
  /** Its probability in the draw, after temperature and the choice of the likeliest. */
  drawn_share: number;
}

/** What the page says about the run that is shown. */
export interface Notes {
  /** Sentences, such as that a character is not in the vocabulary. */
  remarks: string[];
  /** The changes of the run. */
  changes: ChangeData[];
  /** Whether the run is an older one, because what was typed since cannot be read. */
  dimmed: boolean;
  /** What the model wrote itself. */
  drawn?: DrawnData[];
}

/** A run beside the main one. */
export interface RunData {
  /** What slots call it. */
  name: string;
  /** The run. Like the main one it may lack its definition, which the browser then has. */
  payload: Payload;
}

/** Two runs of one model, step by step: the main one, and the only one beside it. */
export interface ComparisonData {
  /** The step of the first and of the second run in every column, from 0; None for a gap. */
  columns: [number | null, number | null][];
  /** What to call the first and the second run, for screen readers. */
  titles: [string, string];
  /** Which of them the main run is: 0 for the first, 1 for the second. It has a step in every column. */
  main: number;
}

/** How the instrument shows a payload. */
export interface Settings {
  /** Where it begins; if missing, at the first step. */
  start?: Start;
  /** The unit that is shown until one is chosen; if missing or None, the one with the largest effect. */
  default_unit?: number | null;
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
  /** What the page says about the run. */
  notes?: Notes;
  /** The view as a page to save, after it was requested. */
  saved_page?: string | null;
  /** Runs that slots show by their names, under one step. */
  runs?: RunData[];
  /** How the main run and the only one in `runs` are compared. */
  comparison?: ComparisonData | null;
}
