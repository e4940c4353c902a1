/**
 * The wall of a display: draws what comes, turns its pages, tells the server that it lives, and goes on for months by itself.
 * What stands where is static/js/board; what comes is feed.js.
 */

import { duration } from "../ages.js";
import { boardOf } from "../board/board.js";
import { isSick, sorted, toldOf } from "../board/told.js";
import { nextWords, turnAt } from "../board/rotation.js";
import { announced } from "../board/announced.js";
import { versionOf } from "../upgrade.js";
import { Acknowledging } from "./acknowledging.js";
import { Chime } from "./chime.js";
import { Feed, textOf } from "./feed.js";
import { LastPicture } from "./kept.js";
import { Face } from "./face.js";
import { PagePicture } from "./page-picture.js";
import { Reloads } from "./reloads.js";
import { says } from "./says.js";
import { keepAwake, stillPointer, wander } from "./screen.js";
import { keepForStart } from "./starting.js";
import { Shown } from "./svg.js";

/** @typedef {import("../board/told.js").Told} Told */
/** @typedef {import("../board/rotation.js").Page} Page */
/**
 * @typedef {object} Settings as dashboard/views/walls.py has it
 * @property {string} slug
 * @property {string} name
 * @property {string} place
 * @property {Page[]} pages
 * @property {string} theme
 * @property {number | null} latitude
 * @property {number | null} longitude
 * @property {string} zone
 * @property {number} scale
 * @property {string} message
 * @property {number | null} message_until
 * @property {boolean} chime
 * @property {string} reload_at
 * @property {number} edited
 * @property {number} now
 */

/** A scene holds for a second. */
const AGAIN_MS = 2000;
/** By then all that the page is made of has come. */
const KEEP_MS = 3000;

const root = /** @type {HTMLElement} */ (document.getElementById("board"));
const settings = /** @type {Settings} */ (JSON.parse(root.dataset["display"] ?? "{}"));
const shown = new Shown(root);
const face = new Face(settings.zone);
const kept = new LastPicture(settings.slug, localStorageOr());
const picture = new PagePicture(root, root.dataset["pictures"] ?? "");
const chime = new Chime(settings.chime);
const reloads = new Reloads(versionOf(import.meta.url), settings.reload_at, face);
/** The colours of css/tokens.css. */
let css = "";
let due = 0;
let wasOld = false;

const feed = new Feed({ socket: root.dataset["socket"] ?? "", scene: root.dataset["scene"] ?? "" }, {
  changed: later,
  ended: () => reloads.soon("ended"),
  version: (app) => reloads.version(app),
});

const acknowledging = new Acknowledging(root, root.dataset["person"], () => {
  feed.renewing.ask();
  // Another process of the server may have answered by a scene of before.
  setTimeout(() => feed.renewing.ask(), AGAIN_MS);
});

/** What browsers forbid is no storage. @returns {Pick<Storage, "getItem" | "setItem" | "removeItem">} */
function localStorageOr() {
  try {
    return localStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  }
}

/** Draw in the next frame, however much comes until then. */
function later() {
  due ||= requestAnimationFrame(() => {
    due = 0;
    draw();
  });
}

/** Clusters to which attention goes, the worst first. @param {Told[]} cards */
function wanting(cards) {
  return cards.filter(({ worst, acknowledged }) => (worst === "down" || worst === "degraded") && !acknowledged);
}

function draw() {
  const scene = feed.scene;
  if (!scene || !css) return;
  const now = feed.now;
  const { frozen, ...whole } = feed.standing();
  const cards = sorted(scene.clusters.map((cluster) => toldOf(cluster, now, frozen)));
  const wanted = frozen ? [] : wanting(cards);
  const turn = turnAt(settings.pages, wanted, now);
  acknowledging.show(wanted);
  const aged = picture.age(turn.page.slug);
  const { old, why } = whole.old || !aged ? whole : { old: `${duration(aged)} old`, why: `The picture of ${turn.page.name} cannot be fetched.` };
  const { width, height } = size();
  const clock = face.at(now);
  const message = settings.message && (settings.message_until === null || now < settings.message_until) ? settings.message : "";
  const board = boardOf(scene, {
    css, theme: settings.theme, place: { latitude: settings.latitude, longitude: settings.longitude, offset: clock.offset },
    width, height, scale: settings.scale, now, frozen, single: turn.page.slug,
    around: { clock: clock.time, zone: clock.zone, name: settings.name, place: settings.place, message, next: nextWords(turn), old, why },
  });
  shown.show(board, width, height);
  picture.show(turn.page.slug, board, width / board.across, { theme: board.theme, old: Boolean(old) });
  root.dataset["page"] = turn.page.slug ?? "";
  root.dataset["attention"] = turn.attention ? "1" : "";
  document.documentElement.dataset["theme"] = board.theme;
  const change = frozen ? null : announced(scene.changes, now);
  if (change && isSick(/** @type {import("../states.js").State} */ (change.after))) chime.ring(`${change.at} ${change.slug}`);
  if (feed.fresh && (!whole.old || !wasOld)) kept.keep({ scene, css }, performance.now(), Boolean(whole.old));
  wasOld = Boolean(whole.old);
}

function size() {
  return { width: Math.max(320, innerWidth), height: Math.max(240, innerHeight) };
}

async function begin() {
  const last = kept.read();
  if (last) {
    // What was, greyed and with its age, until something comes.
    css = last.css;
    feed.scene = last.scene;
    later();
  }
  feed.start();
  css = await textOf(root.dataset["tokens"] ?? "", 20_000);
  later();
}

setInterval(() => {
  draw();
  reloads.look(feed.now);
}, 1000);
addEventListener("resize", later);
document.addEventListener("visibilitychange", later);
document.fonts?.ready.then(later, () => undefined);
says(root.dataset["says"] ?? "", () => ({ frame: feed.framed, version: versionOf(import.meta.url) }), (answer) => {
  reloads.version(answer.v);
  if (answer.edited > settings.edited) reloads.soon("edited");
}, feed);
keepAwake();
stillPointer();
wander(root);
begin().then(
  // Of a script that fails before, needs.js sees that nobody attends to the page.
  () => {
    document.documentElement.dataset["attended"] = "";
    // A person's page is not a screen's. What cannot be kept is done without.
    if (root.dataset["person"] === undefined) setTimeout(() => void keepForStart(root.dataset["worker"] ?? "").then(() => (root.dataset["kept"] = ""), () => undefined), KEEP_MS);
  },
  () => undefined,
);
