/** The picture of one cluster on a wall, as the server paints it: another one takes its place when it has come whole, and one that is
 *  old is greyed by the board's own word. */

/** @typedef {import("../board/board.js").Board} Board */

const EVERY_MS = 5000;
const LIMIT_MS = 15_000;
/** What came so long ago is not the present any more. */
const OLD_MS = 20_000;

export class PagePicture {
  #slug = "";
  #asked = -Infinity;
  /** When what is here was asked for, or the page began to stand. */
  #taken = -Infinity;
  /** @type {HTMLImageElement | null} */ #coming = null;
  /** @type {HTMLImageElement | null} */ #here = null;

  /** @param {HTMLElement} root @param {string} address of the pictures; a cluster's slug is appended */
  constructor(root, address) {
    this.root = root;
    this.address = address;
  }

  /** How old what stands there is, seconds, where that is not the present any more; else 0. @param {string | null} slug */
  age(slug) {
    const age = performance.now() - this.#taken;
    return slug !== null && slug === this.#slug && age > OLD_MS ? age / 1000 : 0;
  }

  /** @param {string | null} slug null: the overview stands @param {Board} board @param {number} scale pixels of a unit of the board
   *  @param {{ theme: string, old: boolean }} look */
  show(slug, board, scale, { theme, old }) {
    if (slug === null || !board.area) {
      this.#clear();
      return;
    }
    if (slug !== this.#slug) {
      // The one before stays until the next has come whole: nothing flashes.
      this.#forget();
      this.#taken = performance.now();
    }
    this.#slug = slug;
    const { x, y, w, h } = board.area;
    const box = [x, y, w, h].map((value) => Math.round(value * scale));
    this.#place(this.#here, box, old);
    const now = performance.now();
    if (this.#coming && now - this.#asked < LIMIT_MS) return;
    if (now - this.#asked < EVERY_MS) return;
    this.#asked = now;
    const image = new Image();
    this.#coming = image;
    image.alt = "";
    image.className = "page-picture";
    image.onload = () => {
      if (this.#coming !== image) return;
      this.#coming = null;
      this.#here?.remove();
      this.#here = image;
      this.#taken = now;
      this.#place(image, box, old);
      this.root.append(image);
    };
    image.onerror = () => {
      if (this.#coming === image) this.#coming = null;
    };
    image.src = `${this.address}${encodeURIComponent(slug)}/picture.svg?w=${box[2]}&h=${box[3]}&theme=${theme}&t=${Date.now()}`;
  }

  /** @param {HTMLElement | null} image @param {number[]} box @param {boolean} old */
  #place(image, [x = 0, y = 0, w = 0, h = 0], old) {
    if (!image) return;
    image.classList.toggle("is-old", old);
    Object.assign(image.style, { left: `${x}px`, top: `${y}px`, width: `${w}px`, height: `${h}px` });
  }

  #clear() {
    this.#forget();
    this.#here?.remove();
    [this.#here, this.#slug] = [null, ""];
  }

  /** What is on its way is not waited for. */
  #forget() {
    if (this.#coming) this.#coming.onload = this.#coming.onerror = null;
    [this.#coming, this.#asked] = [null, -Infinity];
  }
}
