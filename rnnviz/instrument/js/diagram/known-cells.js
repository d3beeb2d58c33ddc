// Where everything stands in the diagrams of RNN, GRU and LSTM: data, in the words of geometry.js.

import { symbolOfFunction } from "../model/functions.js";
import { before, branch, corner, gate, gated, given, INPUT, joined, now, operation } from "./geometry.js";
import { rest, squashed, step, strip, token, unseen, wire } from "./geometry.js";

/** The way in: the token gives x, and x and the old hidden state are put side by side. */
const ENTRY = {
  nodes: {
    token: token(),
    x: strip(now(INPUT)),
    h_before: given(before("hidden")),
    join: joined(before("hidden"), now(INPUT)),
  },
  wires: [wire(["token", "x"], now(INPUT), INPUT), wire(["x", "join"], now(INPUT), INPUT, { straight: true })],
};

function lstm({ squash = "tanh" }) {
  const all = ["forget", "input", "candidate", "output"];
  const kept = gated(now("forget"), before("cell"));
  const written = gated(now("input"), now("candidate"));
  const small = squashed("cell", squash);
  const named = step("hidden", symbolOfFunction(squash));
  const bus = { bundle: true, open: true };
  const h = before("hidden");
  return {
    nodes: {
      ...ENTRY.nodes,
      c_before: given(before("cell")),
      bus_f: branch(),
      bus_i: branch(),
      bus_g: branch(),
      bus_o: corner(),
      f_gate: gate("forget"),
      i_gate: gate("input"),
      g_gate: gate("candidate"),
      o_gate: gate("output"),
      f: strip(now("forget")),
      i: strip(now("input")),
      g: strip(now("candidate")),
      o: strip(now("output")),
      keep: operation("cell", "⊙"),
      kept: strip(kept),
      write: operation("cell", "⊙"),
      written: strip(written),
      add: operation("cell", "+"),
      divide: branch(),
      squash: named,
      squashed: strip(small),
      show: operation("hidden", "⊙"),
      shown: corner(),
      shown_end: corner(),
      c: strip(now("cell")),
      h: strip(now("hidden")),
      c_next: corner(),
      h_next: corner(),
    },
    wires: [
      ...ENTRY.wires,
      wire(["h_before", "join"], h, INPUT, { straight: true }),
      wire(["join", "bus_f"], h, all, bus),
      wire(["bus_f", "bus_i"], h, all.slice(1), bus),
      wire(["bus_i", "bus_g"], h, all.slice(1), bus),
      wire(["bus_g", "bus_o", "o_gate"], h, "output", { bundle: true }),
      wire(["bus_f", "f_gate"], h, "forget", { bundle: true }),
      wire(["bus_i", "i_gate"], h, "input", { bundle: true }),
      wire(["bus_g", "g_gate"], h, "candidate", { bundle: true }),
      wire(["f_gate", "f"], now("forget"), "forget"),
      wire(["i_gate", "i"], now("input"), "input"),
      wire(["g_gate", "g"], now("candidate"), "candidate"),
      wire(["o_gate", "o"], now("output"), "output"),
      wire(["c_before", "keep"], before("cell"), "cell"),
      wire(["f", "keep"], now("forget"), "cell"),
      wire(["keep", "add"], kept, "cell", { gate: now("forget") }),
      wire(["i", "write"], now("input"), "cell"),
      wire(["g", "write"], now("candidate"), "cell"),
      wire(["write", "add"], written, "cell", { gate: now("input") }),
      wire(["add", "c"], now("cell"), "cell"),
      wire(["divide", "squash"], now("cell"), "hidden"),
      wire(["squash", "show"], small, "hidden"),
      wire(["o", "show"], now("output"), "hidden"),
      wire(["show", "shown", "shown_end", "h"], now("hidden"), "hidden", { gate: now("output") }),
      wire(["c", "c_next"], now("cell"), "cell"),
      wire(["h", "h_next"], now("hidden"), "hidden"),
    ],
    highways: [{ path: ["c_before", "c"], of: "cell" }],
    forms: {
      wide: {
        size: [928, 532],
        frame: [132, 16, 660, 442],
        title: [148, 42],
        places: {
          c_before: [64, 66, "above"],
          h_before: [64, 400, "above"],
          token: [64, 502],
          x: [202, 502, "right"],
          join: [202, 400],
          bus_f: [332, 400],
          bus_i: [450, 400],
          bus_g: [568, 400],
          bus_o: [686, 400],
          f_gate: [332, 338],
          i_gate: [450, 338],
          g_gate: [568, 338],
          o_gate: [686, 338],
          f: [332, 276, "above"],
          i: [450, 276, "above"],
          g: [568, 276, "above"],
          o: [686, 276, "above"],
          keep: [332, 66],
          kept: [420.5, 66, "above"],
          add: [509, 66],
          written: [509, 136, "left"],
          write: [509, 206],
          divide: [686, 66],
          squash: [686, 104],
          squashed: [686, 148, named.wide ? null : "left"], // a long name has no room beside it
          show: [686, 206],
          shown: [762, 206],
          shown_end: [762, 400],
          c: [860, 66, "above"],
          h: [860, 400, "above"],
          c_next: [926, 66],
          h_next: [926, 400],
        },
      },
      narrow: {
        size: [360, 574],
        frame: [3, 80, 354, 408],
        title: [6, 20],
        places: {
          c_before: [48, 58, "above"],
          h_before: [178, 58, "above"],
          token: [278, 16],
          x: [278, 58, "ahead"],
          join: [228, 108],
          bus_f: [342, 180],
          bus_i: [342, 266],
          bus_g: [342, 334],
          bus_o: [342, 424],
          f_gate: [278, 180],
          i_gate: [278, 266],
          g_gate: [278, 334],
          o_gate: [278, 424],
          f: [178, 180, "above"],
          i: [178, 266, "above"],
          g: [178, 334, "above"],
          o: [178, 424, "above"],
          keep: [48, 180],
          kept: [48, 240, "ahead"],
          add: [48, 300],
          write: [112, 300],
          divide: [48, 374],
          squash: [112, 374],
          show: [112, 424],
          shown: [112, 462],
          shown_end: [178, 462],
          c: [48, 524, "below"],
          h: [178, 524, "below"],
          c_next: [48, 562],
          h_next: [178, 562],
        },
      },
    },
  };
}

function gru({ reset, update }) {
  const h = before("hidden");
  // Either the update gate keeps the old state and one minus it lets the candidate in, or the other way round.
  const writes = update === "writes";
  const [keeping, renewing] = writes ? [rest("update"), now("update")] : [now("update"), rest("update")];
  const kept = gated(keeping, h);
  const fresh = gated(renewing, now("candidate"));
  const bus = { bundle: true, open: true };
  // "after": the matrix is applied to the old state, and its result is gated. "before": the other way
  // round, so that the matrix is part of the candidate's own weighted sum, as in every gate.
  const after = reset === "after";
  const recalled = after ? unseen("hidden") : gated(now("reset"), h);
  const recall = after
    ? [wire(["bus_r", "bus_h", "matrix"], h, "candidate"), wire(["matrix", "recall"], unseen("hidden"), "candidate")]
    : [wire(["bus_r", "bus_h", "recall"], h, "candidate")];
  // From z one wire leads straight on to one product, and a branch of it to the other, with "1−" on one of them.
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
      ...(after && { matrix: step("candidate", "W") }),
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
      wire(["minus", writes ? "keep" : "renew"], rest("update"), "hidden"),
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

function rnn() {
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
        smallest: 0.75, // so small, it would be taken on a phone
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

/** By the name of the cell: its geometry, given the cell's options. */
export const CELL_GEOMETRIES = { lstm, gru, rnn };
