/**
 * Nodes that are near enough to be read, as cards in the page: only those in view, and seats that are free are used again.
 * While the viewer comes nearer the cards grow as pictures do; when he stands they are laid out for the size they have got.
 */

import { render } from "../html.js";
import { element } from "./elements.js";
import { fieldCard } from "./nodecard.js";

/** @typedef {import("../camera.js").Camera} Camera */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {{ element: HTMLElement, row: number, used: boolean, placed: string }} Seat */

/** Seats kept for later. */
const SPARE = 12;
/** So many cards are made in one frame while the viewer moves: each takes about a millisecond, and a frame has 16. */
const MADE_AT_ONCE = 4;

export class CardPool {
  /** @type {Map<string, Seat>} by the node's name */ #taken = new Map();
  /** @type {Seat[]} */ #free = [];
  /** The size for which cards are laid out. */ #w = 0;
  #h = 0;
  /** Where the window was when the cards were placed: while it only moves, the layer moves and no card does. */ #x = 0;
  #y = 0;
  #near = 0;
  /** Cards that may still be made in this frame. */ #makes = Infinity;

  /** @param {HTMLElement} layer @param {Camera} camera @param {import("../filter.js").Hits} hits @param {string} pages */
  constructor(layer, camera, hits, pages) {
    this.layer = layer;
    this.camera = camera;
    this.hits = hits;
    this.pages = pages;
  }

  /**
   * Seat what is in view. On the way only some are made in one frame: is there somebody who still has no seat?
   * @param {Picture} picture @param {number} now @param {{ moving?: boolean, anew?: boolean }} [how] anew: what the cards say, too
   * @returns {boolean}
   */
  show(picture, now, { moving = false, anew = false } = {}) {
    const { view, x, y, width, height } = this.camera;
    for (const seat of this.#taken.values()) seat.used = false;
    this.#makes = moving ? MADE_AT_ONCE : Infinity;
    let lacking = false;
    if (view.level === "card") {
      if (!moving || !this.#w) {
        this.#w = view.w;
        this.#h = view.h;
      }
      if (view.w !== this.#near) {
        this.#near = view.w;
        this.#x = x;
        this.#y = y;
      }
      this.layer.style.transform = `translate(${this.#x - x}px, ${this.#y - y}px)`;
      const stepX = view.w + view.gap;
      const stepY = view.h + view.down;
      for (const zone of view.zones) {
        if (zone.x > x + width || zone.x + zone.w < x || zone.y > y + height || zone.y + zone.h < y) continue;
        const firstLine = Math.max(0, Math.floor((y - zone.top) / stepY));
        const lastLine = Math.floor((y + height - zone.top) / stepY);
        const firstColumn = Math.max(0, Math.floor((x - zone.left) / stepX));
        const lastColumn = Math.min(zone.columns - 1, Math.floor((x + width - zone.left) / stepX));
        for (let line = firstLine; line <= lastLine; line += 1) {
          for (let column = firstColumn; column <= lastColumn; column += 1) {
            const row = zone.rows[line * zone.columns + column];
            if (row === undefined) break;
            const left = zone.left + column * stepX - this.#x;
            if (!this.#seat(picture, row, now, left, zone.top + line * stepY - this.#y, anew)) lacking = true;
          }
        }
      }
    } else {
      this.#w = this.#near = 0;
    }
    for (const [name, seat] of this.#taken) {
      if (seat.used) continue;
      this.#taken.delete(name);
      if (this.#free.length < SPARE && view.level === "card") {
        seat.element.hidden = true;
        this.#free.push(seat);
      } else seat.element.remove();
    }
    if (view.level !== "card") for (const seat of this.#free.splice(0)) seat.element.remove();
    return lacking;
  }

  /** False: no card could be made for it in this frame. @param {Picture} picture @param {number} row @param {number} now @param {number} x @param {number} y @param {boolean} anew */
  #seat(picture, row, now, x, y, anew) {
    const name = picture.text("name", row);
    let seat = this.#taken.get(name);
    const strange = !seat;
    if (!seat) {
      if (this.#makes <= 0) return false;
      this.#makes -= 1;
      seat = this.#free.pop() ?? { element: this.layer.appendChild(element("div", "seat")), row, used: true, placed: "" };
      seat.element.hidden = false;
      this.#taken.set(name, seat);
    }
    seat.used = true;
    if (strange || anew || seat.row !== row) {
      seat.row = row;
      render(fieldCard(picture, row, this.pages, now), seat.element);
    }
    const { style, classList } = seat.element;
    const scale = this.camera.view.w / this.#w;
    const placed = Math.abs(scale - 1) < 1e-4 ? `translate(${x}px, ${y}px)` : `translate(${x}px, ${y}px) scale(${scale})`;
    if (seat.placed !== placed) style.transform = seat.placed = placed;
    const [w, h] = [`${this.#w}px`, `${this.#h}px`];
    if (style.width !== w) style.width = w;
    if (style.height !== h) style.height = h;
    classList.toggle("is-dim", !this.hits.has(row));
    return true;
  }

  /** Some nodes have changed. @param {Picture} picture @param {Set<number>} rows @param {number} now */
  update(picture, rows, now) {
    for (const seat of this.#taken.values()) {
      if (!rows.has(seat.row)) continue;
      render(fieldCard(picture, seat.row, this.pages, now), seat.element);
      seat.element.classList.toggle("is-dim", !this.hits.has(seat.row));
    }
  }

  /** The link of a node that has a seat. @param {string} name @returns {HTMLElement | null} */
  link(name) {
    return this.#taken.get(name)?.element.querySelector("h4 a") ?? null;
  }

  /** The node on whose card an element lies. @param {EventTarget | null} target @returns {string | null} */
  nameAt(target) {
    if (!(target instanceof Node)) return null;
    for (const [name, seat] of this.#taken) if (seat.element.contains(target)) return name;
    return null;
  }
}
