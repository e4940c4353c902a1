/**
 * The active node, its card, and the keys. The field is one stop for the Tab key: a link lies over the active node, moves with the
 * pointer and the arrow keys, and is what Enter, a click, a middle click or a screen reader finds. Near enough, the cards are links
 * themselves.
 */

import { boxOf, hit, neighbour } from "../layout.js";
import { nodeSentence } from "../scene/node.js";
import { put } from "./elements.js";

/** @typedef {import("../layout.js").Zone} Zone */
/** @typedef {import("./nodegrid.js").NodeGrid} NodeGrid */
/** @typedef {{ zone: Zone, index: number }} Spot */

/** @type {Record<string, "left" | "right" | "up" | "down">} */
const WAYS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
/** Cards lower than this, in units, show so little that hovering opens the whole. */
const TELLING_CARD = 190;
/** Shift and an arrow key move the picture so far, in units. */
const PAN = 120;

export class Roving {
  /** @type {string} the name of the active node: rows move, names stay */ active = "";
  /** @type {string} the name of the node that was chosen and keeps its card open */ #chosen = "";

  /** @param {HTMLElement} host @param {HTMLAnchorElement} link @param {NodeGrid} field @param {string} pages address of the cluster */
  constructor(host, link, field, pages) {
    this.host = host;
    this.link = link;
    this.field = field;
    this.pages = pages;
    link.hidden = true;
    host.addEventListener("keydown", (event) => this.#key(event));
    host.addEventListener("focusin", (event) => this.#focused(event));
    link.addEventListener("blur", () => this.leave());
  }

  get camera() {
    return this.field.camera;
  }

  /** Where the active node lies in the view. @returns {Spot | null} */
  spot() {
    const row = this.field.picture?.rows.get(this.active);
    return row === undefined ? null : this.#spotOf(row);
  }

  /** @param {number} row @returns {Spot | null} */
  #spotOf(row) {
    for (const zone of this.camera.view.zones) {
      const index = zone.rows.indexOf(row);
      if (index >= 0) return { zone, index };
    }
    return null;
  }

  /** Put the link over the active node, or over the first. */
  place() {
    const picture = this.field.picture;
    const { view, x, y } = this.camera;
    const first = view.zones[0];
    const spot = this.spot() ?? (first ? { zone: first, index: 0 } : null);
    const row = spot?.zone.rows[spot.index];
    const cards = view.level === "card";
    this.link.hidden = !spot || cards;
    if (!picture || !spot || row === undefined || cards) return;
    const name = picture.text("name", row);
    this.active = name;
    const box = boxOf(view, spot.zone, spot.index);
    put(this.link, box.x - x, box.y - y, box.w, box.h);
    // A click finds what a pointer finds: the gap around a node, too.
    this.link.style.setProperty("--across", `${-view.gap / 2}px`);
    this.link.style.setProperty("--along", `${-view.down / 2}px`);
    const href = `${this.pages}nodes/${encodeURIComponent(name)}/`;
    if (this.link.getAttribute("href") !== href) this.link.setAttribute("href", href);
    const sentence = nodeSentence(picture, row, this.field.now);
    if (this.link.getAttribute("aria-label") !== sentence) this.link.setAttribute("aria-label", sentence);
    this.link.classList.toggle("is-chosen", name === this.#chosen);
  }

  /** Open the card of the active node. */
  #open() {
    const picture = this.field.picture;
    const spot = this.spot();
    if (!picture || !spot || this.#telling) return;
    const box = boxOf(this.camera.view, spot.zone, spot.index);
    const origin = this.host.getBoundingClientRect();
    const place = { ...box, x: box.x - this.camera.x + origin.x, y: box.y - this.camera.y + origin.y };
    this.field.hover.open(picture, this.active, place, this.field.now);
  }

  /** Do the cards in the field say as much as the one that would open? */
  get #telling() {
    return this.camera.view.level === "card" && this.camera.view.h >= TELLING_CARD * this.field.unit;
  }

  /** The node at a point of the field. @param {number} x @param {number} y */
  #under(x, y) {
    const found = hit(this.camera.view, x + this.camera.x, y + this.camera.y);
    const row = found?.zone.rows[found.index];
    return row === undefined ? null : (this.field.picture?.text("name", row) ?? null);
  }

  /** @param {number} x @param {number} y */
  point(x, y) {
    if (this.field.moving || this.#telling) return;
    const name = this.#under(x, y);
    if (name === null) {
      this.leave();
      return;
    }
    if (name === this.active && this.field.hover.shows(name)) return;
    this.active = name;
    this.place();
    this.#open();
  }

  /** A finger chooses first; on what is chosen it follows the link. @param {number} x @param {number} y */
  tap(x, y) {
    const name = this.#under(x, y);
    if (name === null) {
      this.#chosen = "";
      this.field.hover.close();
      return false;
    }
    if (this.#telling || (name === this.#chosen && this.field.hover.shows(name))) return false;
    this.active = this.#chosen = name;
    this.place();
    this.#open();
    return true;
  }

  leave() {
    if (document.activeElement === this.link || (this.#chosen && this.field.hover.shows(this.#chosen))) return;
    this.field.hover.close();
  }

  /** @param {FocusEvent} event */
  #focused(event) {
    const name = this.field.pool.nameAt(event.target);
    if (name !== null) this.active = name;
    if (name !== null || event.target === this.link) this.#open();
  }

  focus() {
    if (this.camera.view.level === "card") this.field.pool.link(this.active)?.focus({ preventScroll: true });
    else this.link.focus({ preventScroll: true });
  }

  /** @param {string} name */
  activate(name) {
    const picture = this.field.picture;
    const row = picture?.rows.get(name);
    const spot = row === undefined ? null : this.#spotOf(row);
    if (!picture || !spot) return;
    this.active = name;
    if (this.camera.reveal(boxOf(this.camera.view, spot.zone, spot.index))) this.field.draw(false);
    this.place();
    this.focus();
    if (this.field.flows) document.activeElement?.scrollIntoView({ block: "nearest" });
    this.#open();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const picture = this.field.picture;
    if (!picture || event.ctrlKey || event.metaKey || event.altKey) return;
    const name = this.field.pool.nameAt(event.target);
    if (name !== null) this.active = name;
    if (event.key === "Escape") {
      this.#chosen = "";
      this.field.hover.close();
      this.place();
    }
    const way = WAYS[event.key];
    if (way && event.shiftKey) {
      event.preventDefault();
      const far = PAN * this.field.unit;
      this.field.pan(way === "left" ? -far : way === "right" ? far : 0, way === "up" ? -far : way === "down" ? far : 0);
      return;
    }
    let spot = this.spot();
    if (!spot) return;
    if (way) spot = neighbour(this.camera.view, spot, way);
    else if (event.key === "Home") spot = { zone: spot.zone, index: 0 };
    else if (event.key === "End") spot = { zone: spot.zone, index: spot.zone.rows.length - 1 };
    else if (event.key === " ") this.#chosen = this.#chosen === this.active ? "" : this.active;
    else return;
    event.preventDefault();
    const row = spot.zone.rows[spot.index];
    if (row !== undefined) this.activate(picture.text("name", row));
  }
}
