/**
 * Cells and tiles, many at once: nodes are gathered, then drawn a style at a time, because one large path is drawn ten times as fast
 * as many small ones. Neither gathering nor drawing allocates anything for a node.
 */

import { roundedRect } from "./rounded.js";
import { CODES, HEALTHY, HIDDEN, SEGMENTS, SHADES, STROKES, STROKES_FROM, UNKNOWN, UNTOLD } from "../scene/tile.js";
import { cellHorizon, cellRound, codeOf, edgeOf, fillOf, heightOf, isWell, opacityOf, rises, shadeOf, stepOf, tileShape } from "../scene/tile.js";
import { STATES } from "../states.js";

/** @typedef {import("../layout.js").Level} Level */
/** @typedef {import("../states.js").State} State */
/** @typedef {import("../store.js").Picture} Picture */


export class NodeCanvas {
  /** @type {string | CanvasPattern} */ hatched = "";
  /** @type {string | CanvasPattern} */ hatchedFine = "";
  unit = 1;
  #count = 0;
  #alpha = 1;
  #round = true;
  #w = 0;
  #h = 0;
  /** @type {Level} */ #level = "cell";
  /** @type {Picture | null} */ #picture = null;
  #rows = new Int32Array(64);
  #xs = new Float64Array(64);
  #ys = new Float64Array(64);
  #states = new Uint8Array(64);
  /** Of a tile its step, of a cell its shade. */ #shades = new Uint8Array(64);
  /** How the level of a tile is filled. */ #fills = new Uint8Array(64);
  /** Of tiles so large; made anew when they grow. */
  #shape = tileShape(0, 0, 0);
  #shaped = { w: 0, h: 0 };

  /** @param {CanvasRenderingContext2D} low @param {import("./colours.js").Colours} colours */
  constructor(low, colours) {
    this.low = low;
    this.colours = colours;
  }

  /** Make room for so many nodes. @param {number} rows */
  room(rows) {
    this.#rows = new Int32Array(rows);
    this.#xs = new Float64Array(rows);
    this.#ys = new Float64Array(rows);
    this.#states = new Uint8Array(rows);
    this.#shades = new Uint8Array(rows);
    this.#fills = new Uint8Array(rows);
  }

  /** @param {Picture} picture @param {Level} level @param {boolean} round corners @param {number} alpha */
  begin(picture, level, round, alpha) {
    this.#picture = picture;
    this.#level = level;
    this.#round = round;
    this.#alpha = alpha;
    this.#count = 0;
  }

  /** @param {number} row @param {number} x @param {number} y @param {number} w @param {number} h */
  add(row, x, y, w, h) {
    const picture = /** @type {Picture} */ (this.#picture);
    const at = this.#count;
    if (at >= this.#rows.length) return;
    this.#count += 1;
    this.#w = w;
    this.#h = h;
    this.#rows[at] = row;
    this.#xs[at] = x;
    this.#ys[at] = y;
    const code = codeOf(picture, row);
    const step = stepOf(picture, row);
    this.#states[at] = code;
    if (this.#level === "cell") {
      this.#shades[at] = shadeOf(step);
      return;
    }
    this.#shades[at] = step;
    this.#fills[at] = fillOf(picture, row, code);
  }

  /** Draw what was gathered. */
  end() {
    if (!this.#count) return;
    if (this.#level === "cell") this.#cells();
    else this.#tiles();
    this.low.globalAlpha = 1;
  }

  /** Add boxes of a state to the path that is open; is there one? @param {number} state */
  #boxesOf(state) {
    const { low } = this;
    const round = this.#round ? cellRound(this.#w, this.unit) : 0;
    let some = false;
    low.beginPath();
    for (let at = 0; at < this.#count; at += 1) {
      if (this.#states[at] !== state) continue;
      some = true;
      this.#box(at, round);
    }
    return some;
  }

  /** @param {number} at @param {number} round */
  #box(at, round) {
    const x = /** @type {number} */ (this.#xs[at]);
    const y = /** @type {number} */ (this.#ys[at]);
    if (round) roundedRect(this.low, x, y, this.#w, this.#h, round);
    else this.low.rect(x, y, this.#w, this.#h);
  }

  #cells() {
    const { low } = this;
    const { named, states } = this.colours;
    const round = this.#round ? cellRound(this.#w, this.unit) : 0;
    low.fillStyle = named["healthy"] ?? "";
    for (let shade = 0; shade <= SHADES; shade += 1) {
      let some = false;
      low.beginPath();
      for (let at = 0; at < this.#count; at += 1) {
        if (this.#states[at] !== HEALTHY || this.#shades[at] !== shade) continue;
        some = true;
        this.#box(at, round);
      }
      if (!some) continue;
      low.globalAlpha = this.#alpha * opacityOf(shade);
      low.fill();
    }
    low.globalAlpha = this.#alpha;
    for (const state of CODES) {
      if (state === HEALTHY || state === HIDDEN || !this.#boxesOf(state)) continue;
      low.fillStyle = state === UNKNOWN ? this.hatchedFine : (states[STATES[state] ?? "unknown"] ?? "");
      low.fill();
    }
    if (this.#boxesOf(HIDDEN)) {
      low.strokeStyle = states.not_observable;
      low.lineWidth = 1;
      low.stroke();
    }
    this.#strokes();
    this.#horizons({ x: 0, y: 0, w: this.#w, h: cellHorizon(this.#h), r: 0 });
  }

  /** Strokes on what was taken out, leaves or joins. */
  #strokes() {
    const w = this.#w;
    const h = this.#h;
    if (w <= STROKES_FROM) return;
    this.low.fillStyle = this.colours.named["ink"] ?? "";
    for (let at = 0; at < this.#count; at += 1) {
      const strokes = STROKES.get(this.#states[at] ?? UNKNOWN);
      if (!strokes) continue;
      const x = /** @type {number} */ (this.#xs[at]);
      const y = /** @type {number} */ (this.#ys[at]);
      for (const one of strokes) this.low.fillRect(x + w * one.x, y + h * one.y, w * one.w, h * one.h);
    }
  }

  /** A node of the control plane carries a strip of the horizon. @param {import("../scene/tile.js").Rounded} strip */
  #horizons({ x, y, w, h, r }) {
    const picture = /** @type {Picture} */ (this.#picture);
    const { low } = this;
    low.fillStyle = this.colours.named["horizon"] ?? "";
    for (let at = 0; at < this.#count; at += 1) {
      if (picture.number("cp", this.#rows[at] ?? 0) !== 1) continue;
      low.beginPath();
      roundedRect(low, /** @type {number} */ (this.#xs[at]) + x, /** @type {number} */ (this.#ys[at]) + y, w, h, r);
      low.fill();
    }
  }

  #tiles() {
    const { low } = this;
    const { named, states } = this.colours;
    // A card that is still blank has the corners and the edge of a card.
    const card = this.#level === "card";
    const shape = this.#shapeOf();
    const s = card ? 1.4 * this.unit : shape.s;
    low.globalAlpha = this.#alpha;
    let present = 0;
    for (let at = 0; at < this.#count; at += 1) present |= 1 << (this.#states[at] ?? UNKNOWN);
    for (const state of CODES) {
      if (!(present & (1 << state))) continue;
      const well = isWell(state);
      const line = edgeOf(state, s);
      const round = this.#round || card ? 7 * s : 0;
      if (!round && state !== HIDDEN) {
        // On the way: two boxes, one in the other, are drawn in half the time of a box and its outline.
        low.fillStyle = well ? (named["tile-edge"] ?? "") : (states[STATES[state] ?? "unknown"] ?? "");
        this.#squares(state, 0);
        low.fillStyle = named["tile"] ?? "";
        this.#squares(state, line);
        continue;
      }
      low.beginPath();
      for (let at = 0; at < this.#count; at += 1) {
        if (this.#states[at] !== state) continue;
        const x = /** @type {number} */ (this.#xs[at]) + line / 2;
        const y = /** @type {number} */ (this.#ys[at]) + line / 2;
        if (round) roundedRect(low, x, y, this.#w - line, this.#h - line, round);
        else low.rect(x, y, this.#w - line, this.#h - line);
      }
      low.fillStyle = named["tile"] ?? "";
      low.fill();
      low.lineWidth = line;
      if (state === HIDDEN) low.setLineDash([3 * s, 3 * s]);
      low.strokeStyle = well ? (named["tile-edge"] ?? "") : (states[STATES[state] ?? "unknown"] ?? "");
      low.stroke();
      if (state === HIDDEN) low.setLineDash([]);
    }
    if (card) return;
    this.#horizons(shape.horizon);
    this.#levels(shape);
    this.#agents(shape);
  }

  #shapeOf() {
    const { w, h } = this.#shaped;
    if (w !== this.#w || h !== this.#h) {
      this.#shape = tileShape(this.#w, this.#h, 0);
      this.#shaped = { w: this.#w, h: this.#h };
    }
    return this.#shape;
  }

  /** Fill the boxes of a state, so much smaller on every side. @param {number} state @param {number} inset */
  #squares(state, inset) {
    const w = this.#w - 2 * inset;
    const h = this.#h - 2 * inset;
    for (let at = 0; at < this.#count; at += 1) {
      if (this.#states[at] !== state) continue;
      this.low.fillRect(/** @type {number} */ (this.#xs[at]) + inset, /** @type {number} */ (this.#ys[at]) + inset, w, h);
    }
  }

  /** Pods against what fits. @param {import("../scene/tile.js").TileShape} shape */
  #levels(shape) {
    const { low } = this;
    const { named } = this.colours;
    const { level } = shape;
    const round = this.#round ? level.r : 0;
    // What fits, so that little load is seen as little of it, and not as an empty tile.
    low.beginPath();
    for (let at = 0; at < this.#count; at += 1) {
      if (this.#shades[at] === UNTOLD) continue;
      const x = /** @type {number} */ (this.#xs[at]) + level.x;
      const y = /** @type {number} */ (this.#ys[at]) + level.foot - level.most;
      if (round) roundedRect(low, x, y, level.w, level.most, round);
      else low.rect(x, y, level.w, level.most);
    }
    low.fillStyle = named["tile-trough"] ?? "";
    low.fill();
    for (let kind = 0; kind < 3; kind += 1) {
      let some = false;
      low.beginPath();
      for (let at = 0; at < this.#count; at += 1) {
        const step = this.#shades[at] ?? UNTOLD;
        if (step === UNTOLD || this.#fills[at] !== kind) continue;
        some = true;
        const tall = heightOf(shape, step);
        const x = /** @type {number} */ (this.#xs[at]) + level.x;
        const y = /** @type {number} */ (this.#ys[at]) + level.foot - tall;
        if (round) roundedRect(low, x, y, level.w, tall, Math.min(round, tall / 2));
        else low.rect(x, y, level.w, tall);
      }
      if (!some) continue;
      low.fillStyle = kind === 2 ? this.hatched : (named[kind === 1 ? "tile-level-down" : "tile-level"] ?? "");
      low.fill();
    }
  }

  /** Three segments: kubelet, kube-proxy, container runtime. @param {import("../scene/tile.js").TileShape} shape */
  #agents({ agents }) {
    const { low } = this;
    const { named, states } = this.colours;
    const picture = /** @type {Picture} */ (this.#picture);
    const round = this.#round ? agents.r : 0;
    for (const state of CODES) {
      let some = false;
      const rise = rises(state) ? agents.rise : 0;
      low.beginPath();
      for (let agent = 0; agent < SEGMENTS.length; agent += 1) {
        const column = picture.column(/** @type {string} */ (SEGMENTS[agent]));
        const left = agents.lefts[agent] ?? 0;
        for (let at = 0; at < this.#count; at += 1) {
          if ((column[this.#rows[at] ?? 0] ?? UNKNOWN) !== state) continue;
          some = true;
          const x = /** @type {number} */ (this.#xs[at]) + left;
          const y = /** @type {number} */ (this.#ys[at]) + agents.y - rise;
          if (round) roundedRect(low, x, y, agents.w, agents.h + rise, round);
          else low.rect(x, y, agents.w, agents.h + rise);
        }
      }
      if (!some) continue;
      if (state === HIDDEN) {
        low.strokeStyle = states.not_observable;
        low.lineWidth = 1;
        low.stroke();
      } else {
        low.fillStyle = state === HEALTHY ? (named["agent"] ?? "") : state === UNKNOWN ? this.hatchedFine : (states[STATES[state] ?? "unknown"] ?? "");
        low.fill();
      }
    }
  }
}
