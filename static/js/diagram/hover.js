/** The card that opens on hover and focus. What the picture knows stands at once; the lines of evidence are fetched a moment later. */

import { render } from "../html.js";
import { nodeState } from "../groups.js";
import { hoverCard } from "./nodecard.js";
import { within } from "../limits.js";

/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {import("../wire-types.js").NodeReport} NodeDetail */

/** A pointer that only passes over asks nothing. */
const PAUSE_MS = 140;
/** Detail this old is asked for again. */
const KEPT_MS = 5000;
const LIMIT_MS = 8000;
const MARGIN = 10;

export class Hover {
  #name = "";
  /** @type {{ x: number, y: number, w: number, h: number }} in the viewport */ #anchor = { x: 0, y: 0, w: 0, h: 0 };
  /** @type {{ name: string, at: number, detail: NodeDetail } | null} */ #kept = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {AbortController | null} */ #asking = null;

  /** @param {HTMLElement} stage holds the card @param {HTMLElement} bounds which it does not leave @param {(name: string) => string} detailOf */
  constructor(stage, bounds, detailOf) {
    this.stage = stage;
    this.bounds = bounds;
    this.detailOf = detailOf;
    this.card = document.createElement("div");
    this.card.className = "hover";
    this.card.hidden = true;
    this.card.setAttribute("aria-hidden", "true"); // the link under it says the same in words
    stage.append(this.card);
  }

  /** @param {string} name */
  shows(name) {
    return !this.card.hidden && this.#name === name;
  }

  /** @param {Picture} picture @param {string} name @param {{ x: number, y: number, w: number, h: number }} anchor @param {number} now */
  open(picture, name, anchor, now) {
    const other = name !== this.#name;
    this.#name = name;
    this.#anchor = anchor;
    this.card.hidden = false;
    this.draw(picture, now);
    if (!other && this.#timer) return;
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#timer = setTimeout(() => void this.#ask(picture, now), PAUSE_MS);
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#asking?.abort();
    this.card.hidden = true;
  }

  /** @param {Picture} picture @param {number} now */
  draw(picture, now) {
    if (this.card.hidden) return;
    const row = picture.rows.get(this.#name);
    if (row === undefined) return this.close();
    const detail = this.#kept?.name === this.#name ? this.#kept.detail : null;
    this.card.className = `hover state-${nodeState(picture, row)}`;
    render(hoverCard(picture, row, detail, now), this.card);
    this.#put();
    return undefined;
  }

  /** Beside its node, where there is room: to the right, else to the left; never out of its bounds. */
  #put() {
    const stage = this.stage.getBoundingClientRect();
    const bounds = this.bounds.getBoundingClientRect();
    const { offsetWidth: w, offsetHeight: h } = this.card;
    const { x, y, w: width, h: height } = this.#anchor;
    const right = x + width + MARGIN;
    const left = right + w <= Math.min(bounds.right, innerWidth) - MARGIN ? right : x - w - MARGIN;
    const fits = Math.max(MARGIN, Math.min(left, Math.min(bounds.right, innerWidth) - w - MARGIN));
    const low = Math.min(bounds.bottom, innerHeight) - h - MARGIN;
    const top = Math.max(MARGIN, Math.min(y + height / 2 - h / 3, low));
    this.card.style.transform = `translate(${Math.round(fits - stage.x)}px, ${Math.round(top - stage.y)}px)`;
  }

  /** @param {Picture} picture @param {number} now */
  async #ask(picture, now) {
    const name = this.#name;
    if (this.#kept?.name === name && Date.now() - this.#kept.at < KEPT_MS) return;
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const signal = within(LIMIT_MS, asking.signal);
      const answer = await fetch(this.detailOf(name), { credentials: "same-origin", redirect: "manual", signal });
      if (!answer.ok) return;
      const body = /** @type {NodeDetail & { node?: NodeDetail }} */ (await answer.json());
      this.#kept = { name, at: Date.now(), detail: body.node ?? body };
      if (this.#name === name) this.draw(picture, now);
    } catch {
      // Left in time, or no answer: the card stands without those lines.
    }
  }
}
