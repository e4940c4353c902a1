/**
 * A socket that only listens: reconnects by itself with full jitter, notices silence, says how it is. For pages that renew parts of
 * their HTML; the picture, which keeps a snapshot in step, has socket.js.
 */

import { WATCHDOG_MS, backoff } from "../socket.js";

/** Sent by the server when the session has ended, and when the cluster is not (or no longer) watched. */
const SIGNED_OUT = 4401;
const GONE = 4404;
const OFFLINE_LOOK_MS = 15_000;

/** @typedef {"connecting" | "open" | "closed" | "offline" | "signed out" | "gone"} LineState */

export class Line {
  /** @type {WebSocket | null} */ #socket = null;
  #attempt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #watchdog;
  /** @type {LineState} */ state = "connecting";
  since = Date.now();
  /** @type {number | null} */ retryAt = null;

  /** @param {string} path such as "/ws/wall/" @param {(message: unknown) => void} hear @param {() => void} changed */
  constructor(path, hear, changed) {
    this.path = path;
    this.hear = hear;
    this.changed = changed;
    addEventListener("online", () => this.#now());
    addEventListener("offline", () => this.#drop("offline"));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#now());
    this.#open();
  }

  /** Try at once what would have been tried later. */
  #now() {
    if (this.#socket || this.state === "signed out" || this.state === "gone") return;
    clearTimeout(this.#retry);
    this.#open();
  }

  #open() {
    if (!navigator.onLine) {
      this.#tell("offline", null);
      this.#retry = setTimeout(() => this.#open(), OFFLINE_LOOK_MS);
      return;
    }
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.path}`);
    this.#socket = socket;
    this.#watch();
    socket.onopen = () => this.#tell("open", null);
    socket.onmessage = (event) => {
      this.#watch();
      this.#attempt = 0;
      if (typeof event.data === "string") this.hear(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      if (event.code === SIGNED_OUT) this.#end("signed out");
      else if (event.code === GONE) this.#end("gone");
      else this.#drop("closed");
    };
  }

  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#drop("closed"), WATCHDOG_MS);
  }

  /** @param {"closed" | "offline"} state */
  #drop(state) {
    if (this.state === "signed out" || this.state === "gone") return;
    this.#close();
    const wait = state === "offline" ? OFFLINE_LOOK_MS : backoff(this.#attempt);
    this.#attempt += 1;
    this.#tell(state, state === "offline" ? null : Date.now() + wait);
    this.#retry = setTimeout(() => this.#open(), wait);
  }

  /** There is nothing to come back to. @param {"signed out" | "gone"} state */
  #end(state) {
    this.#close();
    this.#tell(state, null);
  }

  #close() {
    clearTimeout(this.#watchdog);
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** @param {LineState} state @param {number | null} retryAt */
  #tell(state, retryAt) {
    if (this.state !== state) this.since = Date.now();
    this.state = state;
    this.retryAt = retryAt;
    this.changed();
  }
}
