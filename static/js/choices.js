/** Which clusters the switcher offers, and in which order. Pure. */

import { SEVERITY, stateOf, worst } from "./states.js";

/** @typedef {import("./states.js").State} State */
/** @typedef {{ slug: string, name: string, control: { state: string }, data: { state: string } }} Card */
/** @typedef {{ slug: string, name: string, state: State }} Choice */

/** The worst first, then by name. @param {Card[]} cards @returns {Choice[]} */
export function choicesOf(cards) {
  const choices = cards.map(({ slug, name, control, data }) => ({ slug, name, state: worst([stateOf(control.state), stateOf(data.state)]) }));
  return choices.sort((one, other) => SEVERITY[other.state] - SEVERITY[one.state] || one.name.localeCompare(other.name, "en", { numeric: true }));
}

/** Those whose name has every word of it. @param {Choice[]} choices @param {string} text */
export function meant(choices, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return choices.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
}
