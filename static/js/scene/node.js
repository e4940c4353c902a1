/** What is said of one node. Pure. */

import { ago, asSeen } from "../ages.js";
import { nodeState } from "../groups.js";
import { shortened } from "../names.js";
import { AGENTS } from "../registry.js";
import { WORDS } from "../states.js";

/** @typedef {import("../states.js").State} State */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {{ column: "kubelet" | "proxy" | "runtime", title: string, short: string, state: State, said: string, version: string }} Agent
 *  `said`: the word of its state, or its heartbeat */
/** @typedef {{ label: string, share: number, value: string }} Usage `share`: 0 to 1 */
/**
 * @typedef {object} NodeCard
 * @property {string} name
 * @property {string} short the name without what all share
 * @property {boolean} front it is cut at the front: another begins as it does
 * @property {State} state
 * @property {boolean} control does it belong to the control plane?
 * @property {string} role what it is besides healthy or not
 * @property {Agent[]} agents
 * @property {string} because empty while it is well
 * @property {Usage[]} usages
 */

/** The short name of a runtime: "containerd 2.1.4" of "containerd://2.1.4". @param {string} version */
export function runtimeName(version) {
  return version.replace("://", " ");
}

/** Why a node is not well; empty while it is. @param {Picture} picture @param {number} row @param {number} now */
export function becauseOf(picture, row, now) {
  return asSeen(picture.text("because", row), now, picture.blind);
}

/** "node-63, down: container runtime is down", for who does not see it. @param {Picture} picture @param {number} row @param {number} now */
export function nodeSentence(picture, row, now) {
  const state = nodeState(picture, row);
  const agents = AGENTS.map(({ column, title }) => ({ title, state: nodeState(picture, row, column) }))
    .filter((agent) => agent.state !== "healthy")
    .map((agent) => `${agent.title} ${WORDS[agent.state]}`);
  const word = picture.blind ? `unknown (was ${WORDS[state]})` : WORDS[state];
  return [`${picture.text("name", row)}, ${word}`, becauseOf(picture, row, now), ...agents].filter(Boolean).join(", ");
}

/** @param {Picture} picture @param {number} row */
function roleOf(picture, row) {
  const parts = [];
  if (picture.number("cp", row) === 1) parts.push("control plane");
  if (picture.number("cordoned", row) === 1) parts.push("cordoned");
  return parts.join(" · ") || picture.text("type", row);
}

/** What is said of a kubelet: its heartbeat, where that is told. @param {Picture} picture @param {number} row @param {State} state
 *  @param {number} now */
function beatOf(picture, row, state, now) {
  const beat = picture.beats[picture.text("name", row)];
  return state === "healthy" && beat ? `heartbeat ${ago(beat, now)}` : WORDS[state];
}

/** @param {Picture} picture @param {number} row @returns {Usage[]} */
function usagesOf(picture, row) {
  const pods = picture.number("pods", row) ?? 0;
  const most = picture.number("pods_max", row);
  const told = [];
  // No pod in the whole cluster: they are still being listed, or may not be read.
  if (most && (pods || picture.cluster.pods)) told.push({ label: "pods", share: Math.min(1, pods / most), value: `${pods} / ${most}` });
  for (const [label, column] of /** @type {const} */ ([["cpu", "cpu"], ["memory", "mem"]])) {
    const share = picture.number(column, row);
    if (share !== null) told.push({ label, share: Math.min(1, share), value: `${Math.round(share * 100)} %` });
  }
  return told;
}

/** A card in the field: all of it; its size decides how much is shown. @param {Picture} picture @param {number} row
 *  @param {number} now @returns {NodeCard} */
export function nodeCardOf(picture, row, now) {
  const name = picture.text("name", row);
  const versions = { kubelet: picture.text("version", row), proxy: "", runtime: runtimeName(picture.text("runtime_version", row)) };
  return {
    name, ...shortened(name, picture.common), state: nodeState(picture, row), control: picture.number("cp", row) === 1, role: roleOf(picture, row),
    agents: AGENTS.map(({ column, title, short }) => {
      const state = nodeState(picture, row, column);
      const said = column === "kubelet" ? beatOf(picture, row, state, now) : WORDS[state];
      return { column, title, short, state, said, version: versions[column] };
    }),
    because: becauseOf(picture, row, now),
    usages: usagesOf(picture, row),
  };
}
