/**
 * The ground: groups of nodes as cards, tiles or cells, as near as the viewer comes, and what is meant by the filter. The active node
 * and its card are in roving.js.
 */

import { groupsOf, sameOrder } from "../arrange.js";
import { Camera } from "../camera.js";
import { filterOf, Hits } from "../filter.js";
import { boxOf, plan, TILES_UP_TO } from "../layout.js";
import { element } from "./elements.js";
import { Gestures } from "./gestures.js";
import { Hover } from "./hover.js";
import { Paint } from "./paint.js";
import { Roving } from "./roving.js";
import { CardPool } from "./cardpool.js";
import { Zones } from "./zones.js";

/** @typedef {import("../layout.js").Plan} Plan */
/** @typedef {import("../layout.js").Group} Group */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {import("../viewstate.js").ViewState} ViewState */
/** Who has not moved for so long stands: everything is drawn as well as it can be. Milliseconds. */
const STANDS_MS = 140;
/** A step by key or button takes so long, in milliseconds. */
const STEP_MS = 180;
/** A field in a page that scrolls is at most so much of the window's height, while it holds thousands or is zoomed. */
const SCREENFUL = 0.82;
/** An order that follows the numbers is looked at so often, in seconds. */
const ORDER_S = 10;

export class NodeGrid {
  /** @type {Picture | null} */ #picture = null;
  /** @type {Group[]} */ #groups = [];
  /** @type {Plan} */ #plan = { level: "tile", width: 0, height: 0, zones: [], w: 0, h: 0, gap: 0, down: 0 };
  #now = 0;
  #ordered = 0;
  #unit = 1;
  #flows = false;
  #frame = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #standing;
  /** @type {{ from: number, to: number, x: number, y: number, since: number } | null} */ #step = null;
  /** Called when count, zoom or choice have changed. */
  onchange = () => {};

  /**
   * @param {HTMLElement} host @param {HTMLElement} stage holds the hover card @param {HTMLElement} bounds where it may spread
   * @param {string} pages address of the cluster @param {(name: string) => string} detailOf address of a node's detail
   * @param {ViewState} view what the address asks for
   */
  constructor(host, stage, bounds, pages, detailOf, view) {
    this.host = host;
    this.view = view;
    this.hits = new Hits();
    this.camera = new Camera();
    const boxes = element("div", "zones");
    const below = /** @type {HTMLCanvasElement} */ (element("canvas", ""));
    const above = /** @type {HTMLCanvasElement} */ (element("canvas", ""));
    for (const canvas of [below, above]) canvas.setAttribute("aria-hidden", "true");
    this.cards = element("div", "nodes");
    const heads = element("div", "heads");
    const link = /** @type {HTMLAnchorElement} */ (element("a", "roving"));
    host.replaceChildren(boxes, below, above, heads, this.cards, link);
    this.zones = new Zones(boxes, heads, this.camera);
    this.paint = new Paint(below, above, this.camera, this.hits);
    this.pool = new CardPool(this.cards, this.camera, this.hits, pages);
    this.hover = new Hover(stage, bounds, detailOf);
    this.roving = new Roving(host, link, this, pages);
    this.gestures = new Gestures(host, {
      scrolls: () => this.#flows || this.camera.overflows,
      zoomed: () => !this.camera.whole,
      pannable: () => this.camera.overflows,
      zoom: (factor, x, y) => this.zoom(this.camera.z * factor, x, y),
      pan: (dx, dy) => this.pan(dx, dy),
      point: (x, y) => this.roving.point(x, y),
      leave: () => this.roving.leave(),
      tap: (x, y) => this.roving.tap(x, y),
    });
  }

  /** Where everything lies as a whole, however near the viewer is. */
  get plan() {
    return this.#plan;
  }

  get picture() {
    return this.#picture;
  }

  /** The moment for which texts are shown. */
  get now() {
    return this.#now;
  }

  get unit() {
    return this.#unit;
  }

  /** Does the page scroll? */
  get flows() {
    return this.#flows;
  }

  /** Lay everything out anew: another picture, other groups. @param {Picture} picture @param {number} now */
  lay(picture, now) {
    const first = !this.#picture;
    this.#picture = picture;
    this.#now = now;
    this.#order();
    this.hits.all(picture, this.hits.filter);
    this.resize();
    if (!first) return;
    this.camera.at(this.view.look);
    this.#framed();
    this.draw(false);
    this.onchange();
  }

  #order() {
    if (!this.#picture) return;
    this.#ordered = this.#now;
    this.#groups = groupsOf(this.#picture, this.view.group, this.view.sort);
  }

  /** Other groups, or another order. */
  rearrange() {
    if (!this.#picture) return;
    this.#order();
    this.camera.at({ z: 1, u: 0, v: 0 });
    this.resize();
    this.onchange();
  }

  /** The place has another size. */
  resize() {
    const picture = this.#picture;
    if (!picture) return;
    const { host } = this;
    const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    this.#unit = unit;
    this.#flows = getComputedStyle(host).getPropertyValue("--flow").trim() === "1";
    const width = host.clientWidth;
    const screenful = Math.round(innerHeight * SCREENFUL);
    const height = this.#flows ? (picture.size > TILES_UP_TO ? screenful : null) : host.clientHeight;
    this.#plan = plan(this.#groups, { width, height, unit });
    this.#window(width, unit);
    this.paint.lay(picture, unit);
    this.zones.lay(picture, this.view.group, unit);
    this.draw(false);
  }

  /** In a page that scrolls the field is as high as it needs, but no more than a screen once it is moved in itself.
   *  @param {number} width @param {number} unit */
  #window(width, unit) {
    const need = Math.ceil(this.#plan.height);
    const height = this.#flows ? (this.camera.whole ? need : Math.min(need, Math.round(innerHeight * SCREENFUL))) : this.host.clientHeight;
    if (this.#flows) this.host.style.setProperty("--need", `${height}px`);
    this.camera.lay(this.#plan, width, height, unit);
  }

  /** Some nodes have changed, none has moved. @param {Set<number>} rows @param {number} now */
  update(rows, now) {
    const picture = this.#picture;
    if (!picture) return;
    this.#now = now;
    const counted = this.hits.some(picture, rows);
    if (this.camera.view.level === "card") this.pool.update(picture, rows, now);
    else if (!this.#frame) this.paint.some(picture, rows);
    const active = picture.rows.get(this.roving.active);
    if (active !== undefined && rows.has(active)) this.roving.place();
    if (counted) this.onchange();
  }

  /** A second has passed: ages run, means of groups may have moved. @param {number} now */
  tick(now) {
    this.#now = now;
    const picture = this.#picture;
    if (!picture) return;
    this.#reorder(picture);
    this.zones.summaries(picture, this.view.group, this.#unit);
    if (this.camera.view.level === "card" && !this.moving) this.pool.show(picture, now, { anew: true });
    this.hover.draw(picture, now);
  }

  /** An order by state or load follows, but not under the viewer's hand. @param {Picture} picture */
  #reorder(picture) {
    const { sort, group } = this.view;
    if (sort !== "state" && sort !== "load") return;
    if (this.#now - this.#ordered < ORDER_S || this.moving || this.host.matches(":hover, :focus-within")) return;
    this.#ordered = this.#now;
    const groups = groupsOf(picture, group, sort);
    if (sameOrder(groups, this.#groups)) return;
    this.#groups = groups;
    this.resize();
  }

  /** What is meant; the rest is dimmed. @param {string} query @param {import("../filter.js").Labelled} labelled */
  find(query, labelled) {
    const filter = filterOf(query, labelled);
    if (filter.empty && this.hits.filter.empty) return;
    this.hits.filter = filter;
    if (!this.#picture) return;
    this.hits.all(this.#picture, filter);
    this.draw(false);
  }

  /** The first node that is meant becomes the active one. */
  enter() {
    const picture = this.#picture;
    if (!picture) return;
    for (const zone of this.#plan.zones) {
      const row = zone.rows.find((one) => this.hits.has(one));
      if (row === undefined) continue;
      this.roving.activate(picture.text("name", row));
      return;
    }
  }

  recolour() {
    this.paint.recolour();
    if (this.#picture) this.paint.all(this.#picture);
  }

  // --- near and far -------------------------------------------------------------------------------------------------------------

  get moving() {
    return this.#standing !== undefined || this.#step !== null;
  }

  /** @param {number} z @param {number} [x] @param {number} [y] a point of the field that stays; its middle if none is given */
  zoom(z, x = this.camera.width / 2, y = this.camera.height / 2) {
    if (!this.#picture) return;
    const whole = this.camera.whole;
    this.camera.zoom(z < 1.02 ? 1 : z, x, y);
    if (this.camera.whole !== whole) this.#framed();
    this.#moved();
  }

  /** One step nearer (a factor above 1) or away, about the active node if it is in view; 0: the whole. @param {number} factor */
  step(factor) {
    const { camera } = this;
    const spot = this.roving.spot();
    const box = spot && boxOf(camera.view, spot.zone, spot.index);
    const seen = box && document.activeElement && this.host.contains(document.activeElement);
    const x = seen ? box.x + box.w / 2 - camera.x : camera.width / 2;
    const y = seen ? box.y + box.h / 2 - camera.y : camera.height / 2;
    const to = factor ? Math.max(1, Math.min(camera.furthestIn, (this.#step?.to ?? camera.z) * factor)) : 1;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.zoom(to, x, y);
      return;
    }
    this.#step = { from: camera.z, to, x, y, since: performance.now() };
    this.#ask();
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    if (!this.camera.pan(dx, dy)) return false;
    this.#moved();
    return true;
  }

  /** Zoomed or whole: another height in a page that scrolls. */
  #framed() {
    if (!this.#flows) return;
    const { camera } = this;
    this.#window(camera.width, this.#unit);
    if (this.#picture) this.paint.lay(this.#picture, this.#unit);
  }

  /** Draw in the next frame, and once more when the viewer stands. */
  #moved() {
    this.hover.close();
    clearTimeout(this.#standing);
    this.#standing = setTimeout(() => {
      this.#standing = undefined;
      this.draw(false);
      this.onchange();
    }, STANDS_MS);
    this.#ask();
  }

  #ask() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame((time) => {
      this.#frame = 0;
      if (this.#step) this.#stride(time);
      this.draw(true);
    });
  }

  /** @param {number} time */
  #stride(time) {
    const step = this.#step;
    if (!step) return;
    const part = Math.max(0, Math.min(1, (time - step.since) / STEP_MS));
    const eased = 1 - (1 - part) ** 3;
    if (part === 1) this.#step = null;
    this.zoom(part === 1 ? step.to : step.from * (step.to / step.from) ** eased, step.x, step.y);
  }

  /** @param {boolean} moving */
  draw(moving) {
    const picture = this.#picture;
    if (!picture) return;
    const { level } = this.camera.view;
    if (this.host.dataset["level"] !== level) this.host.dataset["level"] = level;
    this.host.classList.toggle("is-zoomed", !this.camera.whole);
    const held = this.host.contains(document.activeElement);
    this.zones.place(this.#unit);
    const lacking = this.pool.show(picture, this.#now, { moving, anew: !moving });
    this.paint.all(picture, moving, lacking);
    this.roving.place();
    if (lacking) this.#ask();
    // Cards and the link take the focus over from each other.
    if (held && !this.host.contains(document.activeElement)) this.roving.focus();
  }
}
