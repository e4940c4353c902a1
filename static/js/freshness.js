/**
 * Is what we show still true? From the last pulse, from when the API server last answered, and from the socket. Pure.
 *
 * All ages are by the server's clock, which is followed from the times that come with pulses and keepalives: a viewer's clock that
 * is wrong makes nothing look older or newer.
 */

/** A picture is late when nothing has confirmed it for so many seconds. */
export const LATE_AFTER = 5;

/** Clocks that differ by more disagree: no age can be told from what the one wrote and the other reads. */
export const CLOCKS_APART = 2;
/** A collector that lives pulses every second: while the API server is not heard and no pulse came for so long either, it stands still. */
export const MISSED = 2.5;
/** A pulse is kept for so many seconds: one that is older by its own word was written by another clock. */
export const KEPT = 60;

/** How far the collector's clock and the server's are apart, by a pulse as it came; 0 where it may be delay. @param {number} pulse
 * @param {number | null} server both epoch seconds @returns {number} */
export function apart(pulse, server) {
  if (server === null) return 0;
  const ahead = pulse - server;
  return ahead > CLOCKS_APART || -ahead > KEPT + CLOCKS_APART ? Math.abs(ahead) : 0;
}

/** By how much the clocks of collector and server disagree, by the pulses as they come. */
export class Apart {
  #pulse = -Infinity;
  #came = -Infinity;
  #steady = 0;

  /** @param {number | null} [told] by how much the server has said that they do */
  constructor(told = null) {
    if (told) this.#steady = 2;
  }

  /**
   * Seconds; 0 while they agree, or where it may be delay. A pulse that is old when it comes was late on the way, or its clock is
   * behind: the latter, when they come old one after the other, each in its turn.
   * @param {number} pulse @param {number | null} server both epoch seconds @param {number} local seconds on any local clock
   */
  observe(pulse, server, local) {
    const behind = server === null ? 0 : server - pulse;
    const inTurn = pulse > this.#pulse && local - this.#came >= 0.5 && local - this.#came <= LATE_AFTER;
    if (behind <= LATE_AFTER) this.#steady = 0;
    else if (this.#came > -Infinity) this.#steady = inTurn ? this.#steady + 1 : 0;
    this.#pulse = pulse;
    this.#came = local;
    return apart(pulse, server) || (this.#steady >= 2 ? behind : 0);
  }
}

/** The server's clock as seen from here. Delay on the way only ever makes a time look older, so the newest offset seen counts. */
export class ServerClock {
  /** @type {{ offset: number, at: number }[]} */ #seen = [];
  #guessed = false;

  /** A first guess, good to a second: it counts until something better is observed. @param {number} server @param {number} local */
  guess(server, local) {
    if (this.#seen.length > 0 && !this.#guessed) return;
    this.#guessed = true;
    this.#seen = [{ offset: server - local, at: local }];
  }

  /** @param {number} server epoch seconds, as just received @param {number} local seconds on any local clock */
  observe(server, local) {
    if (this.#guessed) this.#seen = [];
    this.#guessed = false;
    this.#seen.push({ offset: server - local, at: local });
    // An old best guess goes after a minute: either clock may have been set.
    this.#seen = this.#seen.filter((seen) => Math.abs(local - seen.at) < 60).slice(-64);
  }

  /** Epoch seconds of the server now; null before the first observation. @param {number} local */
  now(local) {
    if (this.#seen.length === 0) return null;
    return local + Math.max(...this.#seen.map((seen) => seen.offset));
  }
}

/**
 * @typedef {object} Facts what is known, all moments in epoch seconds of the server's clock
 * @property {number} now
 * @property {number | null} pulse when the collector last said that it lives
 * @property {number | null} heard when the API server last answered the collector
 * @property {number | null} pictured when what is shown was judged; null: nothing is shown yet
 * @property {number | null} [whole] the last moment at which what is shown was known to hold all that was published; null: never
 * @property {"open" | "closed" | "offline" | "signed out" | "gone"} socket
 * @property {number | null} socketSince when the socket took this state
 * @property {number | null} socketRetry when the socket tries again
 * @property {number} [apart] so many seconds the clocks of server and collector disagree; 0: they do not
 * @property {number | null} [came] when the last pulse arrived here; null: none has yet; left out where none can
 * @property {boolean | null} [mute] the web server itself does not answer; null: it was asked, and whether it does is not known yet
 * @property {string} fault why the API server does not answer, if the collector said
 * @property {number | null} retry when the collector asks it again
 * @property {string} [trouble] what is wrong with Planewatch itself, in a sentence, as the server says; empty: nothing
 */

/**
 * @typedef {object} Freshness
 * @property {"waiting" | "live" | "late" | "past"} kind "past": it is no picture of the present, and says so
 * @property {number} age seconds; by how much the clocks disagree, where that is why
 * @property {number | null} since the last moment for which the picture stands, epoch seconds
 * @property {"" | "socket" | "offline" | "signed out" | "gone" | "picture" | "quiet" | "server" | "clocks" | "collector" | "cluster"} why
 *   "quiet": nothing is heard, and who is to blame is not known yet
 * @property {number | null} retry when it is tried again, epoch seconds
 * @property {string} [trouble] what is wrong with Planewatch itself, in a sentence
 */

/** @param {Facts} facts @returns {Freshness} */
export function freshness(facts) {
  return facts.trouble ? { ...judged(facts), trouble: facts.trouble } : judged(facts);
}

/** @param {Facts} facts @returns {Freshness} */
function judged(facts) {
  const { now, pulse, heard, pictured } = facts;
  const confirmed = heard ?? pulse;
  const since = newest(confirmed, pictured);
  const age = since === null ? 0 : Math.max(0, now - since);
  /** @param {Freshness["why"]} why @param {number | null} retry @param {number | null} from @returns {Freshness} */
  const late = (why, retry, from) => ({ kind: "late", age: from === null ? age : Math.max(0, now - from), since: from, why, retry });

  const blamed = facts.mute === null ? "quiet" : facts.mute ? "server" : "collector";

  if (facts.socket === "gone" || facts.socket === "signed out") return late(facts.socket, null, since);
  const whole = facts.whole === undefined ? pulse : facts.whole;
  const behind = whole !== null && now - whole > LATE_AFTER;
  if (pictured === null && (pulse === null || now - pulse <= LATE_AFTER)) {
    if (facts.socket === "open") return { kind: "waiting", age: 0, since: null, why: "", retry: null };
    return late(facts.socket === "offline" ? "offline" : "socket", facts.socketRetry, null);
  }
  if (facts.socket !== "open") return late(facts.socket === "offline" ? "offline" : "socket", facts.socketRetry, since);
  if (pulse === null) {
    // What is older than its limit is not the present again because a socket has opened.
    if (behind) return late("picture", null, whole);
    // A socket that has only just opened: the first pulse is on its way.
    if (facts.socketSince !== null && now - facts.socketSince < LATE_AFTER) {
      return { kind: "waiting", age, since, why: "", retry: null };
    }
    return late(blamed, null, since);
  }
  // Whatever its clock says, and however wrong that is: what has not arrived for too long comes no more.
  const awaited = facts.came === undefined ? null : newest(facts.came, facts.socketSince);
  if (awaited !== null && now - awaited > LATE_AFTER) {
    const told = heard ?? pulse;
    return late(blamed, null, facts.apart || told - now > CLOCKS_APART ? (facts.came ?? null) : told);
  }
  if (facts.apart || pulse - now > CLOCKS_APART) return { ...late("clocks", null, null), age: facts.apart || pulse - now };
  const still = heard !== null && now - heard > LATE_AFTER && pulse - heard <= LATE_AFTER && now - pulse > MISSED;
  if (now - pulse > LATE_AFTER || still) return late(blamed, null, newest(heard, null) ?? pulse);
  // Pulses tell that the collector lives, not that what it published has come to be shown.
  if (behind) return late("picture", null, whole);
  if (heard === null || now - heard > LATE_AFTER) return late("cluster", facts.retry, heard);
  const stands = whole === null ? heard : Math.min(heard, whole);
  return { kind: "live", age: Math.max(0, now - stands), since: stands, why: "", retry: null };
}

/** Does nobody vouch for what is shown? A cluster that does not answer is judged by its collector, whose word stands. Pure.
 *  @param {Freshness} fresh */
export function isBlind(fresh) {
  return fresh.kind === "late" && fresh.why !== "cluster";
}

/** @param {number | null} one @param {number | null} other */
function newest(one, other) {
  if (one === null) return other;
  return other === null ? one : Math.max(one, other);
}
