/**
 * What keeps the picture in step with the server: subscribe first, buffer, fetch the snapshot, then follow; notice what was missed.
 *
 * Nothing of the page is known here. The socket itself is reconnecting-socket.js.
 */

import { ReconnectingSocket, backoff } from "./reconnecting-socket.js";
import { Sync } from "./sync.js";
import { within } from "./limits.js";

/** @typedef {import("./wire-types.js").Message} Message */
/** @typedef {import("./wire-types.js").Snapshot} Snapshot */
/** @typedef {import("./wire-types.js").Delta} Delta */
/** @typedef {import("./wire-types.js").Pulse} Pulse */

const FETCH_LIMIT_MS = 20_000;

/**
 * @typedef {object} Handlers
 * @property {(snapshot: Snapshot, server: number | null) => void} snapshot `server`: its clock, from the answer's Date header
 * @property {(delta: Delta) => void} delta
 * @property {(pulse: Pulse, whole: boolean) => void} pulse `whole`: what was handed over holds all that was published until then
 * @property {(beats: Record<string, number>) => void} heartbeats of the nodes
 * @property {(server: number, app: string, trouble: string) => void} keepAlive epoch seconds of the server's clock, its version, and
 *   what is wrong with Planewatch itself, in a sentence or empty
 * @property {(status: import("./reconnecting-socket.js").SocketStatus) => void} status of the socket
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
    this.socket = new ReconnectingSocket(socketPath, {
      receive: (message) => this.#receive(message),
      lost: () => {
        clearTimeout(this.#refetch);
        this.#fetches = 0;
      },
      changed: () => {
        const { state, since, retryAt } = this.socket;
        this.handlers.status({ state, since, retryAt });
        if (state === "open") this.#resync();
      },
    });
  }

  start() {
    this.socket.start();
  }

  stop() {
    clearTimeout(this.#refetch);
    this.socket.stop();
  }

  /** Ask the server anew: whether we may see it, and for what there is. */
  ask() {
    this.#resync();
  }

  /** @param {Message} message */
  #receive(message) {
    switch (message.type) {
      case "pulse":
        return this.#pulse(message);
      case "delta":
        return this.#delta(message);
      case "heartbeats":
        return this.handlers.heartbeats(message.beats);
      case "keepalive":
        return this.handlers.keepAlive(message.hb, message.app, message.trouble);
      case "resync":
        return this.#resync();
      case "gone":
        return this.#end("gone");
      default:
        return undefined;
    }
  }

  /** @param {Pulse} pulse */
  #pulse(pulse) {
    const behind = this.#sync.isBehind(pulse);
    this.handlers.pulse(pulse, this.#sync.synced && !behind);
    if (behind) this.#resync();
    else if (this.#sync.synced) this.#fetches = 0;
  }

  /** @param {Delta} delta */
  #delta(delta) {
    const answer = this.#sync.receive(delta);
    if (answer === "resync") this.#resync();
    if (answer !== "take") return;
    this.socket.resetBackoff();
    this.#fetches = 0;
    try {
      this.handlers.delta(delta);
    } catch (error) {
      // What could not be taken in is not shown: the whole of it is asked for anew.
      this.#resync();
      throw error;
    }
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
    const opened = this.socket.socket;
    this.#fetching = true;
    /** @type {boolean} */
    let again = true;
    try {
      const signal = within(FETCH_LIMIT_MS, this.socket.signal);
      const answer = await fetch(this.snapshotPath, { cache: "no-cache", credentials: "same-origin", redirect: "manual", signal });
      if (answer.status === 401 || answer.status === 403 || answer.type === "opaqueredirect") return this.#end("signed out");
      if (answer.status === 404) return this.#end("gone");
      if (answer.ok) {
        const snapshot = /** @type {Snapshot} */ (await answer.json());
        if (opened !== this.socket.socket || opened === null) return undefined;
        const deltas = this.#sync.applySnapshot(snapshot);
        if (deltas) {
          this.socket.resetBackoff();
          const date = Date.parse(answer.headers.get("Date") ?? "");
          this.handlers.snapshot(snapshot, Number.isNaN(date) ? null : date / 1000 + 0.5);
          for (const delta of deltas) this.handlers.delta(delta);
          again = false;
        }
      }
    } catch {
      // No answer, a broken one, or stopped: tried again below, as long as there is a socket.
    } finally {
      this.#fetching = false;
      const now = this.socket.socket;
      if (again && now && !this.socket.stopped && opened === now) this.#resync();
      else if (opened !== now && now?.readyState === 1) this.#resync();
    }
    return undefined;
  }

  /** There is nothing to come back to. @param {"signed out" | "gone"} state */
  #end(state) {
    clearTimeout(this.#refetch);
    this.socket.end(state);
  }
}
