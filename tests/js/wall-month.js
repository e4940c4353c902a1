/**
 * A month of a wall in a few seconds: its own modules are given a million messages, 2.6 s apart by their clock, and draw now and then.
 * For Node (month.js, with stand-ins for elements) and for a browser (tests/bench/bench_month.py). What is spoken to them and the
 * timers, which would wait for a month, are stood in for here.
 */

import { boardOf } from "../../static/js/board/board.js";
import { Feed } from "../../static/js/wall/feed.js";
import { Shown } from "../../static/js/wall/svg.js";
import { NOW, around, cluster, wall } from "./walls.js";

const [CLUSTERS, DRAWN, SECONDS] = [12, 500, 2.6];

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

export class Month {
  #now = NOW;
  #number = 0;

  /** @param {string} css of the colours @param {HTMLElement} root */
  constructor(css, root) {
    Object.assign(globalThis, {
      WebSocket: Socket, setInterval: () => 0, setTimeout: () => 0, clearTimeout() {}, fetch: () => new Promise(() => undefined),
    });
    Date.now = () => this.#now * 1000;
    this.css = css;
    this.shown = new Shown(root);
    this.feed = new Feed({ socket: "/ws/", scene: "/scene" }, { changed() {}, ended() {}, version() {} });
    this.feed.socket.start();
    this.socket = /** @type {Socket} */ (/** @type {unknown} */ (Socket.last));
    this.socket.onopen?.();
    this.feed.renewing.take(JSON.stringify(wall(CLUSTERS, ["healthy", "down", "degraded"])), this.#now * 1000);
  }

  /** Let so many messages come. @param {number} messages */
  pass(messages) {
    for (const end = this.#number + messages; this.#number < end; this.#number += 1) {
      this.#now += SECONDS;
      this.#message(this.#number);
      if (this.#number % DRAWN === 0) this.#draw();
    }
  }

  get days() {
    return Math.round((this.#number * SECONDS) / 86_400);
  }

  #draw() {
    if (!this.feed.scene) return;
    const { frozen, old, why } = this.feed.standing();
    const clock = new Date(this.#now * 1000).toISOString().slice(11, 19);
    const board = boardOf(this.feed.scene, {
      css: this.css, theme: "sun", place: null, width: 1920, height: 1080, scale: 1, now: this.#now, frozen, around: around({ clock, old, why }),
    });
    this.shown.show(board, 1920, 1080);
  }

  /** @param {number} number */
  #message(number) {
    const [at, now] = [number % CLUSTERS, this.#now];
    const slug = `c${at}`;
    if (number % 20 === 0) this.socket.says({ type: "keepalive", hb: now, app: "v", trouble: "" });
    else if (number % 4 === 0) {
      const made = cluster(at, (["healthy", "down", "degraded"])[(number >> 4) % 3] === "down" ? "down" : "healthy");
      const changes = [{ at: now, slug, cluster: slug, plane: "data plane", before: "healthy", after: "down", because: `${number} nodes are down.` }];
      this.socket.says({ type: "wall_changed", slug, changed: true });
      this.socket.says({ type: "wall_news", at: now, slug, cluster: { ...made, card: { ...made.card, foot: `${number} pods` }, pulse: now }, changes });
    } else this.socket.says({ type: "wall_pulse", slug, pulse: { pulse: now, heard: now, epoch: String(number >> 16), o: number } });
  }
}
