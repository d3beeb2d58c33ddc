// From what is typed to what a network reads: see `Vocabulary.encode` in tokens.py.

import { decodedClasses, stripped } from "./character-classes.js";
import { normalised, split, visible } from "./splitting.js";
import { filled, general, grouped, InputError } from "./templates.js";
import { parseNumbers } from "./typed-numbers.js";

const NEW_LINE_SIGN = "⏎"; // stands for a line end, which a box of one line cannot hold

/** @import { ReaderData } from "../playground/playground.d.ts" */

/**
 * What a network reads.
 * @typedef {object} Encoding
 * @property {string[]} tokens     as typed; labels of the steps where they are numbers
 * @property {number[]} inputs     ids; where tokens are numbers, all of them, step by step
 * @property {boolean[]} unknown   by token, whether the vocabulary lacks it
 * @property {boolean} truncated   whether the input is longer than the limit
 */

/** How a model reads what is typed. */
export class Reader {
  /** @param {ReaderData} data */
  constructor(data) {
    this.data = data;
    this.classes = decodedClasses(data.classes);
    this.ids = new Map(data.tokens.map((token, id) => [token, id]));
  }

  /**
   * Read a text.
   * @param {string} text
   * @param {number} [limit]  read at most so many tokens, without the end mark
   * @returns {Encoding}
   * @throws {InputError}
   */
  encode(text, limit = this.data.most) {
    if (this.data.kind === "numbers") return this.encodeNumbers(text, limit);
    if (!stripped(text, this.classes.blank)) throw this.error("nothing");
    return this.encodeTokens(this.split(text), limit);
  }

  /**
   * A text without what is beyond the limit of characters, and what is said about it.
   * @param {string} text
   * @returns {{ text: string, remarks: string[] }}
   */
  shortened(text) {
    const { most_characters: most, most: tokens, sentences } = this.data;
    const letters = text.length > most ? [...text] : [];
    if (letters.length <= most) return { text, remarks: [] };
    const values = { which: "text", count: grouped(letters.length), kept: grouped(most), most: tokens };
    return { text: letters.slice(0, most).join(""), remarks: [filled(sentences.too_long, values)] };
  }

  /**
   * The tokens of a text, as typed.
   * @param {string} text
   * @returns {Generator<string>}
   */
  split(text) {
    return split(this.data.kind, text, this.classes, this.data.longest);
  }

  /**
   * Read tokens.
   * @param {Iterable<string>} pieces
   * @param {number} limit
   * @returns {Encoding}
   */
  encodeTokens(pieces, limit) {
    const { kind, end, end_mark: endMark, unknown: unknownMark } = this.data;
    const signed = this.ids.has("\n") && !this.ids.has(NEW_LINE_SIGN);
    /** @type {string[]} */
    const tokens = [];
    let truncated = false;
    for (const piece of pieces) {
      if (tokens.length === limit) {
        truncated = true;
        break;
      }
      const token = piece.replace(/[\ud800-\udfff]/gu, "\ufffd"); // half a pair
      tokens.push(signed && token === NEW_LINE_SIGN ? "\n" : token);
    }
    if (!tokens.length) throw this.error("nothing");
    if (end && tokens.at(-1) !== endMark) tokens.push(endMark);
    const spelled = tokens.map((token) => {
      return this.ids.has(token) || token === endMark ? token : normalised(kind, token, this.classes);
    });
    const unknown = spelled.map((token) => !this.ids.has(token) || token === unknownMark);
    if (unknown.includes(true) && !this.ids.has(unknownMark)) {
      const strange = [...new Set(tokens.filter((_, step) => unknown[step]))].slice(0, this.data.listed);
      throw this.error("unknown_token", { words: strange.map((token) => `“${this.visible(token)}”`).join(", ") });
    }
    const unknownId = this.ids.get(unknownMark) ?? 0;
    return { tokens, inputs: spelled.map((token) => this.ids.get(token) ?? unknownId), unknown, truncated };
  }

  /**
   * @param {string} text
   * @param {number} limit
   * @returns {Encoding}
   */
  encodeNumbers(text, limit) {
    const { vector_size: size, numbers: rules } = this.data;
    const { largest, few } = /** @type {import("../playground/playground.d.ts").NumbersData} */ (rules);
    const { numbers, truncated } = parseNumbers(text, this, limit);
    if (!numbers.length) throw this.error("no_numbers");
    if (!numbers.every((number) => Math.abs(number) <= largest)) throw this.error("not_finite");
    const steps = numbers.length / size;
    const tokens = Array.from({ length: steps }, (_, step) => {
      return size <= few
        ? numbers.slice(step * size, (step + 1) * size).map((value) => general(value)).join(" ")
        : `#${step + 1}`;
    });
    return { tokens, inputs: numbers, unknown: tokens.map(() => false), truncated };
  }

  /**
   * What was not read as it was typed: see `reading_remarks` in remarks.py.
   * @param {Encoding} encoding
   * @returns {string[]}
   */
  remarks({ tokens, unknown, truncated }) {
    const { sentences, names: most, unknown: mark } = this.data;
    const names = [...new Set(tokens.filter((_, step) => unknown[step]).map((token) => this.visible(token)))];
    const listed = names.slice(0, most).join(", ") + (names.length > most ? sentences.and_others : "");
    return [
      ...(truncated ? [sentences.only_first] : []),
      ...(names.length ? [filled(sentences.not_in_vocabulary, { names: listed, unknown: mark })] : []),
    ];
  }

  /**
   * A token as it is shown.
   * @param {string} token
   * @returns {string}
   */
  visible(token) {
    return visible(token, this.classes, this.data.signs);
  }

  /**
   * @param {string} name  of the sentence
   * @param {Record<string, string | number>} [values]
   * @returns {InputError}
   */
  error(name, values = {}) {
    return new InputError(filled(this.data.sentences[name], values, this.classes.hidden));
  }
}
