/**
 * A socket that comes back by itself: reconnects with full jitter, notices silence, says how it is. It only listens. What comes over
 * it is its owner's business: socket.js keeps a snapshot in step, pages/live.js renews parts of a page.
 *
 * Times are local milliseconds (Date.now), because a machine that slept must notice it.
 */

/** A browser cannot see pings; the server says something every 15 s, so that a silence of 40 s means a dead connection. */
export const WATCHDOG_MS = 40_000;
/** So long is waited for its next word when the browser has said that it is offline, which a page of this very machine does not mind. */
const DOUBT_MS = 5_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;
/** Sent by the server when the session has ended, and when the cluster is not (or no longer) watched. */
const SIGNED_OUT = 4401;
const GONE = 4404;

/** @typedef {import("./wire-types.js").Message} Message */
/** @typedef {"connecting" | "open" | "closed" | "offline" | "signed out" | "gone"} SocketState */

/**
 * @typedef {object} SocketStatus
 * @property {SocketState} state
 * @property {number} since local milliseconds
 * @property {number | null} retryAt local milliseconds; null: not by itself
 */

/**
 * @typedef {object} SocketHandlers
 * @property {(message: Message) => void} receive a message has come; one of a type that is unknown here is of a newer server
 * @property {() => void} changed `state`, `since` or `retryAt` did
 * @property {() => void} [lost] the socket is away, before `changed` says so
 */

/** How long to wait before try number `attempt` (from 0): full jitter, 0.5 s doubling to 15 s. @param {number} attempt */
export function backoff(attempt, random = Math.random) {
  return random() * Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10));
}

/** Why a connection is lost. That the browser calls itself offline is only a hint: a machine without any network reaches itself. */
function lost() {
  return navigator.onLine ? "closed" : "offline";
}

export class ReconnectingSocket {
  /** @type {WebSocket | null} */ #socket = null;
  #attempt = 0;
  #stopped = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #watchdog;
  #life = new AbortController();
  /** @type {SocketState} */ state = "connecting";
  since = Date.now();
  /** When it is tried again. @type {number | null} */ retryAt = null;

  /** @param {string} path such as "/ws/wall/" @param {SocketHandlers} handlers */
  constructor(path, handlers) {
    this.path = path;
    this.handlers = handlers;
  }

  /** The socket that is open or opening: another one after each loss. */
  get socket() {
    return this.#socket;
  }

  get stopped() {
    return this.#stopped;
  }

  /** Aborted when the socket is stopped. */
  get signal() {
    return this.#life.signal;
  }

  start() {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#life = new AbortController();
    const { signal } = this.#life;
    addEventListener("online", () => this.#now(), { signal });
    addEventListener("offline", () => this.#watch(DOUBT_MS), { signal });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#now(), { signal });
    this.#open();
  }

  stop() {
    this.#stopped = true;
    this.#life.abort();
    clearTimeout(this.#retry);
    this.#close();
  }

  /** There is nothing to come back to. @param {"signed out" | "gone"} state */
  end(state) {
    this.stop();
    this.#tell(state, null);
  }

  /** What came over it was of use: the next loss is the first again. */
  resetBackoff() {
    this.#attempt = 0;
  }

  /** Try at once what would have been tried later. */
  #now() {
    if (this.#stopped || this.#socket) return;
    clearTimeout(this.#retry);
    this.#open();
  }

  #open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.path}`);
    this.#socket = socket;
    this.#watch();
    socket.onopen = () => this.#tell("open", null);
    socket.onmessage = (event) => {
      this.#watch();
      if (typeof event.data === "string") this.handlers.receive(/** @type {Message} */ (JSON.parse(event.data)));
    };
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      if (event.code === SIGNED_OUT) this.end("signed out");
      else if (event.code === GONE) this.end("gone");
      else this.#drop(lost());
    };
  }

  #watch(patience = WATCHDOG_MS) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#drop(lost()), patience);
  }

  /** The connection is lost; come back later. @param {"closed" | "offline"} state */
  #drop(state) {
    clearTimeout(this.#retry);
    this.#close();
    if (this.#stopped) return;
    const wait = state === "offline" ? LAST_RETRY_MS : backoff(this.#attempt);
    this.#attempt += 1;
    this.handlers.lost?.();
    this.#tell(state, state === "offline" ? null : Date.now() + wait);
    this.#retry = setTimeout(() => this.#open(), wait);
  }

  #close() {
    clearTimeout(this.#watchdog);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** @param {SocketState} state @param {number | null} retryAt */
  #tell(state, retryAt) {
    if (this.state !== state) this.since = Date.now();
    this.state = state;
    this.retryAt = retryAt;
    this.handlers.changed();
  }
}
