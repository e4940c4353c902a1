/** The boxes of the groups under the nodes, and their headings over them: a heading stays in view while its group does. */

import { ZONE_HEAD } from "../layout.js";
import { headingOf } from "../scene/ground.js";
import { element, put, say } from "./elements.js";

/** @typedef {import("../camera.js").Camera} Camera */
/** @typedef {import("../layout.js").Zone} Zone */

/** What lies so far outside the window is not worth a corner. */
const BEYOND = 24;

export class Zones {
  /** @param {HTMLElement} boxes @param {HTMLElement} heads @param {Camera} camera */
  constructor(boxes, heads, camera) {
    this.boxes = boxes;
    this.heads = heads;
    this.camera = camera;
  }

  /** There are other groups. @param {import("../store.js").Picture} picture @param {import("../arrange.js").Grouping} by @param {number} unit */
  lay(picture, by, unit) {
    const { zones } = this.camera.view;
    for (const [layer, tag] of /** @type {const} */ ([[this.boxes, "div"], [this.heads, "section"]])) {
      while (layer.children.length > zones.length) layer.lastElementChild?.remove();
      while (layer.children.length < zones.length) {
        const made = element(tag, tag === "div" ? "zone" : "zone-head");
        if (tag === "section") made.append(element("h3", ""), element("p", ""));
        layer.append(made);
      }
    }
    this.place(unit);
    this.summaries(picture, by, unit);
  }

  /** The camera has moved. @param {number} unit */
  place(unit) {
    const { view, x, y, width, height } = this.camera;
    const head = ZONE_HEAD * unit;
    for (let at = 0; at < view.zones.length; at += 1) {
      const zone = /** @type {Zone} */ (view.zones[at]);
      const box = /** @type {HTMLElement} */ (this.boxes.children[at]);
      const title = /** @type {HTMLElement} */ (this.heads.children[at]);
      const left = zone.x - x;
      const top = zone.y - y;
      const right = left + zone.w;
      const foot = top + zone.h;
      const out = right < 0 || left > width || foot < 0 || top > height;
      box.hidden = title.hidden = out;
      if (out) continue;
      const l = Math.max(left, -BEYOND);
      const t = Math.max(top, -BEYOND);
      put(box, l, t, Math.min(right, width + BEYOND) - l, Math.min(foot, height + BEYOND) - t);
      const seen = Math.max(left, 0);
      const stuck = top < 0;
      title.classList.toggle("is-stuck", stuck);
      put(title, seen, stuck ? Math.min(0, foot - head) : top, Math.min(right, width) - seen, head);
    }
  }

  /** Titles and means. @param {import("../store.js").Picture} picture @param {import("../arrange.js").Grouping} by @param {number} unit */
  summaries(picture, by, unit) {
    const { zones } = this.camera.view;
    for (let at = 0; at < zones.length; at += 1) {
      const zone = /** @type {Zone} */ (zones[at]);
      const head = this.heads.children[at];
      if (!(head instanceof HTMLElement) || head.hidden) continue;
      const { title, summary } = headingOf(picture, zone, zones.length, by, Math.min(zone.w, this.camera.width) / unit);
      say(head.firstElementChild, title);
      say(head.lastElementChild, summary);
      if (head.title !== title) head.title = title;
    }
  }
}
