// The diagram of the GRU, in all of its conventions.

import { ENTRY } from "./cell-entry.js";
import {
  before,
  branch,
  complement,
  corner,
  functionBox,
  gate,
  gated,
  INPUT,
  now,
  operation,
  strip,
  unrecorded,
  wire,
} from "./geometry.js";

/** @import { Geometry } from "./geometry.js" */

/**
 * Lay out the GRU under its options.
 * @param {Record<string, string>} options  of the cell
 * @returns {Geometry}
 */
export function gruGeometry({ reset, update }) {
  const h = before("hidden");
  // Either the update gate keeps the old state and its complement lets the candidate in, or the reverse.
  const writes = update === "writes";
  const [keeping, renewing] = writes ? [complement("update"), now("update")] : [now("update"), complement("update")];
  const kept = gated(keeping, h);
  const fresh = gated(renewing, now("candidate"));
  const bus = { bundle: true, open: true };
  // "after": the matrix is applied to the old state and the result is gated. "before": the old state is gated first, so
  // the matrix is part of the candidate's own weighted sum, as in every gate.
  const after = reset === "after";
  const recalled = after ? unrecorded("hidden") : gated(now("reset"), h);
  const recall = after
    ? [
      wire(["bus_r", "bus_h", "matrix"], h, "candidate"),
      wire(["matrix", "recall"], unrecorded("hidden"), "candidate"),
    ]
    : [wire(["bus_r", "bus_h", "recall"], h, "candidate")];
  // One wire leads from z straight to one of the products, and a branch to the other; one of the two passes "1−".
  const [straight, aside] = writes ? ["minus", "renew"] : ["keep", "minus"];
  return {
    nodes: {
      ...ENTRY.nodes,
      divide: branch(),
      divide_x: branch(),
      bus_z: branch(),
      bus_r: branch(),
      bus_h: corner(),
      lane: corner(),
      lane_end: corner(),
      z_gate: gate("update"),
      r_gate: gate("reset"),
      n_gate: gate("candidate"),
      z: strip(now("update")),
      r: strip(now("reset")),
      n: strip(now("candidate")),
      ...(after && { matrix: functionBox("candidate", "W") }),
      recall: operation("candidate", "⊙"),
      recalled: corner(),
      recalled_end: corner(),
      divide_z: branch(),
      keep: operation("hidden", "⊙"),
      kept: strip(kept),
      minus: operation("hidden", "1−"),
      renew: operation("hidden", "⊙"),
      fresh: strip(fresh),
      add: operation("hidden", "+"),
      h: strip(now("hidden")),
      h_next: corner(),
    },
    wires: [
      ...ENTRY.wires,
      wire(["divide", "join"], h, INPUT),
      wire(["join", "bus_z"], h, ["reset", "update", "candidate"], bus),
      wire(["bus_z", "bus_r"], h, ["reset", "candidate"], bus),
      wire(["bus_z", "z_gate"], h, "update", { bundle: true }),
      wire(["bus_r", "r_gate"], h, "reset", { bundle: true }),
      wire(["divide_x", "lane", "lane_end", "n_gate"], now(INPUT), "candidate"),
      wire(["z_gate", "z"], now("update"), "update"),
      wire(["r_gate", "r"], now("reset"), "reset"),
      wire(["n_gate", "n"], now("candidate"), "candidate"),
      ...recall,
      wire(["r", "recall"], now("reset"), "candidate"),
      wire(["recall", "recalled", "recalled_end", "n_gate"], recalled, "candidate", { gate: now("reset") }),
      wire(["h_before", "keep"], h, "hidden"),
      wire(["z", straight], now("update"), "hidden"),
      wire(["divide_z", aside], now("update"), "hidden"),
      wire(["minus", writes ? "keep" : "renew"], complement("update"), "hidden"),
      wire(["keep", "add"], kept, "hidden", { gate: keeping }),
      wire(["n", "renew"], now("candidate"), "hidden"),
      wire(["renew", "add"], fresh, "hidden", { gate: renewing }),
      wire(["add", "h"], now("hidden"), "hidden"),
      wire(["h", "h_next"], now("hidden"), "hidden"),
    ],
    highways: [{ path: ["h_before", "h"], of: "hidden" }],
    forms: {
      wide: {
        size: [928, 540],
        frame: [132, 16, 660, 452],
        title: [148, 42],
        places: {
          h_before: [64, 66, "above"],
          divide: [202, 66],
          token: [64, 510],
          x: [202, 510, "right"],
          divide_x: [202, 450],
          lane: [698, 450],
          lane_end: [698, 400],
          join: [202, 400],
          bus_z: [332, 400],
          bus_r: [468, 400],
          bus_h: [568, 400],
          z_gate: [332, 338],
          r_gate: [468, 338],
          n_gate: [698, 338],
          z: [332, 276, "above"],
          r: [468, 276, "above"],
          n: [698, 276, "above"],
          matrix: [568, 338],
          recall: [568, 276],
          recalled: [616, 276],
          recalled_end: [616, 338],
          divide_z: [332, 206],
          minus: writes ? [332, 136] : [515, 206],
          renew: [698, 206],
          fresh: [698, 136, "left"],
          keep: [332, 66],
          kept: [515, 66, "above"],
          add: [698, 66],
          h: [860, 66, "above"],
          h_next: [926, 66],
        },
      },
      narrow: {
        size: [360, 512],
        frame: [3, 78, 354, 348],
        title: [6, 20],
        places: {
          h_before: [48, 58, "above"],
          divide: [48, 114],
          token: [278, 16],
          x: [278, 58, "ahead"],
          divide_x: [278, 87],
          lane: [350, 87],
          lane_end: [350, 386],
          join: [228, 114],
          bus_z: [336, 182],
          bus_r: [336, 254],
          bus_h: [336, 318],
          z_gate: [278, 182],
          r_gate: [278, 254],
          n_gate: [278, 386],
          z: [178, 182, "above"],
          r: [178, 254, "above"],
          n: [178, 386, "above"],
          matrix: [278, 318],
          recall: [178, 318],
          recalled: [178, 346],
          recalled_end: [278, 346],
          divide_z: [112, 182],
          minus: writes ? [85, 182] : [112, 284],
          renew: [112, 386],
          keep: [48, 182],
          kept: [48, 284, writes ? "across" : "ahead"],
          add: [48, 386],
          h: [48, 462, "below"],
          h_next: [48, 500],
        },
      },
    },
  };
}
