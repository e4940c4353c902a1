/** What comes from the server for a wall, and how old it is: a scene of all clusters, fetched when one of them changed, and pulses. */

import { ANNOUNCED } from "../board/announced.js";
import { Apart, ServerClock } from "../freshness.js";
import { duration } from "../ages.js";
import { Renewing } from "../pages/renewing.js";
import { ReconnectingSocket } from "../reconnecting-socket.js";
import { within } from "../limits.js";

/** @typedef {import("../board/board.js").Scene} Scene */
/** @typedef {import("../board/told.js").Cluster} Cluster */
/** @typedef {import("../wire-types.js").Message} Message */
/** @typedef {import("../board/frame.js").Change} Change */
/** @typedef {{ type: "wall_news", at: number, slug: string, cluster: Cluster, changes: Change[] }} News as dashboard/boards.py has it */
/** @typedef {{ frozen: boolean, old: string, why: string }} Standing `old` is empty while what is shown is the present */

/** Milliseconds between two fetches at least; each wall waits for another while more, or a thousand of them would ask at once. */
const [PAUSE_MS, SPREAD_MS] = [1000, 500];
/** That a cluster changed is followed by how it is now; what has not come after so long is fetched. */
const NEWS_MS = 3000;
const LOOK_MS = 60_000;
/** Seconds without a word of the server after which nothing is the present: it says something with every pulse, a second each, and
 *  without clusters every 15 s. */
const [SILENT, QUIET] = [5, 20];
/** Seconds for which a scene that was asked for may be on its way. */
const OVERDUE = 8;

/**
 * How old a wall is as a whole. Pure; all but `clusters` in epoch seconds of the server's clock.
 * @param {{ now: number, told: number | null, asked: number | null, open: boolean, retry: number | null, pulses: (number | null)[], trouble?: string }} facts
 *   `told`: when something last came; `asked`: since when a scene is wanted that has not come; `pulses` of all clusters
 * @returns {Standing}
 */
export function standing({ now, told, asked, open, retry, pulses, trouble = "" }) {
  /** @param {number | null} since @param {string} why @param {boolean} frozen @returns {Standing} */
  const late = (since, why, frozen) => ({ frozen, old: since === null ? "Not live" : `${duration(Math.max(0, now - since)).replace(/^(\d+)\.\d s$/, "$1 s")} old`, why });
  const again = retry === null ? "" : ` Trying again in ${duration(Math.max(1, Math.ceil(retry - now)))}.`;
  const patience = pulses.some((pulse) => pulse !== null && now - pulse < QUIET) ? SILENT : QUIET;
  if (told === null || now - told > (open ? patience : SILENT)) return late(told, trouble || `Planewatch does not answer.${again}`, true);
  if (asked !== null && now - asked > OVERDUE) return late(asked, trouble || "What has changed since then cannot be fetched.", true);
  const known = pulses.filter((pulse) => pulse !== null);
  const newest = known.length ? Math.max(...known) : null;
  if (pulses.length && (newest === null || now - newest > SILENT)) return late(newest, trouble || "No cluster's collector reports.", false);
  return { frozen: false, old: "", why: "" };
}

export class Feed {
  /** @type {Scene | null} */ scene = null;
  /** Is it of now, and not what this browser had kept? */
  fresh = false;
  trouble = "";
  /** When something that had come was last taken, milliseconds of the local clock. */
  framed = 0;
  /** @type {number | null} */ #told = null;
  /** @type {number | null} */ #asked = null;
  /** @type {Map<string, Apart>} */ #clocks = new Map();
  /** @type {Map<string, string>} */ #epochs = new Map();
  /** Clusters of which news are awaited. @type {Map<string, ReturnType<typeof setTimeout>>} */ #awaited = new Map();
  #server = new ServerClock();

  /**
   * @param {{ socket: string, scene: string }} addresses @param {{ changed: () => void, ended: () => void, version: (app: string) => void }} owner
   *   `ended`: the server shows this display nothing more
   */
  constructor({ socket, scene }, { changed, ended, version }) {
    this.changed = changed;
    this.version = version;
    this.renewing = new Renewing(scene, PAUSE_MS, (text, asked) => this.#take(text, asked), (end) => {
      if (end !== "kept") ended();
      changed();
    });
    this.socket = new ReconnectingSocket(socket, {
      receive: (message) => this.#receive(message),
      changed: () => {
        if (this.socket.state === "signed out" || this.socket.state === "gone") ended();
        if (this.socket.state === "open") this.#want(0);
        changed();
      },
    });
  }

  /** Begin. */
  start() {
    this.socket.start();
    this.renewing.ask();
    // Ribbons and counts of days move on though nothing changes.
    setInterval(() => this.socket.state === "open" && this.#want(LOOK_MS / 2), LOOK_MS);
  }

  /** Epoch seconds of the server's clock; the local one until it is known. */
  get now() {
    return this.#server.now(Date.now() / 1000) ?? Date.now() / 1000;
  }

  /** @returns {Standing} */
  standing() {
    if (!this.fresh) return this.scene ? standing({ ...this.#facts(), told: this.scene.at }) : { frozen: false, old: "", why: "" };
    return standing(this.#facts());
  }

  #facts() {
    const { state, retryAt } = this.socket;
    return {
      now: this.now, told: this.#told, asked: this.#asked, open: state === "open", trouble: this.trouble,
      retry: retryAt === null ? null : (this.#server.now(retryAt / 1000) ?? retryAt / 1000),
      pulses: (this.scene?.clusters ?? []).map(({ pulse }) => pulse),
    };
  }

  /** @param {number} spread milliseconds among which this wall asks */
  #want(spread) {
    const ask = () => {
      this.#asked ??= this.now;
      this.renewing.ask();
    };
    if (spread) setTimeout(ask, Math.random() * spread);
    else ask();
  }

  /** @param {string} text @param {number} asked */
  #take(text, asked) {
    const scene = /** @type {Scene} */ (JSON.parse(text));
    this.#server.observe(scene.at, asked / 1000);
    scene.clusters = scene.clusters.map((cluster) => merged(cluster, this.scene?.clusters.find(({ card }) => card.slug === cluster.card.slug)));
    this.scene = scene;
    this.fresh = true;
    this.framed = performance.now();
    this.#asked = null;
    this.#told = this.now;
    for (const slug of this.#clocks.keys()) {
      if (scene.clusters.some(({ card }) => card.slug === slug)) continue;
      this.#clocks.delete(slug);
      this.#epochs.delete(slug);
    }
    this.changed();
  }

  /** @param {Message | News} message */
  #receive(message) {
    this.socket.resetBackoff();
    this.#told = this.now;
    if (message.type === "keepalive") {
      this.trouble = message.trouble;
      this.#server.observe(message.hb, Date.now() / 1000);
      this.version(message.app);
    } else if (message.type === "resync") this.#want(SPREAD_MS);
    else if (message.type === "wall_changed") this.#await(message.slug);
    else if (message.type === "wall_news") this.#news(message);
    else if (message.type === "wall_pulses") for (const [slug, pulse] of Object.entries(message.pulses)) this.#pulse(slug, pulse);
    else if (message.type === "wall_pulse") this.#pulse(message.slug, message.pulse);
    this.changed();
  }

  /** A cluster changed. @param {string} slug */
  #await(slug) {
    if (this.#awaited.has(slug)) return;
    this.#awaited.set(slug, setTimeout(() => {
      this.#awaited.delete(slug);
      this.#want(SPREAD_MS);
    }, NEWS_MS));
  }

  /** @param {News} news */
  #news({ at, slug, cluster, changes }) {
    clearTimeout(this.#awaited.get(slug));
    this.#awaited.delete(slug);
    const scene = this.scene;
    const place = scene?.clusters.findIndex(({ card }) => card.slug === slug) ?? -1;
    const known = scene?.clusters[place];
    if (!scene || !known) return this.#want(SPREAD_MS);
    scene.clusters[place] = merged(cluster, known);
    scene.changes = [...scene.changes.filter((one) => one.slug !== slug && at - one.at < ANNOUNCED), ...changes];
    this.framed = performance.now();
    return undefined;
  }

  /** @param {string} slug @param {import("../wire-types.js").Pulse} pulse */
  #pulse(slug, pulse) {
    const cluster = this.scene?.clusters.find(({ card }) => card.slug === slug);
    if (!cluster) return this.#want(SPREAD_MS);
    const seen = this.#clocks.get(slug) ?? new Apart(cluster.apart);
    this.#clocks.set(slug, seen);
    const now = this.#server.now(Date.now() / 1000);
    cluster.pulse = pulse.pulse;
    cluster.came = now;
    cluster.apart = seen.observe(pulse.pulse, now, Date.now() / 1000);
    if (pulse.heard !== null) cluster.heard = pulse.heard;
    this.framed = performance.now();
    // Another collector has taken it: what it knows may differ. Else a change is told, and a lost connection begins with a scene.
    if ((this.#epochs.get(slug) ?? pulse.epoch) !== pulse.epoch) this.#want(SPREAD_MS);
    this.#epochs.set(slug, pulse.epoch);
  }
}

/** A cluster as it came: a pulse that was here before is newer than what it was made from. Pure. @param {Cluster} cluster
 *  @param {Cluster | undefined} known @returns {Cluster} */
export function merged(cluster, known) {
  if (!known) return { ...cluster, came: null };
  const newer = (known.pulse ?? 0) > (cluster.pulse ?? 0) ? { pulse: known.pulse, heard: known.heard } : {};
  return { ...cluster, ...newer, came: known.came ?? null };
}

/** @param {string} address @param {number} ms @returns {Promise<string>} */
export async function textOf(address, ms) {
  const answer = await fetch(address, { credentials: "same-origin", signal: within(ms) });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.text();
}
