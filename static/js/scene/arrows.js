/**
 * Who calls whom: the API server calls etcd; the others call the API server. An arrow is as well as the worse of its two ends, and as
 * heavy as its traffic where that is known. Pure.
 */

import { groupTitle } from "../arrange.js";
import { nodeState } from "../groups.js";
import { stateOf } from "../states.js";
import { APISERVER } from "./apibar.js";

/** @typedef {import("../layout.js").Zone} Zone */
/** @typedef {import("../states.js").State} State */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {import("./component.js").Card} Card */
/** @typedef {"well" | "hidden" | "broken"} Quality `hidden`: one end cannot be seen or known now; `broken`: one end is down */
/**
 * @typedef {object} Arrow
 * @property {string} from a kind, or the heading of a group of nodes
 * @property {string} to a kind
 * @property {Quality} state
 * @property {number} weight of its stroke, in units
 * @property {string} words all of that, for who does not see it
 */

/** Ways that lie over each other: what is broken on top, what cannot be seen at the bottom. @type {readonly Quality[]} */
export const DEPTH = ["hidden", "well", "broken"];
/** Beyond so many groups side by side, arrows are a fence. */
const MOST = 12;
const LIGHT = 2.5;

/** @param {State} one @param {State} other @returns {Quality} */
export function quality(one, other) {
  if (one === "not_observable" || other === "not_observable") return "hidden";
  if (one === "down" || other === "down") return "broken";
  return one === "unknown" || other === "unknown" ? "hidden" : "well";
}

/** @param {string} from @param {string} to @param {Quality} state @param {number} weight @returns {Arrow} */
function arrow(from, to, state, weight) {
  return { from, to, state, weight, words: `${from} calls ${to}: ${{ well: "well", hidden: "cannot be known", broken: "broken" }[state]}` };
}

/** The state of the bar's end. @param {Picture} picture */
function served(picture) {
  return stateOf(picture.components.get(APISERVER)?.state);
}

/** Between the cards and the bar, one for each card. @param {Card[]} cards @param {Picture} picture @returns {Arrow[]} */
export function skyArrows(cards, picture) {
  const server = served(picture);
  return cards.map(({ kind, state }) =>
    kind === "etcd"
      ? arrow(APISERVER, kind, quality(state, server), storeWeight(picture))
      : arrow(kind, APISERVER, quality(state, server), LIGHT),
  );
}

/** A heavier line for more requests to the store: thrice as heavy at a thousand a second. @param {Picture} picture */
function storeWeight(picture) {
  const rate = picture.series.runs("etcd_requests").at(-1)?.at(-1)?.value;
  return rate === undefined ? LIGHT : Math.min(7.5, LIGHT + (5 / 3) * Math.log10(1 + rate));
}

/**
 * From the groups that lie along the horizon to the bar; none where they would be too many.
 * @param {Zone[]} zones all of them @param {Picture} picture @param {import("../arrange.js").Grouping} by
 * @returns {{ zone: Zone, arrow: Arrow }[]}
 */
export function groundArrows(zones, picture, by) {
  const first = zones.filter((zone) => zone.line === 0);
  if (first.length > MOST) return [];
  const server = served(picture);
  const most = Math.max(1, ...first.map((zone) => zone.rows.length));
  return first.map((zone) => {
    const weight = LIGHT + LIGHT * (zone.rows.length / most);
    return { zone, arrow: arrow(groupTitle(zone, zones.length, by), APISERVER, quality(kubelets(picture, zone.rows), server), weight) };
  });
}

/** The kubelets of a group call as long as one of them does; else they are as well as the best. @param {Picture} picture
 *  @param {number[]} rows @returns {State} */
function kubelets(picture, rows) {
  /** @type {State} */
  let best = rows.length ? "down" : "healthy";
  for (const row of rows) {
    const state = nodeState(picture, row, "kubelet");
    if (state === "healthy" || state === "degraded" || state === "cordoned") return "healthy";
    if (state === "unknown" || state === "leaving" || state === "joining") best = "unknown";
  }
  return best;
}

/**
 * The paths of an arrow that goes straight down or up.
 * @param {number} x @param {number} top @param {number} foot @param {number} weight @param {boolean} up where is its head?
 * @param {number} rem pixels of a unit @returns {{ line: string, head: string }}
 */
export function straight(x, top, foot, weight, up, rem) {
  const tip = up ? top + 1.5 : foot - 1.5;
  const turn = up ? 1 : -1;
  const w = 6 * rem + weight / 2;
  return { line: `M${x} ${top + 1}V${foot - 1}`, head: `M${x - w} ${tip + turn * 9 * rem}L${x} ${tip}L${x + w} ${tip + turn * 9 * rem}` };
}

/**
 * The paths of an arrow from the side of a card along the margin to the same side of the bar.
 * @param {number} side @param {number} from @param {number} margin @param {number} to
 * @param {boolean} called the bar calls the card: the head stands there @param {number} rem @returns {{ line: string, head: string }}
 */
export function detour(side, from, margin, to, called, rem) {
  const way = margin < side ? 1 : -1;
  const tip = called ? from : to;
  const w = 4 * rem;
  return {
    line: `M${side - way} ${from}H${margin}V${to}H${side - way}`,
    head: `M${side - way * 6 * rem} ${tip - w}L${side - way * 1.5} ${tip}L${side - way * 6 * rem} ${tip + w}`,
  };
}
