/**
 * Cells and tiles, many at once: nodes are gathered, then drawn a style at a time, because one large path is drawn ten times as fast
 * as many small ones. Gathering and drawing allocate nothing.
 */

import { STATES } from "../states.js";

/** @typedef {import("../layout.js").Level} Level */
/** @typedef {import("../states.js").State} State */
/** @typedef {import("../store.js").Picture} Picture */

/** Shades of a healthy cell, by how full it is. */
const SHADES = 10;
const [HEALTHY, DEGRADED, DOWN, UNKNOWN, HIDDEN, CORDONED] = [0, 1, 2, 3, 4, 5];
const AGENTS = /** @type {const} */ (["kubelet", "proxy", "runtime"]);

export class Strokes {
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
  #shades = new Uint8Array(64);

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
    this.#states[at] = picture.number("state", row) ?? UNKNOWN;
    const most = picture.number("pods_max", row);
    // 255: the node does not say how many pods fit.
    this.#shades[at] = most ? Math.round(Math.min(1, (picture.number("pods", row) ?? 0) / most) * 250) : 255;
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
    const round = this.#round && this.#w > 6 ? Math.min(1.8 * this.unit, this.#w / 5) : 0;
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
    if (round) this.low.roundRect(x, y, this.#w, this.#h, round);
    else this.low.rect(x, y, this.#w, this.#h);
  }

  #cells() {
    const { low } = this;
    const { named, states } = this.colours;
    const round = this.#round && this.#w > 6 ? Math.min(1.8 * this.unit, this.#w / 5) : 0;
    low.fillStyle = named["healthy"] ?? "";
    for (let shade = 0; shade <= SHADES; shade += 1) {
      let some = false;
      low.beginPath();
      for (let at = 0; at < this.#count; at += 1) {
        const level = this.#shades[at] ?? 255;
        if (this.#states[at] !== HEALTHY || (level === 255 ? 4 : Math.round((level / 250) * SHADES)) !== shade) continue;
        some = true;
        this.#box(at, round);
      }
      if (!some) continue;
      low.globalAlpha = this.#alpha * (0.3 + (0.5 * shade) / SHADES);
      low.fill();
    }
    low.globalAlpha = this.#alpha;
    for (const state of [DEGRADED, DOWN, UNKNOWN, CORDONED]) {
      if (!this.#boxesOf(state)) continue;
      low.fillStyle = state === UNKNOWN ? this.hatchedFine : (states[STATES[state] ?? "unknown"] ?? "");
      low.fill();
    }
    if (this.#boxesOf(HIDDEN)) {
      low.strokeStyle = states.not_observable;
      low.lineWidth = 1;
      low.stroke();
    }
    this.#bars();
    this.#horizons(0, 0, 1, Math.max(1.5, this.#h * 0.2), 0);
  }

  /** Two bars on what is cordoned. */
  #bars() {
    const w = this.#w;
    if (w <= 6) return;
    this.low.fillStyle = this.colours.named["ink"] ?? "";
    for (let at = 0; at < this.#count; at += 1) {
      if (this.#states[at] !== CORDONED) continue;
      const x = /** @type {number} */ (this.#xs[at]);
      const y = /** @type {number} */ (this.#ys[at]) + this.#h * 0.24;
      this.low.fillRect(x + w * 0.28, y, w * 0.14, this.#h * 0.52);
      this.low.fillRect(x + w * 0.58, y, w * 0.14, this.#h * 0.52);
    }
  }

  /** A node of the control plane carries a strip of the horizon. @param {number} left share of the width @param {number} up
   *  @param {number} wide share of the width @param {number} tall @param {number} round */
  #horizons(left, up, wide, tall, round) {
    const picture = /** @type {Picture} */ (this.#picture);
    const { low } = this;
    low.fillStyle = this.colours.named["horizon"] ?? "";
    for (let at = 0; at < this.#count; at += 1) {
      if (picture.number("cp", this.#rows[at] ?? 0) !== 1) continue;
      low.beginPath();
      low.roundRect(/** @type {number} */ (this.#xs[at]) + left * this.#w, /** @type {number} */ (this.#ys[at]) - up, this.#w * wide, tall, round);
      low.fill();
    }
  }

  #tiles() {
    const { low } = this;
    const { named, states } = this.colours;
    // A card that is still blank has the corners and the edge of a card.
    const card = this.#level === "card";
    const s = card ? 1.4 * this.unit : Math.min(this.#w / 50, this.#h / 50);
    low.globalAlpha = this.#alpha;
    let present = 0;
    for (let at = 0; at < this.#count; at += 1) present |= 1 << (this.#states[at] ?? UNKNOWN);
    for (let state = HEALTHY; state <= CORDONED; state += 1) {
      if (!(present & (1 << state))) continue;
      const well = state === HEALTHY || state === HIDDEN;
      const line = well ? 1 : Math.max(1.5, 2.4 * s);
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
        if (round) low.roundRect(x, y, this.#w - line, this.#h - line, round);
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
    this.#horizons(0.28, 0.5 * s, 0.44, Math.max(2, 3 * s), 1.5 * s);
    this.#levels(s);
    this.#agents(s);
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

  /** Pods against what fits. @param {number} s */
  #levels(s) {
    const { low } = this;
    const { named } = this.colours;
    const picture = /** @type {Picture} */ (this.#picture);
    const foot = this.#h - 19 * s;
    const round = this.#round ? 3 * s : 0;
    for (let kind = 0; kind < 3; kind += 1) {
      let some = false;
      low.beginPath();
      for (let at = 0; at < this.#count; at += 1) {
        const shade = this.#shades[at] ?? 255;
        if (shade === 255) continue;
        const state = this.#states[at] ?? UNKNOWN;
        const well = state === HEALTHY || state === HIDDEN;
        // Without a heartbeat the pods are the last ones known.
        const last = state === UNKNOWN || (!well && (picture.number("kubelet", this.#rows[at] ?? 0) ?? UNKNOWN) !== HEALTHY);
        if ((last ? 2 : state === DOWN ? 1 : 0) !== kind) continue;
        some = true;
        const tall = Math.max(2 * s, ((foot - 7 * s) * shade) / 250);
        const x = /** @type {number} */ (this.#xs[at]) + 5 * s;
        const y = /** @type {number} */ (this.#ys[at]) + foot - tall;
        if (round) low.roundRect(x, y, this.#w - 10 * s, tall, Math.min(round, tall / 2));
        else low.rect(x, y, this.#w - 10 * s, tall);
      }
      if (!some) continue;
      low.fillStyle = kind === 2 ? this.hatched : (named[kind === 1 ? "tile-level-down" : "tile-level"] ?? "");
      low.fill();
    }
  }

  /** Three segments: kubelet, kube-proxy, container runtime. @param {number} s */
  #agents(s) {
    const { low } = this;
    const { named, states } = this.colours;
    const picture = /** @type {Picture} */ (this.#picture);
    const segment = (this.#w - 14 * s) / 3;
    const foot = this.#h - 13 * s;
    const round = this.#round ? 2 * s : 0;
    for (let state = HEALTHY; state <= CORDONED; state += 1) {
      let some = false;
      const rise = state === DOWN || state === DEGRADED ? 3 * s : 0;
      low.beginPath();
      for (let agent = 0; agent < 3; agent += 1) {
        const column = picture.column(/** @type {string} */ (AGENTS[agent]));
        const left = 5 * s + agent * (segment + 2 * s);
        for (let at = 0; at < this.#count; at += 1) {
          if ((column[this.#rows[at] ?? 0] ?? UNKNOWN) !== state) continue;
          some = true;
          const x = /** @type {number} */ (this.#xs[at]) + left;
          const y = /** @type {number} */ (this.#ys[at]) + foot - rise;
          if (round) low.roundRect(x, y, segment, 7 * s + rise, round);
          else low.rect(x, y, segment, 7 * s + rise);
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
