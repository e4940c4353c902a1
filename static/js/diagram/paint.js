/**
 * Nodes on two canvases, each as large as the window of the field: below the tiles or cells, above the shapes of what is not healthy,
 * larger than a cell and drawn last.
 *
 * What changed is drawn again and nothing else: a node's box is cleared and filled; the shapes above are drawn anew only when the
 * set of not-healthy nodes did. While the viewer moves, everything in view is drawn in a few large paths with square corners, and
 * once more with round ones when it stands.
 */

import { CELL_GROUND, MARK_MOST, TILE_GROUND, cellMarkSize, codeOf, isMarked, isOpen, tileShape } from "../scene/tile.js";
import { SEVERITY, STATES } from "../states.js";
import { hatch, readColours } from "./colours.js";
import { drawGlyph } from "./glyphs.js";
import { NodeCanvas } from "./nodecanvas.js";

/** @typedef {import("../camera.js").Camera} Camera */
/** @typedef {import("../filter.js").Hits} Hits */
/** @typedef {import("../store.js").Picture} Picture */

/** A backing store beyond this many device pixels is drawn at a lower ratio rather than not at all. */
const MOST_PIXELS = 24_000_000;
/** More shapes than this wait until the picture stands still. */
const MOVING_MARKS = 500;
/** How much is left of nodes that are not meant by the filter. */
const DIM = 0.16;

export class Paint {
  #unit = 1;
  #ratio = 1;
  #width = 0;
  #height = 0;
  /** Zone of each row, −1: none. */ #zoneOf = new Int32Array(0);
  /** Place of each row in its zone. */ #placeOf = new Int32Array(0);
  /** Shape over each row, as its state's code + 1. */ #markOf = new Uint8Array(0);
  /** Are the shapes on the lower canvas? */ #merged = false;
  /** Prepared shapes by state and size. @type {Map<string, HTMLCanvasElement>} */ #stamps = new Map();

  /** @param {HTMLCanvasElement} below @param {HTMLCanvasElement} above @param {Camera} camera @param {Hits} hits */
  constructor(below, above, camera, hits) {
    this.below = below;
    this.above = above;
    this.camera = camera;
    this.hits = hits;
    this.low = context(below);
    this.high = context(above);
    this.colours = readColours(below.parentElement ?? document.body);
    this.nodes = new NodeCanvas(this.low, this.colours);
  }

  /** The theme has changed. */
  recolour() {
    this.colours = readColours(this.below.parentElement ?? document.body);
    this.nodes.colours = this.colours;
    this.#stamps.clear();
    this.#patterns();
  }

  #patterns() {
    this.nodes.hatched = hatch(this.low, this.colours.states.unknown, this.#ratio, 4.2 * this.#unit);
    this.nodes.hatchedFine = hatch(this.low, this.colours.states.unknown, this.#ratio, 3 * this.#unit);
  }

  /** The camera has another plan or another window. @param {Picture} picture @param {number} unit */
  lay(picture, unit) {
    const { width, height, view } = this.camera;
    const ratio = Math.min(window.devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / Math.max(1, width * height)));
    if (width !== this.#width || height !== this.#height || ratio !== this.#ratio || unit !== this.#unit) {
      this.#width = width;
      this.#height = height;
      this.#ratio = ratio;
      this.#unit = this.nodes.unit = unit;
      this.#stamps.clear();
      for (const canvas of [this.below, this.above]) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
      }
      this.#patterns();
    }
    const rows = picture.size;
    if (this.#zoneOf.length < rows) {
      const room = Math.ceil(rows * 1.25);
      this.#zoneOf = new Int32Array(room);
      this.#placeOf = new Int32Array(room);
      this.#markOf = new Uint8Array(room);
      this.nodes.room(room);
    }
    this.#zoneOf.fill(-1);
    for (let at = 0; at < view.zones.length; at += 1) {
      const { rows: held } = /** @type {import("../layout.js").Zone} */ (view.zones[at]);
      for (let place = 0; place < held.length; place += 1) {
        const row = /** @type {number} */ (held[place]);
        this.#zoneOf[row] = at;
        this.#placeOf[row] = place;
      }
    }
  }

  /** Draw what is in view. @param {Picture} picture @param {boolean} [moving] the viewer is on the way
   *  @param {boolean} [lacking] not every node has its card yet: a blank one stands for it */
  all(picture, moving = false, lacking = false) {
    const { low, camera, nodes } = this;
    const blank = camera.view.level === "card" && !lacking;
    // Two canvases less for every frame that moves only cards.
    if (this.below.hidden !== blank) this.below.hidden = this.above.hidden = blank;
    if (blank) return;
    low.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    low.clearRect(0, 0, this.#width, this.#height);
    for (const dim of this.hits.filter.empty ? [false] : [true, false]) {
      nodes.begin(picture, camera.view.level, !moving, dim ? DIM : 1);
      this.#inView(picture, dim);
      nodes.end();
    }
    this.marks(picture, moving);
  }

  /** Hand over every node in view. @param {Picture} picture @param {boolean} dim */
  #inView(picture, dim) {
    const { x, y, width, height, view } = this.camera;
    const stepX = view.w + view.gap;
    const stepY = view.h + view.down;
    const filtered = !this.hits.filter.empty;
    const size = picture.size;
    for (let at = 0; at < view.zones.length; at += 1) {
      const zone = /** @type {import("../layout.js").Zone} */ (view.zones[at]);
      if (zone.x > x + width || zone.x + zone.w < x || zone.y > y + height || zone.y + zone.h < y) continue;
      const firstColumn = Math.max(0, Math.floor((x - zone.left) / stepX));
      const lastColumn = Math.min(zone.columns - 1, Math.floor((x + width - zone.left) / stepX));
      const firstLine = Math.max(0, Math.floor((y - zone.top) / stepY));
      const lastLine = Math.floor((y + height - zone.top) / stepY);
      for (let line = firstLine; line <= lastLine; line += 1) {
        for (let column = firstColumn; column <= lastColumn; column += 1) {
          const row = zone.rows[line * zone.columns + column];
          if (row === undefined) break;
          if (row >= size || (filtered && this.hits.has(row) === dim)) continue;
          this.nodes.add(row, zone.left + column * stepX - x, zone.top + line * stepY - y, view.w, view.h);
        }
      }
    }
  }

  /** Draw some nodes again. @param {Picture} picture @param {Iterable<number>} rows */
  some(picture, rows) {
    const { camera, low, nodes } = this;
    const { view } = camera;
    if (view.level === "card") return;
    if (this.#merged) {
      this.all(picture, true);
      return;
    }
    let marks = false;
    const margin = Math.min(2, view.gap / 2);
    low.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    for (const row of rows) {
      marks ||= this.#mark(picture, row) !== this.#markOf[row];
      const zone = view.zones[this.#zoneOf[row] ?? -1];
      if (!zone) continue;
      const place = this.#placeOf[row] ?? 0;
      const x = zone.left + (place % zone.columns) * (view.w + view.gap) - camera.x;
      const y = zone.top + Math.floor(place / zone.columns) * (view.h + view.down) - camera.y;
      if (x > camera.width || y > camera.height || x + view.w < 0 || y + view.h < 0) continue;
      low.clearRect(x - margin, y - margin, view.w + 2 * margin, view.h + 2 * margin);
      nodes.begin(picture, view.level, true, this.hits.has(row) ? 1 : DIM);
      nodes.add(row, x, y, view.w, view.h);
      nodes.end();
    }
    if (marks) this.marks(picture);
  }

  /** The shape that belongs over a node, as its state's code + 1; 0 over what is well, or shows its state without one.
   *  @param {Picture} picture @param {number} row */
  #mark(picture, row) {
    const code = codeOf(picture, row);
    return isMarked(code, this.camera.view.level) ? code + 1 : 0;
  }

  /** The shapes over what is not healthy. On the way they are drawn with the nodes: one canvas less for every frame.
   *  @param {Picture} picture @param {boolean} [moving] */
  marks(picture, moving = false) {
    const { high, camera } = this;
    const { view } = camera;
    if (!moving || !this.#merged) {
      high.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
      high.clearRect(0, 0, this.#width, this.#height);
    }
    this.#merged = moving;
    if (view.level === "card") return;
    let crowd = 0;
    for (let row = 0; row < picture.size; row += 1) if ((this.#markOf[row] = this.#mark(picture, row))) crowd += 1;
    if (!crowd || (moving && crowd > MOVING_MARKS)) return;
    // The worst are drawn last, on top.
    const tiles = view.level === "tile";
    const { mark } = tileShape(view.w, view.h, MARK_MOST * this.#unit);
    const size = tiles ? mark.size : cellMarkSize(view.w, crowd, this.#unit);
    const middle = tiles ? mark.y : view.h / 2;
    for (let rank = SEVERITY.healthy + 1; rank <= SEVERITY.down; rank += 1) {
      const code = STATES.findIndex((state) => SEVERITY[state] === rank);
      this.#marksOf(picture.size, code, size, middle, moving);
    }
  }

  /** @param {number} rows @param {number} code @param {number} size @param {number} middle of a node @param {boolean} moving */
  #marksOf(rows, code, size, middle, moving) {
    const { camera, hits } = this;
    const { view } = camera;
    const draw = moving ? this.low : this.high;
    // On the way shapes of any size are wanted: they are drawn in steps of an eighth, and scaled.
    const made = moving ? 1.125 ** Math.ceil(Math.log(size) / Math.log(1.125)) : size;
    /** @type {HTMLCanvasElement | null} */
    let stamp = null;
    for (let row = 0; row < rows; row += 1) {
      if (this.#markOf[row] !== code + 1) continue;
      const zone = view.zones[this.#zoneOf[row] ?? -1];
      if (!zone) continue;
      const place = this.#placeOf[row] ?? 0;
      const x = zone.left + (place % zone.columns) * (view.w + view.gap) - camera.x + view.w / 2;
      const top = zone.top + Math.floor(place / zone.columns) * (view.h + view.down) - camera.y;
      const y = top + middle;
      if (x < -size || y < -size || x > camera.width + size || y > camera.height + size) continue;
      stamp ??= this.#stamp(code, made, view.level === "tile");
      const side = (stamp.width / this.#ratio) * (size / made);
      draw.globalAlpha = hits.has(row) ? 1 : 0.22;
      draw.drawImage(stamp, x - side / 2, y - side / 2, side, side);
    }
    draw.globalAlpha = 1;
  }

  /** A shape on the ground that lets it be seen, drawn once. @param {number} code @param {number} size @param {boolean} tiles */
  #stamp(code, size, tiles) {
    const state = STATES[code] ?? "unknown";
    const rounded = Math.round(size * this.#ratio * 2);
    const key = `${state} ${rounded} ${tiles}`;
    let stamp = this.#stamps.get(key);
    if (stamp) return stamp;
    if (this.#stamps.size > 48) this.#stamps.clear();
    const { named, states } = this.colours;
    stamp = document.createElement("canvas");
    stamp.width = stamp.height = Math.ceil(size * 1.42 * this.#ratio) + 2;
    const draw = context(stamp);
    const middle = stamp.width / 2;
    draw.scale(this.#ratio, this.#ratio);
    const at = middle / this.#ratio;
    // In a tile only rings are open: what lies under them would show through. Among cells every shape stands on a ground.
    if (!tiles || isOpen(code)) {
      draw.beginPath();
      draw.arc(at, at, size * (tiles ? TILE_GROUND : CELL_GROUND.reach), 0, 2 * Math.PI);
      draw.fillStyle = named[tiles ? "tile" : "zone"] ?? "";
      draw.globalAlpha = tiles ? 1 : CELL_GROUND.alpha;
      draw.fill();
      draw.globalAlpha = 1;
    }
    drawGlyph(draw, state, at, at, size, states[state], named["ink"] ?? "");
    this.#stamps.set(key, stamp);
    return stamp;
  }
}

/** @param {HTMLCanvasElement} canvas */
function context(canvas) {
  const found = canvas.getContext("2d");
  if (!found) throw new Error("This browser draws no canvas.");
  return found;
}
