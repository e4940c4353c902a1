/** The sky: a card for each kind of the control plane, the API server as the bar on the horizon, and the add-ons. Pure. */

import { processOf, titleOf } from "../kinds.js";
import { SEVERITY, WORDS, stateOf } from "../states.js";
import { counted } from "../words.js";
import { APISERVER, barOf } from "./apibar.js";
import { cardOf, lineOf, processCard } from "./component.js";

/** @typedef {import("../states.js").State} State */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {import("./apibar.js").Bar} Bar */
/** @typedef {import("./component.js").Card} Card */
/** @typedef {{ kind: string, title: string, state: State, word: string, line: string }} Addon `word`: said of one that is not well */
/** @typedef {{ cards: Card[], bar: Bar | null, count: string, addons: Addon[], blank: boolean }} Sky `blank`: nothing to show yet */

/** @param {Picture} picture @param {number} now @returns {Sky} */
export function skyOf(picture, now) {
  const all = picture.plane("control");
  const server = all.find((row) => row.kind === APISERVER);
  const process = processOf(picture.cluster.distribution);
  const others = all.filter((row) => row.kind !== APISERVER);
  const within = process ? others.filter((row) => row.kind !== "etcd" && stateOf(row.state) === "not_observable") : [];
  const merged = within.length > 1 ? within : [];
  const apart = others.filter((row) => !merged.includes(row));
  const cards = apart.map((row) => cardOf(row, picture.series, now, picture.blind));
  if (merged.length) cards.push(processCard(merged, process, now, picture.blind));
  const instances = all.reduce((sum, row) => sum + row.instances.length, 0);
  const count = all.length ? [counted(all.length, "component"), instances ? counted(instances, "instance") : ""] : [];
  return {
    cards, bar: server ? barOf(server, picture, now) : null, count: count.filter(Boolean).join(" · "), blank: all.length === 0,
    addons: picture.plane("addon").map((row) => addonOf(row, now, picture.blind)),
  };
}

/** @param {import("../wire-types.js").ComponentRow} row @param {number} now @param {boolean} blind @returns {Addon} */
function addonOf(row, now, blind) {
  const state = stateOf(row.state);
  const word = SEVERITY[state] > SEVERITY.healthy ? WORDS[state] : "";
  return { kind: row.kind, title: titleOf(row.kind), state, word, line: lineOf(row, now, blind) };
}
