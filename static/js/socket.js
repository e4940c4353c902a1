/**
 * The picture's line to the server: subscribe first, buffer, fetch the snapshot, then follow; notice what was missed.
 *
 * Nothing of the page is known here. The socket itself is line.js.
 */

import { Line, backoff } from "./line.js";
import { Sync } from "./sync.js";

/** @typedef {import("./types.js").Snapshot} Snapshot */
/** @typedef {import("./types.js").Delta} Delta */
/** @typedef {import("./types.js").Pulse} Pulse */
/** @typedef {import("./types.js").Beats} Beats */

const FETCH_LIMIT_MS = 20_000;

/**
 * @typedef {object} Handlers
 * @property {(snapshot: Snapshot, server: number | null) => void} snapshot `server`: its clock, from the answer's Date header
 * @property {(delta: Delta) => void} delta
 * @property {(pulse: Pulse) => void} pulse
 * @property {(beats: Record<string, number>) => void} beats
 * @property {(server: number, app: string | undefined) => void} heartbeat epoch seconds of the server's clock, and its version
 * @property {(line: import("./line.js").LineStatus) => void} line
 */

export class LiveSocket {
  #sync = new Sync();
  #fetches = 0;
  #fetching = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #refetch;

  /** @param {string} socketPath such as "/ws/c/prod/" @param {string} snapshotPath @param {Handlers} handlers */
  constructor(socketPath, snapshotPath, handlers) {
    this.snapshotPath = snapshotPath;
    this.handlers = handlers;
    this.line = new Line(socketPath, {
      hear: (message) => this.#hear(message),
      lost: () => {
        clearTimeout(this.#refetch);
        this.#fetches = 0;
      },
      changed: () => {
        const { state, since, retryAt } = this.line;
        this.handlers.line({ state, since, retryAt });
        if (state === "open") this.#resync();
      },
    });
  }

  start() {
    this.line.start();
  }

  stop() {
    clearTimeout(this.#refetch);
    this.line.stop();
  }

  /** @param {unknown} said */
  #hear(said) {
    const message = /** @type {Partial<Delta & Pulse & Beats & { hb: number, app: string, resync: boolean, gone: boolean }>} */ (said);
    if (message.pulse !== undefined) {
      const pulse = /** @type {Pulse} */ (message);
      this.handlers.pulse(pulse);
      if (this.#sync.pulse(pulse) === "resync") this.#resync();
      else if (this.#sync.synced) this.#fetches = 0;
    } else if (message.u !== undefined) {
      const delta = /** @type {Delta} */ (message);
      const answer = this.#sync.hear(delta);
      if (answer === "take") {
        this.line.well();
        this.#fetches = 0;
        this.handlers.delta(delta);
      } else if (answer === "resync") this.#resync();
    } else if (message.beats !== undefined) this.handlers.beats(message.beats);
    else if (message.hb !== undefined) this.handlers.heartbeat(message.hb, message.app);
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
    const { socket } = this.line;
    this.#fetching = true;
    /** @type {boolean} */
    let again = true;
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(FETCH_LIMIT_MS), this.line.signal]);
      const answer = await fetch(this.snapshotPath, { cache: "no-cache", credentials: "same-origin", redirect: "manual", signal });
      if (answer.status === 401 || answer.status === 403 || answer.type === "opaqueredirect") return this.#end("signed out");
      if (answer.status === 404) return this.#end("gone");
      if (answer.ok) {
        const snapshot = /** @type {Snapshot} */ (await answer.json());
        if (socket !== this.line.socket || socket === null) return undefined;
        const deltas = this.#sync.land(snapshot);
        if (deltas) {
          again = false;
          this.line.well();
          const date = Date.parse(answer.headers.get("Date") ?? "");
          this.handlers.snapshot(snapshot, Number.isNaN(date) ? null : date / 1000 + 0.5);
          for (const delta of deltas) this.handlers.delta(delta);
        }
      }
    } catch {
      // No answer, a broken one, or stopped: tried again below, as long as there is a socket.
    } finally {
      this.#fetching = false;
      const now = this.line.socket;
      if (again && now && !this.line.stopped && socket === now) this.#resync();
      else if (socket !== now && now?.readyState === 1) this.#resync();
    }
    return undefined;
  }

  /** There is nothing to come back to. @param {"signed out" | "gone"} state */
  #end(state) {
    clearTimeout(this.#refetch);
    this.line.end(state);
  }
}
