// Arithmetic with vectors and matrices.

/** @typedef {Float32Array | Float64Array} Vector */

/**
 * Add a vector to another one.
 * @param {Vector} out  changed
 * @param {Vector} vector
 */
export function add(out, vector) {
  for (let unit = 0; unit < out.length; unit++) out[unit] += vector[unit];
}

/**
 * Multiply a vector by another one, unit by unit.
 * @param {Vector} out  changed
 * @param {Vector} vector
 */
export function multiply(out, vector) {
  for (let unit = 0; unit < out.length; unit++) out[unit] *= vector[unit];
}

/**
 * A matrix, row by row, times a vector.
 * @template {Vector} Out
 * @param {Float32Array} matrix
 * @param {Vector} vector
 * @param {Out} out
 * @returns {Out}
 */
export function multiplyInto(matrix, vector, out) {
  const width = vector.length;
  for (let row = 0, k = 0; row < out.length; row++) {
    let sum = 0;
    for (let column = 0; column < width; column++, k++) sum += matrix[k] * vector[column];
    out[row] = sum;
  }
  return out;
}

/**
 * The sum of the products of two vectors, unit by unit.
 * @param {Vector} one
 * @param {Vector} other
 * @returns {number}
 */
export function dotProduct(one, other) {
  let sum = 0;
  for (let k = 0; k < one.length; k++) sum += one[k] * other[k];
  return sum;
}

/**
 * A vector with its mean taken away, divided by its standard deviation.
 * @param {Vector} vector
 * @param {number} epsilon  added to the variance
 * @returns {Float64Array}
 */
export function normalised(vector, epsilon) {
  const values = Float64Array.from(vector);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const deviation = Math.sqrt(dotProduct(centred, centred) / values.length + epsilon);
  return centred.map((value) => value / deviation);
}

/**
 * Turn logits into probabilities.
 * @param {Float64Array} logits
 * @returns {Float64Array}  values that add up to 1
 */
export function softmax(logits) {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
