/** Cards of clusters: each is judged by its own pulses, so that one cluster that is late does not grey the others. */

import { Apart } from "../freshness.js";
import { isBehind } from "../gaps.js";
import { judge } from "../judged.js";
import { glued } from "../words.js";

/** @param {Element} card @param {number} now */
function judgeCard(card, now) {
  const [pulse, heard, apart, came] = ["data-pulse", "data-heard", "data-apart", "data-came"].map((name) => moment(card, name));
  return judge(pulse ?? null, heard ?? null, now, apart ?? 0, card.getAttribute("data-fault") ?? "", came ?? null);
}

/** A moment in an attribute. @param {Element} card @param {string} name */
function moment(card, name) {
  const text = card.getAttribute(name);
  return text ? Number(text) : null;
}

/**
 * Judge every card anew; `frozen` while the socket to the server is lost: then none is the present. Returns whether a card became late
 * or ceased to be.
 * @param {number} now
 */
export function judgeCards(now, frozen = false) {
  let turned = false;
  for (const card of document.querySelectorAll("[data-card]")) {
    const said = judgeCard(card, now);
    const late = said.late || frozen;
    turned ||= card.classList.contains("is-late") !== late;
    card.classList.toggle("is-late", late);
    card.classList.toggle("is-silent", said.silent);
    const cut = frozen && !said.late;
    say(card.querySelector("[data-status] .words"), cut ? "not live" : said.words);
    say(card.querySelector("[data-status] .for"), cut ? "" : glued(said.age));
  }
  return turned;
}

/** @param {Element | null} element @param {string} text */
function say(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Of each cluster, by how much its collector's clock disagrees. @type {Map<string, Apart>} */
const clocks = new Map();

/**
 * A pulse has come. Returns whether the cards are behind it: this cluster has none yet, or something was published since.
 * @param {string} slug @param {import("../wire-types.js").Pulse} pulse @param {number | null} server its clock, epoch seconds
 */
export function pulseCard(slug, pulse, server) {
  const card = document.querySelector(`[data-card="${CSS.escape(slug)}"]`);
  if (!card) return true;
  const seen = clocks.get(slug) ?? new Apart(moment(card, "data-apart"));
  clocks.set(slug, seen);
  card.setAttribute("data-pulse", String(pulse.pulse));
  if (server !== null) card.setAttribute("data-came", String(server));
  card.setAttribute("data-apart", String(seen.observe(pulse.pulse, server, Date.now() / 1000) || ""));
  if (pulse.heard !== null) card.setAttribute("data-heard", String(pulse.heard));
  return isBehind({ epoch: card.getAttribute("data-epoch") ?? "", o: moment(card, "data-offset") ?? 0 }, pulse);
}

/** The newest pulse and answer of all cards: a page of many is late only when all of them are. One whose clock is wrong says nothing of
 *  the others. @param {number} now */
export function newest(now) {
  const all = [...document.querySelectorAll("[data-card]")];
  const right = all.filter((card) => !judgeCard(card, now).words.startsWith("clocks"));
  const cards = right.length ? right : all;
  /** @param {string} name */
  const top = (name) => cards.reduce((best, card) => Math.max(best, moment(card, name) ?? -Infinity), -Infinity);
  return { count: all.length, pulse: finite(top("data-pulse")), heard: finite(top("data-heard")), came: finite(top("data-came")) };
}

/** @param {number} value */
function finite(value) {
  return Number.isFinite(value) ? value : null;
}
