// The diagram of the simple RNN.

import { ENTRY } from "./cell-entry.js";
import { before, corner, gate, INPUT, now, strip, wire } from "./geometry.js";

/** @import { Geometry } from "./geometry.js" */

/**
 * Lay out the simple RNN.
 * @returns {Geometry}
 */
export function rnnGeometry() {
  const h = before("hidden");
  return {
    nodes: { ...ENTRY.nodes, h_gate: gate("hidden"), h: strip(now("hidden")), h_next: corner() },
    wires: [
      ...ENTRY.wires,
      wire(["h_before", "join"], h, INPUT, { straight: true }),
      wire(["join", "h_gate"], h, "hidden", { bundle: true }),
      wire(["h_gate", "h"], now("hidden"), "hidden"),
      wire(["h", "h_next"], now("hidden"), "hidden"),
    ],
    highways: [],
    forms: {
      wide: {
        size: [640, 240],
        smallest: 0.75, // a phone would otherwise use this form, too small to read
        frame: [132, 16, 372, 142],
        title: [148, 42],
        places: {
          h_before: [64, 100, "above"],
          token: [64, 206],
          x: [212, 206, "right"],
          join: [212, 100],
          h_gate: [410, 100],
          h: [572, 100, "above"],
          h_next: [638, 100],
        },
      },
      narrow: {
        size: [360, 308],
        frame: [3, 80, 354, 142],
        title: [6, 20],
        places: {
          h_before: [120, 58, "above"],
          token: [220, 16],
          x: [220, 58, "ahead"],
          join: [170, 108],
          h_gate: [170, 184],
          h: [170, 258, "below"],
          h_next: [170, 296],
        },
      },
    },
  };
}
