// The entry of every known cell: the token gives x, and x is put beside the old hidden state.

import { before, given, INPUT, joined, now, strip, token, wire } from "./geometry.js";

/** @import { Node, Wire } from "./geometry.js" */

/**
 * The nodes and wires of the entry.
 * @type {{ nodes: Record<string, Node>, wires: Wire[] }}
 */
export const ENTRY = {
  nodes: {
    token: token(),
    x: strip(now(INPUT)),
    h_before: given(before("hidden")),
    join: joined(before("hidden"), now(INPUT)),
  },
  wires: [wire(["token", "x"], now(INPUT), INPUT), wire(["x", "join"], now(INPUT), INPUT, { straight: true })],
};
