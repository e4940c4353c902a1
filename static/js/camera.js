/**
 * How near the viewer stands, and where: the plan at a zoom, and which part of it is in view. Pure.
 *
 * Zooming keeps every node in its line and column and grows the nodes, not the margins; what is drawn of a node follows from the size
 * it has got: a cell becomes a tile, a tile a card. At zoom 1 the plan is as layout.js made it.
 */

import { CARD, TILE, ZONE_GAP } from "./layout.js";

/** @typedef {import("./layout.js").Plan} Plan */
/** @typedef {import("./layout.js").Zone} Zone */
/** @typedef {import("./layout.js").Box} Box */
/** @typedef {import("./viewstate.js").Look} Look */

/** The widest a node gets, in units. */
const WIDEST = 252;
/** What is brought into view keeps so far from the edge, in units. */
const MARGIN = 44;

/** What is drawn of nodes of a size. @param {Plan} base @param {number} w @param {number} h @param {number} unit */
export function levelAt(base, w, h, unit) {
  if (base.level === "card" || (w >= CARD.minW * unit && h >= CARD.minH * unit)) return "card";
  if (base.level === "tile" || w >= TILE.min * unit) return "tile";
  return "cell";
}

/** As near as one can come. @param {Plan} base @param {number} unit */
export function nearest(base, unit) {
  return base.w > 0 ? Math.max(base.level === "card" ? 2 : 1, (WIDEST * unit) / base.w) : 1;
}

/** A plan that zoomInto() fills: made once, so that a frame allocates nothing. @returns {Plan} */
export function blank() {
  return { level: "tile", width: 0, height: 0, zones: [], w: 0, h: 0, gap: 0, down: 0 };
}

/**
 * The plan at a zoom.
 * @param {Plan} view is filled @param {Plan} base @param {number} z 1 or more @param {number} unit
 */
export function zoomInto(view, base, z, unit) {
  const least = CARD.gap * unit;
  view.w = base.w * z;
  view.h = base.h * z;
  view.gap = Math.min(base.gap * z, Math.max(base.gap, least));
  view.down = Math.min(base.down * z, Math.max(base.down, least));
  view.level = z === 1 ? base.level : levelAt(base, view.w, view.h, unit);
  view.width = base.width;
  view.height = base.height;
  view.zones.length = base.zones.length;
  let y = 0;
  let line = 0;
  let tall = 0;
  for (let at = 0; at < base.zones.length; at += 1) {
    const from = /** @type {Zone} */ (base.zones[at]);
    let zone = view.zones[at];
    if (!zone) {
      zone = { ...from };
      view.zones[at] = zone;
    }
    if (from.line !== line) {
      y += tall + ZONE_GAP * unit;
      line = from.line;
    }
    const grown = from.columns * (view.w - base.w) + (from.columns - 1) * (view.gap - base.gap);
    tall = from.h + from.depth * (view.h - base.h) + (from.depth - 1) * (view.down - base.down);
    zone.key = from.key;
    zone.rows = from.rows;
    zone.columns = from.columns;
    zone.line = from.line;
    zone.place = from.place;
    zone.depth = from.depth;
    zone.w = from.w + grown;
    zone.h = tall;
    zone.x = from.x + from.place * grown;
    zone.y = y;
    zone.left = zone.x + (from.left - from.x);
    zone.top = y + (from.top - from.y);
    view.width = Math.max(view.width, zone.x + zone.w);
    view.height = Math.max(base.height, y + tall);
  }
}

export class Camera {
  /** @type {Plan} */ #base = blank();
  #unit = 1;
  /** The plan as it is seen. */
  view = blank();
  z = 1;
  /** What of the view lies at the upper left corner of the window. */
  x = 0;
  y = 0;
  /** The window. */
  width = 0;
  height = 0;

  /** Another plan or another window: what stood in the middle stays there. @param {Plan} base @param {number} width @param {number} height @param {number} unit */
  lay(base, width, height, unit) {
    const look = this.look();
    this.#base = base;
    this.#unit = unit;
    this.width = width;
    this.height = height;
    this.at(look);
  }

  get furthestIn() {
    return nearest(this.#base, this.#unit);
  }

  /** Is the whole in view? */
  get whole() {
    return this.z === 1;
  }

  /** Is there more above or below than the window shows though nothing is zoomed? */
  get overflows() {
    return this.#base.height > this.height + 1;
  }

  /** @returns {Look} */
  look() {
    const { view, width, height } = this;
    return {
      z: this.z,
      u: view.width ? Math.min(1, (this.x + width / 2) / view.width) : 0.5,
      v: view.height ? Math.min(1, (this.y + height / 2) / view.height) : 0.5,
    };
  }

  /** @param {Look} look */
  at({ z, u, v }) {
    this.z = Math.max(1, Math.min(z, this.furthestIn));
    zoomInto(this.view, this.#base, this.z, this.#unit);
    if (this.z > 1) {
      this.x = u * this.view.width - this.width / 2;
      this.y = v * this.view.height - this.height / 2;
    }
    this.#clamp();
  }

  /** Come nearer, or go away; what lies at a point of the window stays there. @param {number} z @param {number} px @param {number} py */
  zoom(z, px, py) {
    const { view } = this;
    const wx = this.x + px;
    const wy = this.y + py;
    const at = this.#zoneAt(wx, wy);
    const zone = view.zones[at];
    const dx = zone ? wx - zone.left : 0;
    const dy = zone ? wy - zone.top : 0;
    const across = zone ? zone.columns * (view.w + view.gap) : 0;
    const deep = zone ? zone.depth * (view.h + view.down) : 0;
    this.z = Math.max(1, Math.min(z, this.furthestIn));
    const w = view.w + view.gap;
    const h = view.h + view.down;
    zoomInto(view, this.#base, this.z, this.#unit);
    if (zone) {
      this.x = zone.left + grown(dx, across, (view.w + view.gap) / w) - px;
      this.y = zone.top + grown(dy, deep, (view.h + view.down) / h) - py;
    }
    this.#clamp();
  }

  /** @param {number} dx @param {number} dy @returns {boolean} has anything moved? */
  pan(dx, dy) {
    const { x, y } = this;
    this.x += dx;
    this.y += dy;
    this.#clamp();
    return x !== this.x || y !== this.y;
  }

  /** Bring a box of the view into the window. @param {Box} box @returns {boolean} has anything moved? */
  reveal({ x, y, w, h }) {
    const edge = MARGIN * this.#unit;
    /** @param {number} from @param {number} size @param {number} at @param {number} window @param {number} lead */
    const shift = (from, size, at, window, lead) => {
      if (from - lead < at) return from - lead - at;
      if (from + size + edge > at + window) return Math.min(from - lead - at, from + size + edge - at - window);
      return 0;
    };
    return this.pan(shift(x, w, this.x, this.width, edge), shift(y, h, this.y, this.height, edge));
  }

  #clamp() {
    this.x = Math.max(0, Math.min(this.x, this.view.width - this.width));
    this.y = Math.max(0, Math.min(this.y, this.view.height - this.height));
  }

  /** The zone at a point, or the nearest. @param {number} x @param {number} y */
  #zoneAt(x, y) {
    let best = 0;
    let least = Infinity;
    for (const [at, zone] of this.view.zones.entries()) {
      const far = Math.max(zone.x - x, 0, x - zone.x - zone.w) + Math.max(zone.y - y, 0, y - zone.y - zone.h);
      if (far >= least) continue;
      least = far;
      best = at;
    }
    return best;
  }
}

/** A distance from a zone's first node at another zoom: nodes grow, margins do not. @param {number} far @param {number} nodes @param {number} by */
function grown(far, nodes, by) {
  if (far < 0) return far;
  return far <= nodes ? far * by : nodes * by + (far - nodes);
}
