/**
 * A month of a wall in a few seconds: `node --expose-gc tests/js/month.js [messages]` gives the wall's own modules a million messages,
 * 2.6 s apart by their clock, draws now and then, and prints the heap after garbage collection. What the browser itself would do, and
 * no more, stands in for it: a socket that is spoken through, and elements that keep their text.
 */

import { readFileSync } from "node:fs";
import { boardOf } from "../../static/js/board/board.js";
import { Feed } from "../../static/js/wall/feed.js";
import { Shown } from "../../static/js/wall/svg.js";
import { NOW, around, cluster, wall } from "./walls.js";

const MESSAGES = Number(process.argv[2] ?? 1_000_000);
const [CLUSTERS, DRAWN, SECONDS] = [12, 50, 2.6];
const css = readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8");
let now = NOW;

class Socket {
  /** @type {((event: { data: string }) => void) | null} */ onmessage = null;
  /** @type {(() => void) | null} */ onopen = null;
  /** @type {((event: { code: number }) => void) | null} */ onclose = null;
  /** @type {Socket | null} */ static last = null;

  constructor() {
    Socket.last = this;
  }

  close() {}

  /** @param {unknown} message */
  says(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

/** @returns {unknown} */
function element() {
  return { innerHTML: "", setAttribute() {}, append() {}, querySelector: element };
}

// Timers of a month would wait for it: what they would do is done here.
Object.assign(globalThis, {
  WebSocket: Socket, location: { protocol: "http:", host: "wall" }, addEventListener() {},
  document: { title: "", addEventListener() {}, visibilityState: "visible", createElementNS: element },
  setInterval: () => 0, setTimeout: () => 0, clearTimeout() {},
  fetch: () => new Promise(() => undefined),
});
Date.now = () => now * 1000;

const feed = new Feed({ socket: "/ws/", scene: "/scene" }, { changed() {}, ended() {}, version() {} });
feed.socket.start();
const socket = /** @type {Socket} */ (/** @type {unknown} */ (Socket.last));
socket.onopen?.();
feed.renewing.take(JSON.stringify(wall(CLUSTERS, ["healthy", "down", "degraded"])), now * 1000);
const shown = new Shown(/** @type {HTMLElement} */ (element()));

/** Megabytes of the heap after garbage collection. */
function heap() {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** @param {number} number */
function message(number) {
  const at = number % CLUSTERS;
  const slug = `c${at}`;
  if (number % 20 === 0) socket.says({ type: "keepalive", hb: now, app: "v", trouble: "" });
  else if (number % 4 === 0) {
    const made = cluster(at, (["healthy", "down", "degraded"])[(number >> 4) % 3] === "down" ? "down" : "healthy");
    const changes = [{ at: now, slug, cluster: slug, plane: "data plane", before: "healthy", after: "down", because: `${number} nodes are down.` }];
    socket.says({ type: "wall_changed", slug, changed: true });
    socket.says({ type: "wall_news", at: now, slug, cluster: { ...made, card: { ...made.card, foot: `${number} pods` }, pulse: now }, changes });
  } else socket.says({ type: "wall_pulse", slug, pulse: { pulse: now, heard: now, epoch: String(number >> 16), o: number } });
}

let begun = 0;
const started = performance.now();
for (let number = 0; number < MESSAGES; number += 1) {
  now += SECONDS;
  message(number);
  if (number % DRAWN === 0 && feed.scene) {
    const { frozen, old, why } = feed.standing();
    const board = boardOf(feed.scene, {
      css, theme: "sun", place: null, width: 1920, height: 1080, scale: 1, now, frozen, around: around({ clock: new Date(now * 1000).toISOString().slice(11, 19), old, why }),
    });
    shown.show(board, 1920, 1080);
  }
  if (number === Math.floor(MESSAGES / 10)) begun = heap();
}
const ended = heap();
const days = Math.round((MESSAGES * SECONDS) / 86_400);
console.log(`${MESSAGES.toLocaleString("en")} messages, ${days} days: heap ${begun.toFixed(1)} MB after a tenth of them, ${ended.toFixed(1)} MB at the end (${(ended - begun).toFixed(1)} MB more), ${shown.written.toLocaleString("en")} parts drawn in ${((performance.now() - started) / 1000).toFixed(0)} s`);
