/**
 * Nodes on two canvases: below the tiles or cells, above the shapes of what is not healthy, larger than a cell and drawn last.
 *
 * What changed is drawn again and nothing else: a node's box is cleared and filled; the shapes above are drawn anew only when the
 * set of not-healthy nodes did.
 */

import { boxOf } from "../layout.js";
import { drawGlyph, STATES } from "../states.js";
import { hatch, readColours } from "./colours.js";

/** @typedef {import("../layout.js").Plan} Plan */
/** @typedef {import("../layout.js").Box} Box */
/** @typedef {import("../states.js").State} State */
/** @typedef {import("../store.js").Picture} Picture */

/** A backing store beyond this many device pixels is drawn at a lower ratio rather than not at all. */
const MOST_PIXELS = 24_000_000;

export class Paint {
  /** @type {Plan | null} */ #plan = null;
  /** Where each row lies. @type {Map<number, Box>} */ #boxes = new Map();
  /** Which shape is drawn over which row. @type {Map<number, State>} */ #marked = new Map();
  #unit = 1;
  #ratio = 1;

  /** @param {HTMLCanvasElement} below @param {HTMLCanvasElement} above */
  constructor(below, above) {
    this.below = below;
    this.above = above;
    this.low = context(below);
    this.high = context(above);
    this.colours = readColours(below.parentElement ?? document.body);
    this.#patterns();
  }

  /** The theme has changed. */
  recolour() {
    this.colours = readColours(this.below.parentElement ?? document.body);
    this.#patterns();
  }

  #patterns() {
    this.hatched = hatch(this.low, this.colours.states.unknown, this.#ratio, 4.2 * this.#unit);
    this.hatchedFine = hatch(this.low, this.colours.states.unknown, this.#ratio, 3 * this.#unit);
  }

  /** A new plan: everything is drawn anew. @param {Plan} plan @param {Picture} picture @param {number} unit */
  lay(plan, picture, unit) {
    this.#plan = plan;
    this.#unit = unit;
    const height = Math.max(1, plan.height);
    const wanted = window.devicePixelRatio || 1;
    this.#ratio = Math.min(wanted, Math.sqrt(MOST_PIXELS / (plan.width * height)) || 1);
    for (const canvas of [this.below, this.above]) {
      canvas.width = Math.round(plan.width * this.#ratio);
      canvas.height = Math.round(height * this.#ratio);
      canvas.style.width = `${plan.width}px`;
      canvas.style.height = `${height}px`;
    }
    this.#patterns();
    this.#boxes.clear();
    for (const zone of plan.zones) for (const [index, row] of zone.rows.entries()) this.#boxes.set(row, boxOf(plan, zone, index));
    this.all(picture);
  }

  /** Draw every node. @param {Picture} picture */
  all(picture) {
    if (!this.#plan || this.#plan.level === "card") return this.#clear();
    this.#clear();
    for (const [row, box] of this.#boxes) this.#node(picture, row, box);
    this.marks(picture);
    return undefined;
  }

  /** Draw some nodes again. @param {Picture} picture @param {Iterable<number>} rows */
  some(picture, rows) {
    if (!this.#plan || this.#plan.level === "card") return;
    let marks = false;
    for (const row of rows) {
      const box = this.#boxes.get(row);
      if (!box) continue;
      marks ||= this.#mark(picture, row) !== this.#marked.get(row);
      const margin = Math.min(2, this.#plan.gap / 2);
      this.low.clearRect(box.x - margin, box.y - margin, box.w + 2 * margin, box.h + 2 * margin);
      this.#node(picture, row, box);
    }
    if (marks) this.marks(picture);
  }

  /** The shape that belongs over a node; none over what is well, or shows its state without one.
   *  @param {Picture} picture @param {number} row @returns {State | undefined} */
  #mark(picture, row) {
    const state = stateAt(picture, "state", row);
    if (state === "healthy" || state === "not_observable") return undefined;
    if (this.#plan?.level === "cell" && (state === "cordoned" || state === "unknown")) return undefined;
    return state;
  }

  #clear() {
    for (const layer of [this.low, this.high]) {
      layer.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
      layer.clearRect(0, 0, layer.canvas.width, layer.canvas.height);
    }
  }

  /** @param {Picture} picture @param {number} row @param {Box} box */
  #node(picture, row, box) {
    if (this.#plan?.level === "tile") this.#tile(picture, row, box);
    else this.#cell(picture, row, box);
  }

  /** Pods against what fits, 0 to 1; null if the node does not say. @param {Picture} picture @param {number} row */
  #level(picture, row) {
    const most = picture.number("pods_max", row);
    return most ? Math.min(1, (picture.number("pods", row) ?? 0) / most) : null;
  }

  /** @param {Picture} picture @param {number} row @param {Box} box */
  #tile(picture, row, box) {
    const { low, colours } = this;
    const { named, states } = colours;
    const state = stateAt(picture, "state", row);
    const { x, y, w, h } = box;
    const s = w / 50;
    const well = state === "healthy" || state === "not_observable";
    const line = well ? 1 : Math.max(1.5, 2.4 * s);
    low.lineWidth = line;
    low.beginPath();
    low.roundRect(x + line / 2, y + line / 2, w - line, h - line, 7 * s);
    low.fillStyle = named["tile"] ?? "";
    low.fill();
    low.setLineDash(state === "not_observable" ? [3 * s, 3 * s] : []);
    low.strokeStyle = well ? (named["tile-edge"] ?? "") : states[state];
    low.stroke();
    low.setLineDash([]);
    const control = picture.number("cp", row) === 1;
    if (control) {
      // A node of the control plane carries a strip of the horizon.
      low.fillStyle = named["horizon"] ?? "";
      low.beginPath();
      low.roundRect(x + w * 0.28, y - Math.max(0, 0.5 * s), w * 0.44, Math.max(2, 3 * s), 1.5 * s);
      low.fill();
    }
    const strip = 7 * s;
    const foot = y + h - 6 * s - strip;
    const roof = y + 7 * s;
    const level = this.#level(picture, row);
    if (level !== null) {
      const tall = Math.max(2 * s, (foot - 6 * s - roof) * level);
      // Without a heartbeat the pods are the last ones known.
      const lastKnown = state === "unknown" || (STATES[picture.number("kubelet", row) ?? 3] !== "healthy" && !well);
      low.fillStyle = lastKnown ? (this.hatched ?? "") : (named[state === "down" ? "tile-level-down" : "tile-level"] ?? "");
      low.beginPath();
      low.roundRect(x + 5 * s, foot - 6 * s - tall, w - 10 * s, tall, 3 * s);
      low.fill();
    }
    const segment = (w - 10 * s - 2 * 2 * s) / 3;
    for (const [at, column] of ["kubelet", "proxy", "runtime"].entries()) {
      const agent = stateAt(picture, column, row);
      const left = x + 5 * s + at * (segment + 2 * s);
      const rise = agent === "down" || agent === "degraded" ? 3 * s : 0;
      low.beginPath();
      low.roundRect(left, foot - rise, segment, strip + rise, 2 * s);
      if (agent === "not_observable") {
        low.strokeStyle = states[agent];
        low.lineWidth = 1;
        low.stroke();
      } else {
        low.fillStyle = agent === "healthy" ? (named["agent"] ?? "") : agent === "unknown" ? (this.hatchedFine ?? "") : states[agent];
        low.fill();
      }
    }
  }

  /** @param {Picture} picture @param {number} row @param {Box} box */
  #cell(picture, row, box) {
    const { low } = this;
    const { named, states } = this.colours;
    const state = stateAt(picture, "state", row);
    const { x, y, w, h } = box;
    const round = Math.min(1.8 * this.#unit, w / 5);
    low.beginPath();
    if (w > 6) low.roundRect(x, y, w, h, round);
    else low.rect(x, y, w, h);
    if (state === "not_observable") {
      low.strokeStyle = states[state];
      low.lineWidth = 1;
      low.stroke();
      return;
    }
    const level = this.#level(picture, row);
    low.globalAlpha = state === "healthy" ? 0.3 + 0.5 * (level ?? 0.4) : 1;
    low.fillStyle = state === "healthy" ? (named["healthy"] ?? "") : state === "unknown" ? (this.hatchedFine ?? "") : states[state];
    low.fill();
    low.globalAlpha = 1;
    if (state === "cordoned" && w > 6) {
      low.fillStyle = named["ink"] ?? "";
      low.fillRect(x + w * 0.28, y + h * 0.24, w * 0.14, h * 0.52);
      low.fillRect(x + w * 0.58, y + h * 0.24, w * 0.14, h * 0.52);
    }
    if (picture.number("cp", row) === 1) {
      low.fillStyle = named["horizon"] ?? "";
      low.fillRect(x, y, w, Math.max(1.5, h * 0.2));
    }
  }

  /** The shapes over what is not healthy. @param {Picture} picture */
  marks(picture) {
    const plan = this.#plan;
    const { high, colours } = this;
    high.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    high.clearRect(0, 0, high.canvas.width, high.canvas.height);
    if (!plan || plan.level === "card") return;
    const tiles = plan.level === "tile";
    /** @type {{ state: State, box: Box }[]} */
    const marks = [];
    this.#marked.clear();
    for (const [row, box] of this.#boxes) {
      const state = this.#mark(picture, row);
      if (!state) continue;
      this.#marked.set(row, state);
      marks.push({ state, box });
    }
    // The worst are drawn last, on top. Many marks are smaller, so that they do not hide each other.
    marks.sort((a, b) => Number(a.state === "down") - Number(b.state === "down"));
    const crowd = marks.length;
    const cell = Math.max(plan.w, (crowd <= 60 ? 17 : crowd <= 200 ? 13 : 9) * this.#unit);
    for (const { state, box } of marks) {
      const x = box.x + box.w / 2;
      if (tiles) {
        const s = box.w / 50;
        const y = box.y + (box.h - 13 * s) / 2 + 1.5 * s;
        if (state === "unknown" || state === "cordoned") {
          // Rings are open: what lies under them would show through.
          high.beginPath();
          high.arc(x, y, 12.5 * s, 0, 2 * Math.PI);
          high.fillStyle = colours.named["tile"] ?? "";
          high.fill();
        }
        drawGlyph(high, state, x, y, 22 * s, colours.states[state], colours.named["ink"] ?? "");
      } else {
        const y = box.y + box.h / 2;
        high.beginPath();
        high.arc(x, y, cell * 0.66, 0, 2 * Math.PI);
        high.fillStyle = colours.named["zone"] ?? "";
        high.globalAlpha = 0.88;
        high.fill();
        high.globalAlpha = 1;
        drawGlyph(high, state, x, y, cell, colours.states[state], colours.named["ink"] ?? "");
      }
    }
  }

  /** @param {number} row */
  box(row) {
    return this.#boxes.get(row) ?? null;
  }
}

/** @param {Picture} picture @param {string} column @param {number} row @returns {State} */
function stateAt(picture, column, row) {
  return STATES[picture.number(column, row) ?? 3] ?? "unknown";
}

/** @param {HTMLCanvasElement} canvas */
function context(canvas) {
  const found = canvas.getContext("2d");
  if (!found) throw new Error("This browser draws no canvas.");
  return found;
}
