// A part of the page as one SVG: its pictures, its texts, and the boxes around them.

import { plainColour } from "../model/colours.js";
import { svg } from "./dom.js";
import { svgCopyAt } from "./svg-copy.js";

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

const SHARPNESS = 4; // pixels of a copied canvas for each of the page's
const COLOUR = /(?:rgba?|color)\([^)]*\)/g;

/**
 * Copy an element as it is on the page, without the room around its parts.
 * @param {HTMLElement} element
 * @param {string} without  selects what is left out
 * @returns {SVGSVGElement}  with its size
 */
export function vectorCopy(element, without) {
  const { left, top } = element.getBoundingClientRect();
  const copier = new Copier([left, top], without);
  const content = copier.copyOf(element);
  const [x, y, right, bottom] = copier.bounds.map(round);
  const [width, height] = [right - x, bottom - y].map((side) => Math.max(round(side), 1));
  return svg("svg", { width, height, viewBox: `${x} ${y} ${width} ${height}`, overflow: "visible" }, content);
}

/** Copies elements to where they are. */
class Copier {
  /**
   * @param {[left: number, top: number]} origin  in the window
   * @param {string} without
   */
  constructor(origin, without) {
    this.origin = origin;
    this.without = without;
    this.pen = document.createElement("canvas").getContext("2d");
    this.gradients = 0;
    this.bounds = [Infinity, Infinity, -Infinity, -Infinity];
  }

  /**
   * Take note of where a part is.
   * @param {Box} box
   */
  include({ x, y, width, height }) {
    const [left, top, right, bottom] = this.bounds;
    const corners = [Math.min(left, x), Math.min(top, y), Math.max(right, x + width), Math.max(bottom, y + height)];
    this.bounds = corners;
  }

  /**
   * @param {DOMRect} rect
   * @returns {Box}
   */
  boxOf({ left, top, width, height }) {
    return {
      x: round(left - this.origin[0]),
      y: round(top - this.origin[1]),
      width: round(width),
      height: round(height),
    };
  }

  /**
   * @param {Element} element
   * @returns {SVGElement | null}
   */
  copyOf(element) {
    const style = getComputedStyle(element);
    const box = this.boxOf(element.getBoundingClientRect());
    if (style.display === "none" || style.visibility === "hidden" || element.matches(this.without)) return null;
    const isPicture = element instanceof SVGSVGElement || element instanceof HTMLCanvasElement;
    if (isPicture) this.include(box);
    if (element instanceof SVGSVGElement) return svgCopyAt(element, box);
    if (element instanceof HTMLCanvasElement) return this.pictureOf(element, box);
    const children = [...element.childNodes].map((child) => {
      if (child instanceof Text) return this.textOf(child, style);
      return child instanceof Element ? this.copyOf(child) : null;
    });
    const parts = [...this.boxesOf(style, box), ...this.marksOf(element, box), ...children].filter((part) =>
      part !== null
    );
    if (style.opacity === "1" && parts.length < 2) return parts[0] ?? null;
    return svg("g", { opacity: style.opacity === "1" ? null : style.opacity }, parts);
  }

  /**
   * A canvas with sharp edges between its pixels, whatever shows it.
   * @param {HTMLCanvasElement} canvas
   * @param {Box} box
   * @returns {SVGElement | null}
   */
  pictureOf(canvas, box) {
    if (!canvas.width || !canvas.height || !box.width || !box.height) return null;
    const large = document.createElement("canvas");
    [large.width, large.height] = [Math.ceil(box.width * SHARPNESS), Math.ceil(box.height * SHARPNESS)];
    const pen = large.getContext("2d");
    if (!pen) return null;
    pen.imageSmoothingEnabled = false;
    pen.drawImage(canvas, 0, 0, large.width, large.height);
    return svg("image", { ...box, href: large.toDataURL(), preserveAspectRatio: "none" });
  }

  /**
   * The background, border and outline of a box.
   * @param {CSSStyleDeclaration} style
   * @param {Box} box
   * @returns {SVGElement[]}
   */
  boxesOf(style, box) {
    const rx = Number.parseFloat(style.borderTopLeftRadius) || null;
    const parts = [];
    const ground = plainColour(style.backgroundColor);
    if (ground.colour !== "none") {
      parts.push(svg("rect", { ...box, rx, fill: ground.colour, "fill-opacity": ground.opacity }));
    }
    const stops = style.backgroundImage.startsWith("linear-gradient") ? style.backgroundImage.match(COLOUR) : null;
    if (stops) parts.push(...this.rampOf(stops, box));
    const border = plainColour(style.borderTopColor);
    const thickness = Number.parseFloat(style.borderTopWidth);
    if (thickness && style.borderTopStyle === "solid" && border.colour !== "none") {
      parts.push(frameOf(box, -thickness / 2, thickness, border, rx));
    }
    const line = Number.parseFloat(style.outlineWidth);
    if (line && style.outlineStyle === "solid") {
      parts.push(
        frameOf(box, line / 2 + Number.parseFloat(style.outlineOffset), line, plainColour(style.outlineColor), rx),
      );
    }
    if (parts.length) this.include(box);
    return parts;
  }

  /**
   * What the style sheet puts over a box: empty elements with a background.
   * @param {Element} element
   * @param {Box} box
   * @returns {SVGElement[]}
   */
  marksOf(element, box) {
    return ["::before", "::after"].flatMap((name) => {
      const style = getComputedStyle(element, name);
      if (style.content !== '""' || style.position !== "absolute") return [];
      const [left, top, width, height] = [style.left, style.top, style.width, style.height].map(Number.parseFloat);
      return this.boxesOf(style, { x: round(box.x + left), y: round(box.y + top), width, height });
    });
  }

  /**
   * Colours that fade into each other from left to right.
   * @param {string[]} colours
   * @param {Box} box
   * @returns {SVGElement[]}
   */
  rampOf(colours, box) {
    const id = `ramp-${this.gradients++}-${Math.random().toString(36).slice(2, 8)}`;
    const plain = colours.map(plainColour);
    const stops = plain.flatMap(({ colour, opacity }, k) => {
      const offset = k / (plain.length - 1);
      // What is clear has the hue of its neighbour, from either side.
      const hues = colour === "none"
        ? [plain[k - 1], plain[k + 1]].filter(Boolean).map((each) => each.colour)
        : [colour];
      return hues.map((hue) =>
        svg("stop", { offset, "stop-color": hue, "stop-opacity": colour === "none" ? 0 : opacity })
      );
    });
    return [svg("linearGradient", { id }, stops), svg("rect", { ...box, fill: `url(#${id})` })];
  }

  /**
   * A text where it stands.
   * @param {Text} node
   * @param {CSSStyleDeclaration} style
   * @returns {SVGElement | null}
   */
  textOf(node, style) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const rect = range.getBoundingClientRect();
    if (!node.data.trim() || !rect.width || !this.pen) return null;
    const { colour, opacity } = plainColour(style.color);
    const font = {
      fill: colour,
      "fill-opacity": opacity === 1 ? null : opacity,
      "font-family": style.fontFamily,
      "font-size": style.fontSize,
      "font-weight": style.fontWeight === "400" ? null : style.fontWeight,
      "font-style": style.fontStyle === "normal" ? null : style.fontStyle,
      lengthAdjust: "spacingAndGlyphs",
      "xml:space": "preserve",
    };
    this.pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = this.pen.measureText(node.data);
    const share = ascent / (ascent + descent);
    const box = this.boxOf(rect);
    this.include(box);
    const words = node.data.replace(/^\n\s*|\n\s*$/g, "");
    if (style.writingMode.startsWith("sideways") || style.writingMode.startsWith("vertical")) {
      const [x, y] = [round(box.x + box.width * share), round(box.y + box.height)];
      return svg("text", { ...font, textLength: box.height, transform: `translate(${x} ${y}) rotate(-90)` }, words);
    }
    return svg("text", { ...font, x: box.x, y: round(box.y + box.height * share), textLength: box.width }, words);
  }
}

/**
 * A line around a box, `by` pixels outside of its edge.
 * @param {Box} box
 * @param {number} by
 * @param {number} thickness
 * @param {{ colour: string, opacity: number }} stroke
 * @param {number | null} rx
 * @returns {SVGElement}
 */
function frameOf({ x, y, width, height }, by, thickness, { colour, opacity }, rx) {
  const place = { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by, rx };
  return svg("rect", { ...place, fill: "none", stroke: colour, "stroke-opacity": opacity, "stroke-width": thickness });
}

/**
 * @param {number} value
 * @returns {number}
 */
function round(value) {
  return Math.round(value * 100) / 100;
}
