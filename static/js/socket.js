/**
 * The line to the server: subscribe first, buffer, fetch the snapshot, then follow; notice what was missed; come back by itself.
 *
 * Nothing of the page is known here. Times are local milliseconds (Date.now), because a machine that slept must notice it.
 */

import { Sync } from "./sync.js";

/** @typedef {import("./types.js").Snapshot} Snapshot */
/** @typedef {import("./types.js").Delta} Delta */
/** @typedef {import("./types.js").Pulse} Pulse */

/** A browser cannot see pings; the server sends a heartbeat every 15 s, so that a silence of 40 s means a dead line. */
export const WATCHDOG_MS = 40_000;
const FETCH_LIMIT_MS = 20_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;
/** Sent by the server when the session has ended. */
const SIGNED_OUT = 4401;
const NO_SUCH_CLUSTER = 4404;

/**
 * @typedef {object} Line
 * @property {"connecting" | "open" | "closed" | "offline" | "signed out" | "gone"} state
 * @property {number} since local milliseconds
 * @property {number | null} retryAt local milliseconds
 */

/**
 * @typedef {object} Handlers
 * @property {(snapshot: Snapshot, server: number | null) => void} snapshot `server`: its clock, from the answer's Date header
 * @property {(delta: Delta) => void} delta
 * @property {(pulse: Pulse) => void} pulse
 * @property {(server: number) => void} heartbeat epoch seconds of the server's clock
 * @property {(line: Line) => void} line
 */

/** How long to wait before try number `attempt` (from 0): full jitter, 0.5 s doubling to 15 s. @param {number} attempt */
export function backoff(attempt, random = Math.random) {
  return random() * Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10));
}

export class LiveSocket {
  /** @type {WebSocket | null} */ #socket = null;
  #sync = new Sync();
  #attempt = 0;
  #fetches = 0;
  #fetching = false;
  #stopped = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #refetch;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #watchdog;
  /** @type {AbortController} */ #life = new AbortController();
  /** @type {Line} */ line = { state: "connecting", since: Date.now(), retryAt: null };

  /** @param {string} socketPath such as "/ws/c/prod/" @param {string} snapshotPath @param {Handlers} handlers */
  constructor(socketPath, snapshotPath, handlers) {
    this.socketPath = socketPath;
    this.snapshotPath = snapshotPath;
    this.handlers = handlers;
  }

  start() {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#life = new AbortController();
    const { signal } = this.#life;
    addEventListener("online", () => this.#now(), { signal });
    addEventListener("offline", () => this.#drop("offline"), { signal });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#now(), { signal });
    this.#open();
  }

  stop() {
    this.#stopped = true;
    this.#life.abort();
    clearTimeout(this.#retry);
    clearTimeout(this.#refetch);
    clearTimeout(this.#watchdog);
    this.#close();
  }

  /** Try at once what would have been tried later. */
  #now() {
    if (this.#stopped || this.#socket) return;
    clearTimeout(this.#retry);
    this.#open();
  }

  #open() {
    if (!navigator.onLine) {
      this.#tell("offline", null);
      // Some systems never say that they are back; look again now and then.
      this.#retry = setTimeout(() => this.#open(), LAST_RETRY_MS);
      return;
    }
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.socketPath}`);
    this.#socket = socket;
    this.#watch();
    socket.onopen = () => {
      this.#tell("open", null);
      this.#resync();
    };
    socket.onmessage = (event) => {
      this.#watch();
      if (typeof event.data === "string") this.#hear(event.data);
    };
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      if (event.code === SIGNED_OUT) this.#end("signed out");
      else if (event.code === NO_SUCH_CLUSTER) this.#end("gone");
      else this.#drop("closed");
    };
  }

  /** @param {string} text */
  #hear(text) {
    const message = /** @type {Partial<Delta & Pulse & { hb: number, resync: boolean, gone: boolean }>} */ (JSON.parse(text));
    if (message.pulse !== undefined) {
      const pulse = /** @type {Pulse} */ (message);
      this.handlers.pulse(pulse);
      if (this.#sync.pulse(pulse) === "resync") this.#resync();
      else if (this.#sync.synced) this.#fetches = 0;
    } else if (message.u !== undefined) {
      const delta = /** @type {Delta} */ (message);
      const answer = this.#sync.hear(delta);
      if (answer === "take") {
        this.#attempt = 0;
        this.#fetches = 0;
        this.handlers.delta(delta);
      } else if (answer === "resync") this.#resync();
    } else if (message.hb !== undefined) this.handlers.heartbeat(message.hb);
    else if (message.resync) this.#resync();
    else if (message.gone) this.#end("gone");
  }

  /** Fetch the snapshot anew: at once the first time, with growing pauses if it keeps failing to fit. */
  #resync() {
    this.#sync.begin();
    if (this.#fetching) return;
    clearTimeout(this.#refetch);
    this.#refetch = setTimeout(() => void this.#fetch(), this.#fetches === 0 ? 0 : backoff(this.#fetches));
    this.#fetches += 1;
  }

  async #fetch() {
    const socket = this.#socket;
    this.#fetching = true;
    /** @type {boolean} */
    let again = true;
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(FETCH_LIMIT_MS), this.#life.signal]);
      const answer = await fetch(this.snapshotPath, { cache: "no-cache", credentials: "same-origin", redirect: "manual", signal });
      if (answer.status === 401 || answer.status === 403 || answer.type === "opaqueredirect") return this.#end("signed out");
      if (answer.status === 404) return this.#end("gone");
      if (answer.ok) {
        const snapshot = /** @type {Snapshot} */ (await answer.json());
        if (socket !== this.#socket || socket === null) return undefined;
        const deltas = this.#sync.land(snapshot);
        if (deltas) {
          again = false;
          this.#attempt = 0;
          const date = Date.parse(answer.headers.get("Date") ?? "");
          this.handlers.snapshot(snapshot, Number.isNaN(date) ? null : date / 1000 + 0.5);
          for (const delta of deltas) this.handlers.delta(delta);
        }
      }
    } catch {
      // No answer, a broken one, or stopped: tried again below, as long as there is a socket.
    } finally {
      this.#fetching = false;
      if (again && this.#socket && !this.#stopped && socket === this.#socket) this.#resync();
      else if (socket !== this.#socket && this.#socket?.readyState === 1) this.#resync();
    }
    return undefined;
  }

  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#drop("closed"), WATCHDOG_MS);
  }

  /** The line is lost; come back later. @param {"closed" | "offline"} state */
  #drop(state) {
    clearTimeout(this.#watchdog);
    clearTimeout(this.#retry);
    clearTimeout(this.#refetch);
    this.#close();
    if (this.#stopped) return;
    const wait = state === "offline" ? LAST_RETRY_MS : backoff(this.#attempt);
    this.#attempt += 1;
    this.#fetches = 0;
    this.#tell(state, state === "offline" ? null : Date.now() + wait);
    this.#retry = setTimeout(() => this.#open(), wait);
  }

  /** There is nothing to come back to. @param {"signed out" | "gone"} state */
  #end(state) {
    this.stop();
    this.#tell(state, null);
  }

  #close() {
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** @param {Line["state"]} state @param {number | null} retryAt */
  #tell(state, retryAt) {
    const since = this.line.state === state ? this.line.since : Date.now();
    this.line = { state, since, retryAt };
    this.handlers.line(this.line);
  }
}
