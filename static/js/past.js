/** Going through the past of a cluster: fetches the picture of a moment, and plays what came after it. */

import { duration } from "./ages.js";
import { within } from "./limits.js";

/** @typedef {import("./wire-types.js").Snapshot} Snapshot */

const FETCH_LIMIT_MS = 20_000;
/** What could not be fetched is tried again after so many milliseconds. */
const AGAIN_MS = 3000;
/** A picture follows the one before after so many milliseconds, if it has come by then. */
const STEP_MS = 1000;

/** As `?at=` has a moment. @param {number} at epoch seconds */
export function iso(at) {
  return new Date(Math.round(at * 10) * 100).toISOString().replace(".000Z", "Z");
}

/** The share of the bar at which a moment lies, 0 to 1. @param {number} at @param {number} began @param {number} ended */
export function placeOf(at, began, ended) {
  return Math.min(1, Math.max(0, (at - began) / (ended - began)));
}

/** A click on ribbons leads to that moment. @param {HTMLElement | null} part @param {number} began @param {number} ended */
function goesWhereClicked(part, began, ended) {
  part?.addEventListener("click", (event) => {
    const track = part.querySelector(".ribbon")?.getBoundingClientRect();
    if (!track) return;
    const share = Math.min(1, Math.max(0, (event.clientX - track.left) / track.width));
    const address = new URL(location.href);
    address.searchParams.set("at", iso(began + share * (ended - began)));
    location.assign(address);
  });
}

export class Past {
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #speed = 10;
  #playing = false;
  #stopped = new AbortController();

  /**
   * @param {number} at epoch seconds @param {string} path of the snapshot
   * @param {{ show(snapshot: Snapshot): void, failed(why: string): void }} handlers
   */
  constructor(at, path, handlers) {
    this.at = at;
    this.path = path;
    this.handlers = handlers;
    this.bar = document.getElementById("past-bar");
    this.began = Number(this.bar?.dataset["began"]);
    this.ended = Number(this.bar?.dataset["ended"]);
    this.#listen();
    void this.#fetch();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#stopped.abort();
  }

  #listen() {
    const play = document.getElementById("past-play");
    const speeds = document.getElementById("past-speeds");
    if (play) {
      play.hidden = false;
      play.addEventListener("click", () => void this.#toggle(play));
    }
    if (speeds) {
      speeds.hidden = false;
      speeds.addEventListener("click", (event) => {
        const chosen = event.target instanceof Element ? event.target.closest("[data-speed]") : null;
        if (!(chosen instanceof HTMLElement)) return;
        this.#speed = Number(chosen.dataset["speed"]);
        for (const one of speeds.querySelectorAll("[data-speed]")) one.setAttribute("aria-pressed", String(one === chosen));
      });
    }
    this.bar?.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest("a[rel]") : null;
      // Its address is of the moment with which the page began, or at which it was stopped last.
      if (!link || !this.#playing || !play) return;
      event.preventDefault();
      void this.#toggle(play).then(() => this.bar?.querySelector(`a[rel="${link.getAttribute("rel")}"]`)?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true })));
    });
    const keep = document.querySelector(".past-keep");
    keep?.addEventListener("toggle", () => {
      // What is kept is what is seen, wherever playing has led.
      document.getElementById("past-keep-at")?.setAttribute("value", iso(this.at));
      if (keep instanceof HTMLDetailsElement && keep.open) document.getElementById("past-keep-name")?.focus();
    });
    goesWhereClicked(document.getElementById("past-tracks"), this.began, this.ended);
    const day = document.getElementById("past-whole");
    goesWhereClicked(day, Number(day?.dataset["began"]), Number(day?.dataset["ended"]));
  }

  /** @param {HTMLElement} play */
  async #toggle(play) {
    this.#playing = !this.#playing;
    play.setAttribute("aria-pressed", String(this.#playing));
    play.textContent = this.#playing ? "pause" : "play";
    this.bar?.classList.toggle("is-playing", this.#playing);
    clearTimeout(this.#timer);
    if (this.#playing) this.#timer = setTimeout(() => void this.#step(), 0);
    else {
      this.#remember();
      await this.#renew();
    }
  }

  /** Where playing has stopped, the changes before and after are others, and so are the incidents. */
  async #renew() {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", redirect: "manual", signal: within(FETCH_LIMIT_MS, this.#stopped.signal) });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["past-band", "past-previous", "past-following"]) {
        const fresh = page.getElementById(id);
        if (fresh) document.getElementById(id)?.replaceChildren(...fresh.childNodes);
      }
    } catch {
      // What they say is of another moment: the page of this one has its own.
      if (!this.#stopped.signal.aborted) location.reload();
    }
  }

  async #step() {
    const began = Date.now();
    this.at += (this.#speed * STEP_MS) / 1000;
    if (this.at >= this.ended) {
      // The rest of time is on another bar; at its end there is the present.
      this.#remember();
      location.reload();
      return;
    }
    await this.#fetch();
    if (this.#playing) this.#timer = setTimeout(() => void this.#step(), Math.max(0, STEP_MS - (Date.now() - began)));
  }

  /** The address is that of what is shown: it can be kept, and handed on. */
  #remember() {
    const address = new URL(location.href);
    address.searchParams.set("at", iso(this.at));
    history.replaceState(null, "", address);
  }

  #tell() {
    const text = iso(this.at);
    const time = document.getElementById("past-time");
    if (time) {
      time.textContent = text.slice(11, 19);
      time.setAttribute("datetime", text);
    }
    const day = document.getElementById("past-day");
    if (day) day.textContent = text.slice(0, 10);
    const ago = document.getElementById("past-ago");
    if (ago) ago.textContent = duration(Math.max(0, Date.now() / 1000 - this.at));
    const place = `${(placeOf(this.at, this.began, this.ended) * 100).toFixed(2)}%`;
    const needle = document.querySelector("#past-needle line");
    for (const end of ["x1", "x2"]) needle?.setAttribute(end, place);
  }

  async #fetch() {
    try {
      const signal = within(FETCH_LIMIT_MS, this.#stopped.signal);
      const answer = await fetch(`${this.path}?at=${encodeURIComponent(iso(this.at))}`, { credentials: "same-origin", redirect: "manual", signal });
      if (answer.status === 401 || answer.type === "opaqueredirect") {
        location.reload();
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      this.handlers.show(/** @type {Snapshot} */ (await answer.json()));
      this.#tell();
    } catch {
      if (this.#stopped.signal.aborted) return;
      this.handlers.failed("The picture of this moment could not be fetched; trying again.");
      this.#timer = setTimeout(() => void this.#fetch(), AGAIN_MS);
    }
  }
}
