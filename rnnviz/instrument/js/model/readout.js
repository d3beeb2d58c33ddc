// What hidden states add to a logit.

/** @import { Trace } from "./trace.js" */

/**
 * How far changes of the hidden state move the lead of a label, by unit: its logit less the mean of all other logits.
 * The only output of a network has nothing to be compared with, and its logit takes the place of the lead.
 * @param {Trace} trace  with a readout
 * @param {number} label
 * @param {Float64Array} changes
 * @returns {Float64Array}
 */
export function pushes({ readout, labels }, label, changes) {
  if (!readout) return new Float64Array(changes.length);
  const others = labels.length - 1;
  return changes.map((change, unit) => {
    let sum = 0;
    for (let other = 0; other <= others; other++) sum += readout[other * changes.length + unit];
    const own = readout[label * changes.length + unit];
    return change * (others ? own - (sum - own) / others : own);
  });
}
