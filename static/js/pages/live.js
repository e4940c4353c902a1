/**
 * Keeps the list of clusters, the wall, a component's page and a node's page live: a socket says that something changed, the page's
 * own HTML is fetched anew and what differs of it is replaced; ages run by themselves.
 */

import { Apart, MISSED, ServerClock, freshness } from "../freshness.js";
import { ReconnectingSocket } from "../reconnecting-socket.js";
import { textsAt } from "../scene/header.js";
import { Answering } from "../answering.js";
import { whenSignedOut } from "../signed-out.js";
import { renewFor } from "../upgrade.js";
import { judgeCards, newest, pulseCard } from "./cards.js";
import { days } from "./days.js";
import { show, showFailed } from "./late.js";
import { renew } from "./panels.js";
import { Offsets, concerns } from "./relevance.js";
import { Renewing } from "./renewing.js";
import { clocks, tick } from "./ticking.js";
import { stateOfPage, tellTab } from "../tab.js";

/** @typedef {import("../wire-types.js").Message} Message */
/** @typedef {import("../wire-types.js").Delta} Delta */
/** @typedef {import("../wire-types.js").Pulse} Pulse */
/** @typedef {import("../wire-types.js").KeepAlive} KeepAlive */
/** @typedef {import("../wire-types.js").WallPulse} WallPulse */

const PAUSE_MS = 1000;
/** A picture has become late, or the present again: the server says so too by then. */
const TURN_MS = 1500;
/** A socket that has not opened for so long does not. */
const CONNECTING_MS = 4000;
/** What a page shows changes without an announcement (a node's heartbeat and usage, certificates): look now and then. */
const LOOK_MS = 10_000;

/** What the page is of, as its title said when it came. */
const NAME = document.title.replace(/ · Planewatch$/, "");
const root = /** @type {HTMLElement} */ (document.getElementById("live"));
const { component, node } = root.dataset;
const [changes, nodes] = ["changes" in root.dataset, "nodes" in root.dataset];
const many = component === undefined && node === undefined && !changes && !nodes;
/** The web server's clock: that of its pages and keepalives. The collector's pulses are held against it. */
const server = new ServerClock();
const offsets = new Offsets();
server.observe(Number(root.dataset["now"]), Date.now() / 1000);
/** @type {"" | "signed out" | "gone"} */
let ended = "";
/** What is wrong with Planewatch itself, as the server says. */
let trouble = "";
let wasLate = false;
const answering = new Answering("/healthz", () => draw());
const clocksOf = new Apart(Number(document.getElementById("moments")?.dataset["apart"]));
/** By how much the clocks of server and collector disagree; what the server said of it holds until pulses come. @type {number | null} */
let skew = null;
/** When the last pulse arrived, whatever it says itself; of one cluster. @type {number | null} */
let came = null;
/** The last moment at which what is shown held all that was published. */
let whole = server.now(Date.now() / 1000);

/** A pulse told of nothing that is not shown, and nothing is asked for. @param {number} moment */
function stands(moment) {
  if (!renewing.pending) whole = moment;
}

const renewing = new Renewing(root.dataset["fragment"] ?? "", PAUSE_MS, take, (end) => {
  if (end !== "kept") ended = end;
  draw();
});
const socket = new ReconnectingSocket(root.dataset["socket"] ?? "", {
  receive,
  changed() {
    // Whatever happened while the socket was away is in what the server shows now.
    if (socket.state === "open") renewing.ask();
    draw();
  },
});
shown();

/** @param {string} html @param {number} asked milliseconds of the local clock */
function take(html, asked) {
  ended = "";
  renew(root, html);
  whole = server.now(asked / 1000);  // not before it is shown
  shown();
  root.dispatchEvent(new CustomEvent("renewed"));
  draw();
}

/** The position that the HTML was made from. */
function shown() {
  const { epoch, offset } = document.getElementById("moments")?.dataset ?? {};
  if (epoch !== undefined && offset !== undefined) offsets.shown(epoch, Number(offset));
}

/** @param {Message} message */
function receive(message) {
  socket.resetBackoff();
  switch (message.type) {
    case "keepalive":
      return keepAlive(message);
    case "resync":
    case "wall_changed":
      return renewing.ask();
    case "wall_pulse":
      return wallPulse(message);
    case "pulse":
      return pulse(message);
    case "delta":
      return delta(message);
    default:
      return undefined;
  }
}

/** @param {KeepAlive} message */
function keepAlive(message) {
  trouble = message.trouble;
  server.observe(message.hb, Date.now() / 1000);
  renewFor(message.app);
}

/** @param {WallPulse} message */
function wallPulse(message) {
  if (pulseCard(message.slug, message.pulse, server.now(Date.now() / 1000))) renewing.ask();
  else stands(server.now(Date.now() / 1000) ?? message.pulse.pulse);
}

/** @param {Pulse} message */
function pulse(message) {
  came = server.now(Date.now() / 1000);
  skew = clocksOf.observe(message.pulse, server.now(Date.now() / 1000), Date.now() / 1000);
  const moments = document.getElementById("moments");
  moments?.setAttribute("data-pulse", String(message.pulse));
  if (message.heard !== null) moments?.setAttribute("data-heard", String(message.heard));
  if (offsets.pulse(message)) renewing.ask();
  else stands(server.now(Date.now() / 1000) ?? message.pulse);
}

/** @param {Delta} message */
function delta(message) {
  const missed = offsets.delta(message);
  if (missed || concerns(message, { component, node, changes, nodes })) renewing.ask();
}

/** Whoever cannot tell how fresh the page is does not go on saying what was. */
function draw() {
  try {
    judge();
  } catch (error) {
    showFailed();
    throw error;
  }
}

/** What the page shows, judged by the server's clock. */
function judge() {
  const now = server.now(Date.now() / 1000) ?? Date.now() / 1000;
  days(document, now);
  clocks(document, now);
  const moments = many ? { ...newest(now), retry: null, apart: null, fault: "" } : single();
  const connecting = Date.now() - socket.since < CONNECTING_MS ? "open" : "closed";
  const connection = ended || (socket.state === "connecting" ? connecting : socket.state);
  const fresh = freshness({
    now,
    pulse: moments.pulse,
    heard: moments.heard,
    apart: skew ?? moments.apart ?? 0,
    ...(many ? {} : { came }),
    mute: answering.silent,
    pictured: moments.pulse,
    whole: moments.count === 0 ? null : whole,
    socket: connection,
    socketSince: server.now(socket.since / 1000),
    socketRetry: socket.retryAt === null ? null : server.now(socket.retryAt / 1000),
    fault: moments.fault,
    retry: moments.retry,
    trouble,
  });
  const last = many ? moments.came : came;
  // In time: whoever is to blame is known before anybody is blamed.
  answering.look(["quiet", "server", "collector"].includes(fresh.why) || (last !== null && now - last > MISSED));
  let turned = false;
  if (many) {
    turned = judgeCards(now, connection !== "open" || fresh.why === "picture");
    // That clusters do not answer is said on their cards; an empty list is not late.
    if (connection === "open" && (moments.count === 0 || fresh.why === "cluster")) fresh.kind = "live";
  }
  // Ages of what nobody confirms stand still at what was true then; how old the whole is, is told once, large.
  tick(document, textsAt(fresh, now));
  if (many) for (const card of document.querySelectorAll("[data-card].is-late")) tick(card, Number(card.getAttribute("data-pulse")) || now);
  const state = stateOfPage(root);
  // An empty list is of no state.
  if (state) tellTab(state, fresh.kind === "late", NAME);
  show(fresh, { now, many, fault: moments.fault, seen: moments.heard !== null || moments.count === 0 });
  turned ||= wasLate !== (fresh.kind === "late");
  wasLate = fresh.kind === "late";
  if (turned && socket.state === "open") setTimeout(() => renewing.ask(), TURN_MS);
}

function single() {
  const data = document.getElementById("moments")?.dataset ?? {};
  /** @param {string | undefined} text */
  const number = (text) => (text ? Number(text) : null);
  return {
    count: 1,
    came,
    pulse: number(data["pulse"]),
    heard: number(data["heard"]),
    retry: number(data["retry"]),
    apart: number(data["apart"]),
    fault: data["fault"] ?? "",
  };
}

document.addEventListener("times", draw);
whenSignedOut(() => renewing.ask());
socket.start();
draw();
setInterval(draw, 1000);
// Of a script that fails before, the style sheet tells that nobody attends to the page.
root.dataset["attended"] = "";
document.body.classList.add("is-attended");
if (node !== undefined || "looks" in root.dataset) setInterval(() => document.visibilityState === "visible" && socket.state === "open" && renewing.ask(), LOOK_MS);
