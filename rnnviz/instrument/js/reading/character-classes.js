// Classes of code points as Python knows them: a browser's own Unicode may be older or newer.

/** A set of code points. */
export class CharacterClass {
  /**
   * @param {string} lengths  of ranges outside and inside the class by turns, in base 36
   */
  constructor(lengths) {
    let end = 0;
    /** Where ranges begin and end, by turns. */
    this.edges = Uint32Array.from(lengths.split(" ").filter(Boolean), (length) => end += Number.parseInt(length, 36));
  }

  /**
   * @param {number} codePoint
   * @returns {boolean}
   */
  has(codePoint) {
    return this.edgesUpTo(codePoint) % 2 === 1;
  }

  /**
   * How many code points before this one are in the same range.
   * @param {number} codePoint  of the class
   * @returns {number}
   */
  placeInRange(codePoint) {
    return codePoint - this.edges[this.edgesUpTo(codePoint) - 1];
  }

  /**
   * @param {number} codePoint
   * @returns {number}
   */
  edgesUpTo(codePoint) {
    let [low, high] = [0, this.edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.edges[middle] <= codePoint) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * Classes by name.
 * @param {Record<string, string>} classes  the lengths of ranges by name
 * @returns {Record<string, CharacterClass>}
 */
export function decodedClasses(classes) {
  return Object.fromEntries(Object.entries(classes).map(([name, lengths]) => [name, new CharacterClass(lengths)]));
}

/**
 * The code point at a place of a text, and the place after it.
 * @param {string} text
 * @param {number} at
 * @returns {[codePoint: number, after: number]}
 */
export function codePointAt(text, at) {
  const codePoint = /** @type {number} */ (text.codePointAt(at));
  return [codePoint, at + (codePoint > 0xffff ? 2 : 1)];
}

/**
 * A text without what belongs to a class at its ends.
 * @param {string} text
 * @param {CharacterClass} blank  of code points below U+10000
 * @returns {string}
 */
export function stripped(text, blank) {
  let [first, after] = [0, text.length];
  while (first < after && blank.has(text.charCodeAt(first))) first++;
  while (after > first && blank.has(text.charCodeAt(after - 1))) after--;
  return text.slice(first, after);
}
