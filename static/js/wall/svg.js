/** Keeps an SVG in the page in step with a list of marks: only the groups that differ are written again. */

import { documentOf, marks } from "../file/svg.js";

/** @typedef {import("../board/board.js").Board} Board */

export class Shown {
  /** @type {Map<string, string>} */ #written = new Map();
  /** @type {Map<string, SVGGElement>} */ #groups = new Map();
  #frame = "";
  #words = "";
  /** What a screen reader is told. @type {Element | null} */ #said = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
  }

  /** Groups that were written since it began, for tests. */
  written = 0;

  /** @param {Board} board @param {number} width @param {number} height pixels */
  show(board, width, height) {
    const { groups, across, down, colours } = board;
    const frame = [width, height, across, down, colours.of("bg"), ...groups.map(({ key }) => key)].join(" ");
    if (frame !== this.#frame) this.#begin(board, width, height);
    this.#frame = frame;
    if (board.words !== this.#words && this.#said) this.#said.textContent = this.#words = board.words;
    for (const { key, items } of groups) {
      const text = marks(items);
      if (this.#written.get(key) === text) continue;
      this.#written.set(key, text);
      this.written += 1;
      const group = this.#groups.get(key);
      if (group) group.innerHTML = text;
    }
  }

  /** Another size, theme or number of cards: all of it begins again. @param {Board} board @param {number} width @param {number} height */
  #begin({ groups, across, down, colours, words }, width, height) {
    this.root.innerHTML = documentOf([], colours, { width, height, across, down, title: document.title, words });
    const svg = this.root.querySelector("svg");
    this.#said = svg?.querySelector("desc") ?? null;
    this.#words = words;
    this.#written.clear();
    this.#groups.clear();
    for (const { key } of groups) {
      const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
      group.setAttribute("data-key", key);
      svg?.append(group);
      this.#groups.set(key, group);
    }
  }
}
