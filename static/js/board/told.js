/** What each card of a wall says at a moment: pure, and the same in the browser and in the server's painter. */

import { asSeen, duration, render } from "../ages.js";
import { judge } from "../judged.js";
import { SEVERITY, WORDS, seenOf, stateOf } from "../states.js";
import { glued, thousands } from "../words.js";

/** @typedef {import("../states.js").State} State */
/** @typedef {[number, string]} Turn from when on (epoch seconds) which state; "" while nobody watched */
/** @typedef {{ state: string, headline: string, because: string, since: number | null, last: string, brief?: string[] }} Plane
 *    `brief`: what is wrong in a few words, the most telling first; servers of before send none */
/** @typedef {{ title: string, state: string, because: string, since: number }} Trouble */
/**
 * @typedef {object} Card as dashboard/presenters/cards.py has it
 * @property {string} slug
 * @property {string} name
 * @property {Plane} control
 * @property {Plane} data
 * @property {number} nodes
 * @property {number} nodes_healthy
 * @property {string} foot
 * @property {{ kind: string, message: string, remedy: string } | null} fault
 * @property {Trouble[]} trouble
 * @property {number} more
 */
/**
 * @typedef {object} Cluster as dashboard/boards.py has it
 * @property {Card} card
 * @property {number | null} pulse when its collector was last heard, epoch seconds
 * @property {number | null} heard when its API server last answered
 * @property {number} apart by so many seconds the clocks of server and collector disagree
 * @property {Turn[] | null} sky the control plane's states of 24 h, oldest first; null: not read yet
 * @property {Turn[] | null} ground the data plane's
 * @property {number | null} calm the end of its last incident; null: none is on record
 * @property {boolean} open an incident goes on
 * @property {number | null} watched since when it is on record, epoch seconds
 * @property {string} acknowledged by whom its trouble was, empty: by nobody
 * @property {Trouble[]} [further] what needs attention beyond the card's, in order; servers of before send none
 * @property {number | null} [came] when its last pulse arrived here
 */
/** @typedef {{ state: State, headline: string, brief: string[], short: string, because: string }} Half `brief` is what it says where the headline
 *    has no room, the most telling first; `short` where none of that has any */
/**
 * @typedef {object} Told
 * @property {string} slug
 * @property {string} name
 * @property {State} worst
 * @property {{ words: string, kind: "live" | "silent" | "late" }} status
 * @property {Half} sky
 * @property {Half} ground
 * @property {string} count healthy nodes of all; "–" while that cannot be known
 * @property {string} foot
 * @property {string} calm
 * @property {string} acknowledged
 * @property {{ state: State, title: string, text: string }[]} troubles `text`: with its title
 * @property {number} more
 * @property {[Turn[], Turn[]] | null} ribbons of both planes
 */

/** States that are not well: their cards come first. @type {readonly State[]} */
const SICK = ["down", "degraded", "unknown"];

/** @param {State} state */
export function isSick(state) {
  return SICK.includes(state);
}

/** @param {Plane} plane @param {boolean} late @param {number} at @returns {Half} */
function half(plane, late, at) {
  const { state, last } = seenOf(plane.state, plane.last, late);
  if (state === "unknown") {
    const short = WORDS.unknown;
    return { state, headline: last ? `unknown (was ${WORDS[last]})` : short, brief: [], short, because: late ? "" : glued(asSeen(plane.because, at, false)) };
  }
  const headline = glued(render(plane.headline, at));
  const because = glued(render(plane.because, at));
  return { state, headline, brief: (plane.brief ?? []).map(glued), short: WORDS[state], because: because.replace(/\.$/, "") === headline ? "" : because };
}

/** What is remembered, up to now: it is read every two minutes, and nobody watched since the last pulse of what is late.
 *  @param {Turn[]} turns @param {Plane} plane @param {boolean} late @param {number | null} pulse @returns {Turn[]} */
function upTo(turns, plane, late, pulse) {
  const last = turns[turns.length - 1];
  if (late) return pulse === null || last?.[1] === "" ? turns : [...turns, [Math.max(pulse, last?.[0] ?? 0), ""]];
  return !last || last[1] === plane.state ? turns : [...turns, [Math.max(plane.since ?? last[0], last[0]), plane.state]];
}

/** Is something wrong with it, whether or not that is an incident on record? @param {Cluster} cluster */
function isIll({ card }) {
  return [card.control, card.data].some(({ state }) => state === "down" || state === "degraded");
}

/** "12 days without an incident": as long as it is on record, and nothing while something is wrong. @param {Cluster} cluster
 *  @param {number} now */
export function calmOf(cluster, now) {
  const { calm, open, watched } = cluster;
  if (open) return "an incident goes on";
  if (isIll(cluster)) return "";
  const since = calm ?? watched;
  if (since === null) return "";
  const days = Math.floor((now - since) / 86_400);
  if (days >= 1) return `${thousands(days)} ${days === 1 ? "day" : "days"} without an incident`;
  return glued(`no incident for ${duration(now - since).replace(/^(\d+ (?:h|min)) .*$/, "$1")}`);
}

/** The same of all of them: since the last of any. @param {Cluster[]} clusters @param {number} now */
export function calmOfAll(clusters, now) {
  const open = clusters.filter((one) => one.open).length;
  if (open) return open === 1 ? "an incident goes on" : `incidents go on in ${thousands(open)} clusters`;
  if (clusters.some(isIll)) return "";
  const ends = clusters.flatMap(({ calm }) => calm ?? []);
  const watched = clusters.flatMap((one) => one.watched ?? []);
  const since = ends.length ? Math.max(...ends) : watched.length ? Math.min(...watched) : null;
  if (since === null) return "";
  const days = Math.floor((now - since) / 86_400);
  if (!ends.length) return days >= 1 ? `no incident in ${thousands(days)} ${days === 1 ? "day" : "days"} on record` : "";
  if (days >= 1) return `${thousands(days)} ${days === 1 ? "day" : "days"} since the last incident`;
  return glued(`the last incident was ${duration(now - since).replace(/^(\d+ (?:h|min)) .*$/, "$1")} ago`);
}

/** @param {Cluster} cluster @param {number} now epoch seconds of the server's clock @param {boolean} frozen nothing comes from the
 *  server: nothing is the present @returns {Told} */
export function toldOf(cluster, now, frozen) {
  const { card, pulse, heard, apart, came = null } = cluster;
  const said = judge(pulse, heard, now, apart, card.fault?.kind ?? "", came);
  const late = said.late || frozen;
  const at = late && pulse !== null ? Math.min(now, pulse) : now;
  const [sky, ground] = [half(card.control, late, at), half(card.data, late, at)];
  const words = frozen && !said.late ? "not live" : glued([said.words, said.age].filter(Boolean).join(" "));
  const known = ground.state !== "unknown" && card.nodes > 0;
  const trouble = late || card.fault ? [] : card.trouble;
  return {
    slug: card.slug,
    name: card.name,
    worst: SEVERITY[sky.state] > SEVERITY[ground.state] ? sky.state : ground.state,
    status: { words, kind: late ? "late" : said.silent ? "silent" : "live" },
    sky,
    ground,
    count: known ? `${thousands(card.nodes_healthy)}/${thousands(card.nodes)}` : "–",
    foot: card.foot,
    calm: late ? "" : calmOf(cluster, now),
    acknowledged: cluster.acknowledged,
    troubles: troublesOf(trouble, at),
    more: trouble.length ? card.more : 0,
    ribbons: cluster.sky && cluster.ground ? [upTo(cluster.sky, card.control, late, pulse), upTo(cluster.ground, card.data, late, pulse)] : null,
  };
}

/** @param {Trouble[]} trouble @param {number} at epoch seconds */
function troublesOf(trouble, at) {
  return trouble.map((one) => ({ state: stateOf(one.state), title: one.title, text: glued(`${one.title}: ${render(one.because, at)}`) }));
}

/** The same with all that is wrong, for the wall that shows this cluster alone: its card tells the worst.
 *  @param {Cluster | undefined} cluster @param {number} now @param {boolean} frozen @returns {Told | undefined} */
export function wholeOf(cluster, now, frozen) {
  if (!cluster) return undefined;
  const { card, further = [] } = cluster;
  return toldOf({ ...cluster, card: { ...card, trouble: [...card.trouble, ...further], more: Math.max(0, card.more - further.length) } }, now, frozen);
}

/** The worst first, and of each state as they came. @param {Told[]} cards */
export function sorted(cards) {
  return cards
    .map((card, at) => ({ card, at }))
    .sort((one, other) => SEVERITY[other.card.worst] - SEVERITY[one.card.worst] || one.at - other.at)
    .map(({ card }) => card);
}

/** How many are in each state that needs a word, the worst first. @param {Told[]} cards @returns {{ state: State, words: string }[]} */
export function tally(cards) {
  return SICK.map((state) => ({ state, count: cards.filter((card) => card.worst === state).length }))
    .filter(({ count }) => count)
    .map(({ state, count }) => ({ state, words: `${thousands(count)} ${WORDS[state]}` }));
}
