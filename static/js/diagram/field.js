/**
 * The ground: zones, and their nodes as cards, tiles or cells; pointer, keyboard and the card that opens on hover and focus.
 *
 * The field is one stop for the Tab key: a link lies over the active node, moves with the pointer and the arrow keys, and is what
 * Enter, a click, a middle click or a screen reader finds.
 */

import { groupsOf, groupSummary, groupTitle } from "../groups.js";
import { render } from "../html.js";
import { boxOf, hit, neighbour, plan } from "../layout.js";
import { Hover } from "./hover.js";
import { fieldCard, nodeSentence } from "./nodecard.js";
import { Paint } from "./paint.js";

/** @typedef {import("../layout.js").Plan} Plan */
/** @typedef {import("../layout.js").Zone} Zone */
/** @typedef {import("../layout.js").Group} Group */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {{ zone: Zone, index: number }} Spot */

/** @type {Record<string, "left" | "right" | "up" | "down">} */
const WAYS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
/** Cards lower than this, in units, show so little that hovering opens the whole. */
const TELLING_CARD = 190;

export class Field {
  /** @type {Picture | null} */ #picture = null;
  /** @type {Group[]} */ #groups = [];
  /** @type {Plan} */ #plan = { level: "tile", width: 0, height: 0, zones: [], w: 0, h: 0, gap: 0 };
  #now = 0;
  /** @type {string} the name of the active node: rows move, names stay */ #active = "";

  /**
   * @param {HTMLElement} host @param {HTMLElement} stage holds the hover card @param {HTMLElement} bounds where it may spread
   * @param {string} pages address of the cluster @param {(name: string) => string} detailOf address of a node's detail
   */
  constructor(host, stage, bounds, pages, detailOf) {
    this.host = host;
    this.pages = pages;
    this.boxes = element("div", "zones");
    this.cards = element("div", "nodes");
    const below = /** @type {HTMLCanvasElement} */ (element("canvas", ""));
    const above = /** @type {HTMLCanvasElement} */ (element("canvas", ""));
    for (const canvas of [below, above]) canvas.setAttribute("aria-hidden", "true");
    this.link = /** @type {HTMLAnchorElement} */ (element("a", "roving"));
    this.link.hidden = true;
    host.replaceChildren(this.boxes, below, above, this.cards, this.link);
    this.paint = new Paint(below, above);
    this.hover = new Hover(stage, bounds, detailOf);
    host.addEventListener("pointermove", (event) => this.#point(event));
    host.addEventListener("pointerleave", () => this.#leave());
    host.addEventListener("keydown", (event) => this.#key(event));
    this.link.addEventListener("focus", () => this.#open());
    this.link.addEventListener("blur", () => this.hover.close());
  }

  get plan() {
    return this.#plan;
  }

  /** Lay everything out anew: another picture, other groups, another size. @param {Picture} picture @param {number} now */
  lay(picture, now) {
    this.#picture = picture;
    this.#now = now;
    this.#groups = groupsOf(picture);
    this.resize();
  }

  /** The place has another size. */
  resize() {
    const picture = this.#picture;
    if (!picture) return;
    const style = getComputedStyle(this.host);
    const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const flows = style.getPropertyValue("--flow").trim() === "1";
    const { clientWidth: width, clientHeight: height } = this.host;
    this.unit = unit;
    this.#plan = plan(this.#groups, { width, height: flows ? null : height, unit });
    this.host.dataset["level"] = this.#plan.level;
    this.host.style.setProperty("--need", `${Math.ceil(this.#plan.height)}px`);
    this.#zones();
    this.paint.lay(this.#plan, picture, unit);
    this.#cards();
    this.#place();
  }

  /** Some nodes have changed, none has moved. @param {Set<number>} rows @param {number} now */
  update(rows, now) {
    const picture = this.#picture;
    if (!picture) return;
    this.#now = now;
    if (this.#plan.level === "card") this.#cards();
    else this.paint.some(picture, rows);
    const active = picture.rows.get(this.#active);
    if (active !== undefined && rows.has(active)) this.#place();
  }

  /** A second has passed: ages run, means of zones may have moved. @param {number} now */
  tick(now) {
    this.#now = now;
    const picture = this.#picture;
    if (!picture) return;
    this.#summaries();
    if (this.#plan.level === "card") this.#cards();
    this.hover.draw(picture, now);
  }

  recolour() {
    this.paint.recolour();
    if (this.#picture) this.paint.all(this.#picture);
  }

  #zones() {
    const { zones } = this.#plan;
    while (this.boxes.children.length > zones.length) this.boxes.lastElementChild?.remove();
    for (const [at, zone] of zones.entries()) {
      let box = /** @type {HTMLElement | undefined} */ (this.boxes.children[at]);
      if (!box) {
        box = element("section", "zone");
        box.append(element("h3", ""), element("p", ""));
        this.boxes.append(box);
      }
      put(box, zone);
    }
    this.#summaries();
  }

  #summaries() {
    const picture = this.#picture;
    if (!picture) return;
    for (const [at, zone] of this.#plan.zones.entries()) {
      const box = this.boxes.children[at];
      const group = this.#groups.find((one) => one.key === zone.key);
      if (!box || !group) continue;
      const title = groupTitle(group, this.#groups.length);
      say(box.firstElementChild, title);
      say(box.lastElementChild, groupSummary(picture, group, zone.w / (this.unit ?? 1)));
      if (box.firstElementChild instanceof HTMLElement) box.firstElementChild.title = title;
    }
  }

  #cards() {
    const picture = this.#picture;
    if (!picture) return;
    const spots = this.#plan.level === "card" ? this.#plan.zones.flatMap((zone) => zone.rows.map((row, index) => ({ zone, row, index }))) : [];
    while (this.cards.children.length > spots.length) this.cards.lastElementChild?.remove();
    for (const [at, { zone, row, index }] of spots.entries()) {
      let card = /** @type {HTMLElement | undefined} */ (this.cards.children[at]);
      if (!card) {
        card = element("div", "seat");
        this.cards.append(card);
      }
      put(card, boxOf(this.#plan, zone, index));
      render(fieldCard(picture, row, this.pages, this.#now), card);
    }
  }

  /** @returns {Spot | null} */
  #spot() {
    const row = this.#picture?.rows.get(this.#active);
    if (row === undefined) return null;
    for (const zone of this.#plan.zones) {
      const index = zone.rows.indexOf(row);
      if (index >= 0) return { zone, index };
    }
    return null;
  }

  /** Put the link over the active node, or over the first. */
  #place() {
    const picture = this.#picture;
    const first = this.#plan.zones[0];
    const spot = this.#spot() ?? (first ? { zone: first, index: 0 } : null);
    const row = spot?.zone.rows[spot.index];
    const cards = this.#plan.level === "card";
    this.link.hidden = !spot || cards;
    if (!picture || !spot || row === undefined || cards) return;
    const name = picture.text("name", row);
    this.#active = name;
    put(this.link, boxOf(this.#plan, spot.zone, spot.index));
    this.link.href = `${this.pages}nodes/${encodeURIComponent(name)}/`;
    this.link.setAttribute("aria-label", nodeSentence(picture, row, this.#now));
  }

  /** Open the card of the active node. */
  #open() {
    const picture = this.#picture;
    const row = picture?.rows.get(this.#active);
    const spot = this.#spot();
    if (!picture || row === undefined || !spot) return;
    const box = boxOf(this.#plan, spot.zone, spot.index);
    const origin = this.host.getBoundingClientRect();
    this.hover.open(picture, this.#active, { ...box, x: box.x + origin.x, y: box.y + origin.y }, this.#now);
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const picture = this.#picture;
    if (!picture || event.pointerType === "touch") return;
    if (this.#plan.level === "card" && this.#plan.h >= TELLING_CARD * (this.unit ?? 1)) return;
    const origin = this.host.getBoundingClientRect();
    const found = hit(this.#plan, event.clientX - origin.x, event.clientY - origin.y);
    const row = found?.zone.rows[found.index];
    if (!found || row === undefined) return this.#leave();
    const name = picture.text("name", row);
    if (name === this.#active && this.hover.shows(name)) return undefined;
    this.#active = name;
    this.#place();
    this.#open();
    return undefined;
  }

  #leave() {
    if (document.activeElement !== this.link) this.hover.close();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const picture = this.#picture;
    if (!picture) return;
    if (event.key === "Escape") this.hover.close();
    const way = WAYS[event.key];
    const inCards = event.target instanceof HTMLElement ? event.target.dataset["row"] : undefined;
    if (inCards !== undefined) this.#active = picture.text("name", Number(inCards));
    let spot = this.#spot();
    if (!spot || event.ctrlKey || event.metaKey || event.altKey) return;
    if (way) spot = neighbour(this.#plan, spot, way);
    else if (event.key === "Home") spot = { zone: spot.zone, index: 0 };
    else if (event.key === "End") spot = { zone: spot.zone, index: spot.zone.rows.length - 1 };
    else return;
    event.preventDefault();
    const row = spot.zone.rows[spot.index];
    if (row === undefined) return;
    this.#active = picture.text("name", row);
    if (this.#plan.level === "card") {
      /** @type {HTMLElement | null} */ (this.cards.querySelector(`[data-row="${row}"]`))?.focus();
      return;
    }
    this.#place();
    this.link.scrollIntoView({ block: "nearest" });
    this.#open();
  }
}

/** @param {string} tag @param {string} name of its class */
function element(tag, name) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  return made;
}

/** @param {HTMLElement} box @param {import("../layout.js").Box} place */
function put(box, { x, y, w, h }) {
  box.style.transform = `translate(${x}px, ${y}px)`;
  box.style.width = `${w}px`;
  box.style.height = `${h}px`;
}

/** @param {Element | null} place @param {string} text */
function say(place, text) {
  if (place && place.textContent !== text) place.textContent = text;
}

