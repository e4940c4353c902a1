/** The viewer's choices about the nodes: groups, order, what to find, how near; their keys; and the address that remembers them. */

import { filterOf } from "./filter.js";
import { writeView } from "./viewstate.js";
import { within } from "./limits.js";

/** @typedef {import("./diagram/nodegrid.js").NodeGrid} NodeGrid */
/** @typedef {import("./viewstate.js").ViewState} ViewState */
/** @typedef {import("./filter.js").Labelled} Labelled */

/** Typing pauses for so long before labels are asked for, in milliseconds. */
const PAUSE_MS = 250;
const LIMIT_MS = 8000;
/** Labels change behind the picture's back: while they are looked for, they are asked for anew so often. */
const ANEW_MS = 30_000;
/** Answers about labels that are kept. */
const KEPT = 32;
const STEP = 1.6;

/** @template {HTMLElement} T @param {string} id @param {new () => T} kind @returns {T} */
function part(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no #${id}.`);
  return found;
}

export class Toolbar {
  /** @type {Labelled} */ #labelled = new Map();
  /** @type {Set<string>} */ #asked = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #typing;
  #trouble = "";

  /** @param {NodeGrid} field @param {ViewState} view shared with the field @param {string} search where labels are asked for */
  constructor(field, view, search) {
    this.field = field;
    this.view = view;
    this.search = search;
    this.group = part("group-by", HTMLSelectElement);
    this.sort = part("sort-by", HTMLSelectElement);
    this.find = part("find", HTMLInputElement);
    this.hits = part("hits", HTMLElement);
    this.out = part("zoom-out", HTMLButtonElement);
    this.fit = part("zoom-fit", HTMLButtonElement);
    this.in = part("zoom-in", HTMLButtonElement);
    this.legend = part("legend", HTMLDialogElement);
    this.group.value = view.group;
    this.sort.value = view.sort;
    this.find.value = view.q;
    this.#listen();
    this.#seek();
    field.onchange = () => this.told();
    setInterval(() => {
      if (document.visibilityState !== "visible" || !field.hits.filter.labels.length) return;
      this.#asked.clear();
      this.#seek();
    }, ANEW_MS);
  }

  #listen() {
    const { field, view } = this;
    this.group.addEventListener("change", () => {
      view.group = /** @type {ViewState["group"]} */ (this.group.value);
      field.rearrange();
    });
    this.sort.addEventListener("change", () => {
      view.sort = /** @type {ViewState["sort"]} */ (this.sort.value);
      field.rearrange();
    });
    this.find.addEventListener("input", () => {
      view.q = this.find.value;
      this.#seek();
    });
    this.find.addEventListener("keydown", (event) => this.#finding(event));
    this.out.addEventListener("click", () => field.step(1 / STEP));
    this.fit.addEventListener("click", () => field.step(0));
    this.in.addEventListener("click", () => field.step(STEP));
    part("legend-open", HTMLButtonElement).addEventListener("click", () => this.legend.showModal());
    this.legend.addEventListener("click", (event) => {
      if (event.target === this.legend) this.legend.close();
      const state = event.target instanceof Element ? event.target.closest("[data-find]")?.getAttribute("data-find") : null;
      if (state) this.#only(state);
    });
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target instanceof HTMLElement && event.target.closest("input, textarea, select, dialog")) return;
    // Not by way of the buttons, which learn only a moment later that they can be pressed.
    const { field } = this;
    const nearer = () => field.step(STEP);
    const keys = { n: () => this.find.select(), "+": nearer, "=": nearer, "-": () => field.step(1 / STEP), 0: () => field.step(0), "?": () => this.legend.showModal() };
    if (event.key === "Escape" && this.view.q) this.#clear();
    const does = /** @type {Record<string, () => void>} */ (keys)[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  }

  /** @param {KeyboardEvent} event */
  #finding(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      if (this.view.q) this.#clear();
      else this.find.blur();
    }
    if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      this.field.enter();
    }
  }

  /** Show the nodes that a query finds, as if it had been typed. @param {string} query */
  #only(query) {
    this.legend.close();
    this.find.value = this.view.q = query;
    this.#seek();
    this.find.focus();
  }

  #clear() {
    this.find.value = this.view.q = "";
    this.#seek();
  }

  #seek() {
    this.field.find(this.view.q, this.#labelled);
    this.told();
    clearTimeout(this.#typing);
    const open = filterOf(this.view.q).labels.filter((label) => label && !this.#asked.has(label));
    if (open.length) this.#typing = setTimeout(() => void Promise.all(open.map((label) => this.#ask(label))), PAUSE_MS);
  }

  /** Which nodes carry a label is known to the server. @param {string} label */
  async #ask(label) {
    if (this.#asked.size >= KEPT) {
      this.#asked.clear();
      this.#labelled.clear();
    }
    this.#asked.add(label);
    try {
      const signal = within(LIMIT_MS);
      const answer = await fetch(`${this.search}?label=${encodeURIComponent(label)}`, { credentials: "same-origin", redirect: "manual", signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const { names } = /** @type {{ names: string[] }} */ (await answer.json());
      this.#labelled.set(label, new Set(names));
      this.#trouble = "";
    } catch {
      this.#asked.delete(label);
      this.#trouble = "labels cannot be searched now";
    }
    this.field.find(this.view.q, this.#labelled);
    this.told();
  }

  /** Say how many are meant and how near the viewer is; let the address remember it. */
  told() {
    const { hits, camera } = this.field;
    const counts = `${hits.count.toLocaleString("en-GB")} of ${hits.total.toLocaleString("en-GB")}`;
    const labels = hits.filter.labels.length > 0;
    const said = hits.filter.empty ? "" : labels && this.#trouble ? this.#trouble : counts;
    if (this.hits.textContent !== said) this.hits.textContent = said;
    this.hits.classList.toggle("is-none", said !== "" && hits.count === 0);
    this.out.disabled = this.fit.disabled = camera.whole;
    this.in.disabled = camera.z >= camera.furthestIn - 1e-6;
    const near = camera.whole ? "fit" : `${camera.z < 10 ? camera.z.toFixed(1) : Math.round(camera.z)}×`;
    if (this.fit.textContent !== near) this.fit.textContent = near;
    if (!hits.total) return;
    this.view.look = camera.look();
    const query = writeView(location.search, this.view);
    if (query !== location.search) history.replaceState(history.state, "", location.pathname + query + location.hash);
  }
}
