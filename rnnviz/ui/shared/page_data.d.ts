// Written from page_data.py, do not edit.

import type { ComparisonData, Notes, RunData, Start } from "../../instrument/js/model/settings.d.ts";

/** The settings of the instrument, and what a fresh page would show. */
export interface PageData {
  /** Where the instrument begins. */
  start: Start;
  /** The text as typed. */
  text: string;
  /** The views to show; None for all. */
  views: string[] | null;
  /** Whether the page follows the position. */
  follow: boolean;
  /** Whether values can be picked and overridden. */
  editable: boolean;
  /** What precedes the present value of the one that is picked. */
  value_word: string;
  /** What the page says about the run. */
  notes: Notes;
  /** The step of a fresh page, from 0, which the link leaves out; None for the last one. */
  default_step: number | null;
  /** The unit that is shown until one is chosen; None for the one with the largest effect. */
  default_unit: number | null;
  /** The text of a fresh page; None if the link does not hold the text. */
  default_text: string | null;
  /** Whether a link to a position has just opened the page. */
  opened_at_position: boolean;
  /** The view as a page to save, after it was requested. */
  saved_page: string | null;
  /** Runs that slots show by their names. A run that the browser has is sent as its id alone. */
  runs: RunData[];
  /** How the main run and the only one in `runs` are compared. */
  comparison: ComparisonData | null;
}
