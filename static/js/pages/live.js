/**
 * Keeps the list of clusters, the wall, a component's page and a node's page live: a socket says that something changed, the page's
 * own HTML is fetched anew and what differs of it is replaced; ages run by themselves.
 */

import { ServerClock, freshness } from "../freshness.js";
import { Line } from "../line.js";
import { renewFor } from "../upgrade.js";
import { judgeCards, newest, pulseCard } from "./cards.js";
import { show } from "./late.js";
import { renew } from "./panels.js";
import { Offsets, concerns } from "./relevance.js";
import { Renewing } from "./renewing.js";
import { clocks, tick } from "./ticking.js";

/** @typedef {import("../types.js").Delta} Delta */
/** @typedef {import("../types.js").Pulse} Pulse */
/** @typedef {{ hb: number, app?: string }} Heartbeat */
/** @typedef {{ slug: string, pulse?: Pulse, changed?: boolean, card?: object }} WallMessage */

const PAUSE_MS = 1000;
/** A picture has become late, or the present again: the server says so too by then. */
const TURN_MS = 1500;
/** A node's page shows figures that change without an announcement (its heartbeat, its usage): look now and then. */
const LOOK_MS = 10_000;

const root = /** @type {HTMLElement} */ (document.getElementById("live"));
const { component, node } = root.dataset;
const many = component === undefined && node === undefined;
const server = new ServerClock();
const offsets = new Offsets();
server.observe(Number(root.dataset["now"]), Date.now() / 1000);
/** @type {"" | "signed out" | "gone"} */
let ended = "";
let wasLate = false;

const renewing = new Renewing(root.dataset["fragment"] ?? "", PAUSE_MS, take, (end) => {
  if (end !== "kept") ended = end;
  draw();
});
const line = new Line(root.dataset["socket"] ?? "", {
  hear,
  changed() {
    // Whatever happened while the line was away is in what the server shows now.
    if (line.state === "open") renewing.ask();
    draw();
  },
});
shown();

/** @param {string} html */
function take(html) {
  ended = "";
  renew(root, html);
  shown();
  root.dispatchEvent(new CustomEvent("renewed"));
  draw();
}

/** The position that the HTML was made from. */
function shown() {
  const { epoch, offset } = document.getElementById("moments")?.dataset ?? {};
  if (epoch !== undefined && offset !== undefined) offsets.shown(epoch, Number(offset));
}

/** @param {unknown} message */
function hear(message) {
  if (typeof message !== "object" || message === null) return;
  line.well();
  if ("hb" in message) heartbeat(/** @type {Heartbeat} */ (message));
  else if ("resync" in message || "changed" in message || "card" in message) renewing.ask();
  else if ("slug" in message) wallPulse(/** @type {WallMessage} */ (message));
  else if ("pulse" in message) pulse(/** @type {Pulse} */ (message));
  else if ("u" in message) delta(/** @type {Delta} */ (message));
}

/** @param {Heartbeat} message */
function heartbeat(message) {
  server.observe(message.hb, Date.now() / 1000);
  renewFor(message.app);
}

/** @param {WallMessage} message */
function wallPulse({ slug, pulse: beat }) {
  if (!beat) return;
  server.observe(beat.pulse, Date.now() / 1000);
  if (pulseCard(slug, beat)) renewing.ask();
}

/** @param {Pulse} message */
function pulse(message) {
  server.observe(message.pulse, Date.now() / 1000);
  const moments = document.getElementById("moments");
  moments?.setAttribute("data-pulse", String(message.pulse));
  if (message.heard !== null) moments?.setAttribute("data-heard", String(message.heard));
  if (offsets.pulse(message)) renewing.ask();
}

/** @param {Delta} message */
function delta(message) {
  const missed = offsets.delta(message);
  if (missed || concerns(message, { component, node })) renewing.ask();
}

/** What the page shows, judged by the server's clock. */
function draw() {
  const now = server.now(Date.now() / 1000) ?? Date.now() / 1000;
  tick(document, now);
  clocks(document, now);
  const moments = many ? { ...newest(), retry: null } : single();
  const socket = ended || (line.state === "connecting" ? "open" : line.state);
  const fresh = freshness({
    now,
    pulse: moments.pulse,
    heard: moments.heard,
    pictured: moments.pulse,
    socket,
    socketSince: server.now(line.since / 1000),
    socketRetry: line.retryAt === null ? null : server.now(line.retryAt / 1000),
    fault: "",
    retry: moments.retry,
  });
  let turned = false;
  if (many) {
    turned = judgeCards(now, socket !== "open");
    // That clusters do not answer is said on their cards; an empty list is not late.
    if (socket === "open" && (moments.count === 0 || fresh.why === "cluster")) fresh.kind = "live";
  }
  show(fresh, { now, many });
  turned ||= wasLate !== (fresh.kind === "late");
  wasLate = fresh.kind === "late";
  if (turned && line.state === "open") setTimeout(() => renewing.ask(), TURN_MS);
}

function single() {
  const data = document.getElementById("moments")?.dataset ?? {};
  /** @param {string | undefined} text */
  const number = (text) => (text ? Number(text) : null);
  return {
    count: 1,
    pulse: number(data["pulse"]),
    heard: number(data["heard"]),
    retry: number(data["retry"]),
  };
}

line.start();
draw();
setInterval(draw, 1000);
if (node !== undefined) setInterval(() => document.visibilityState === "visible" && line.state === "open" && renewing.ask(), LOOK_MS);
