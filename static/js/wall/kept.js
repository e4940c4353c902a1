/** The last picture of a wall, kept in the browser: shown at once on boot, with its age. Bounded, and written now and then: months of
 *  it must not wear a signage screen's flash. */

/** @typedef {import("../board/board.js").Scene} Scene */
/** @typedef {{ scene: Scene, css: string }} Kept */

const KEY = "planewatch-wall:";
/** A wall of sixty clusters takes some 200 kB; what is larger is not kept. */
const MOST = 1_500_000;
const EVERY_MS = 60_000;

export class LastPicture {
  #last = -Infinity;

  /** @param {string} slug of the display @param {Pick<Storage, "getItem" | "setItem" | "removeItem">} storage */
  constructor(slug, storage) {
    this.key = KEY + slug;
    this.storage = storage;
  }

  /** What was kept; null: nothing, or nothing that can be read. @returns {Kept | null} */
  read() {
    try {
      const found = /** @type {Partial<Kept> | null} */ (JSON.parse(this.storage.getItem(this.key) ?? "null"));
      if (!found || typeof found.css !== "string" || !Array.isArray(found.scene?.clusters)) return null;
      return { css: found.css, scene: { ...found.scene, changes: [] } };
    } catch {
      return null;
    }
  }

  /** @param {Kept} kept @param {number} now milliseconds of a clock that only goes forward @param {boolean} [last] nothing comes any
   *  more: it is kept at once */
  keep(kept, now, last = false) {
    if (!last && now - this.#last < EVERY_MS) return;
    this.#last = now;
    try {
      const text = JSON.stringify(kept);
      if (text.length <= MOST) this.storage.setItem(this.key, text);
      else this.storage.removeItem(this.key);
    } catch {
      // It is full, or forbidden: the wall does without.
    }
  }
}
