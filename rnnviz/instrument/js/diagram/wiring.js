// From the nodes of a diagram to lines: the sizes of nodes and the paths of wires.

/** @import { Form, Node, Path, Place, Point, Size } from "./geometry.js" */

/**
 * Half the width and half the height of a node.
 * @param {Node} node
 * @param {Form} form
 * @returns {Size}
 */
export function halfOf(node, form) {
  const [width, height] = sizeOf(node, form);
  return [width / 2, height / 2];
}

/**
 * @param {Node} node
 * @param {Form} form
 * @returns {Size}
 */
function sizeOf(node, form) {
  switch (node.kind) {
    case "strip":
      return form.strip;
    case "gate":
      return form.gate.size;
    case "join":
      return form.join.size;
    case "token":
      return form.token.size;
    case "function":
      return [node.wide ? form.strip[0] : form.function[0], form.function[1]];
    case "operation":
      return [2 * form.operation, 2 * form.operation];
    default:
      return [0, 0];
  }
}

/**
 * The points of a wire, from border to border of the nodes at its ends. A `straight` wire ends where it meets the
 * border of a box, without turning to its middle.
 * @param {Path} path
 * @param {Record<string, Node>} nodes
 * @param {Record<string, Place>} places
 * @param {Form} form
 * @returns {Point[] | null} null if a node of the path has no place
 */
export function pointsOf({ path, straight }, nodes, places, form) {
  if (path.some((id) => !(id in places))) return null;
  /** @type {Point[]} */
  const points = [];
  path.forEach((id, k) => {
    let [x, y] = places[id];
    const last = points.at(-1);
    if (last && straight && k === path.length - 1) {
      const [halfWidth, halfHeight] = halfOf(nodes[id], form);
      if (Math.abs(x - last[0]) < halfWidth) x = last[0];
      else if (Math.abs(y - last[1]) < halfHeight) y = last[1];
    }
    if (last && last[0] !== x && last[1] !== y) points.push(form.turnsFirst === "y" ? [last[0], y] : [x, last[1]]);
    points.push([x, y]);
  });
  const end = path[path.length - 1];
  trimEnd(points, places[path[0]], halfOf(nodes[path[0]], form), 0);
  trimEnd(points, places[end], halfOf(nodes[end], form), points.length - 1);
  return points;
}

/**
 * Move an end of a wire from the centre of its node to the border.
 * @param {Point[]} points
 * @param {Place} centre
 * @param {Size} half
 * @param {number} at
 */
function trimEnd(points, centre, half, at) {
  const neighbour = points[at === 0 ? 1 : at - 1];
  const axis = neighbour[0] === points[at][0] ? 1 : 0;
  if (half[axis] === 0) return;
  points[at] = [...points[at]];
  points[at][axis] = centre[axis] + Math.sign(neighbour[axis] - points[at][axis]) * half[axis];
}

/**
 * An SVG path through points, with rounded corners.
 * @param {Point[]} points
 * @param {number} radius
 * @returns {string}
 */
export function roundedPath(points, radius) {
  let path = `M${points[0]}`;
  for (let k = 1; k + 1 < points.length; k++) {
    const [into, outOf] = [points[k - 1], points[k + 1]].map((end) => towards(points[k], end, radius));
    path += `L${into}Q${points[k]} ${outOf}`;
  }
  return `${path}L${points.at(-1)}`;
}

/**
 * A point some distance from one towards another, at most half of the way.
 * @param {Point} from
 * @param {Point} to
 * @param {number} distance
 * @returns {Point}
 */
function towards(from, to, distance) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const share = Math.min(distance / length, 0.5);
  return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
}

/**
 * The triangle at the end of a wire, as an SVG path.
 * @param {Point[]} points
 * @param {number} size
 * @returns {string}
 */
export function arrowHead(points, size) {
  const [[fromX, fromY], [x, y]] = points.slice(-2);
  const [dx, dy] = [Math.sign(x - fromX) * size, Math.sign(y - fromY) * size];
  const left = `${x - 1.5 * dx - dy * 0.85},${y - 1.5 * dy - dx * 0.85}`;
  const right = `${x - 1.5 * dx + dy * 0.85},${y - 1.5 * dy + dx * 0.85}`;
  return `M${x},${y}L${left}L${right}Z`;
}
