/** What is said of one node: as a card in the field while nodes are few, and as the card that opens on hover and focus. */

import { duration, render as renderAges } from "../ages.js";
import { counted, nodeState } from "../groups.js";
import { html, nothing } from "../html.js";
import { AGENTS } from "../kinds.js";
import { WORDS, stateOf } from "../states.js";
import { glyph, spoken } from "./control.js";

/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {import("../types.js").NodeDetail} NodeDetail */

/** The short name of a runtime: "containerd 2.1.4" of "containerd://2.1.4". @param {string} version */
export function runtimeName(version) {
  return version.replace("://", " ");
}

/** "node-63, down: container runtime is down", for who does not see it. @param {Picture} picture @param {number} row @param {number} now */
export function nodeSentence(picture, row, now) {
  const state = nodeState(picture, row);
  const because = renderAges(picture.text("because", row), now);
  const agents = AGENTS.map(({ column, title }) => ({ title, state: nodeState(picture, row, column) }))
    .filter((agent) => agent.state !== "healthy")
    .map((agent) => `${agent.title} ${WORDS[agent.state]}`);
  return [`${picture.text("name", row)}, ${WORDS[state]}`, because, ...agents].filter(Boolean).join(", ");
}

/** @param {string} label @param {number | null} share @param {string} value */
function level(label, share, value) {
  if (share === null) return nothing;
  return html`<div class="usage">
    <dt>${label}</dt>
    <dd><svg class="level" aria-hidden="true"><rect class="trough" width="100%" height="100%" rx="6"/><rect
      class="used" width="${(100 * Math.min(1, share)).toFixed(1)}%" height="100%" rx="6"/></svg><span>${value}</span></dd>
  </div>`;
}

/** @param {Picture} picture @param {number} row */
function usage(picture, row) {
  const pods = picture.number("pods", row) ?? 0;
  const most = picture.number("pods_max", row);
  const cpu = picture.number("cpu", row);
  const memory = picture.number("mem", row);
  return html`<dl class="usages">
    ${level("pods", most ? pods / most : null, `${pods} / ${most}`)}
    ${level("cpu", cpu, `${Math.round((cpu ?? 0) * 100)} %`)}
    ${level("memory", memory, `${Math.round((memory ?? 0) * 100)} %`)}
  </dl>`;
}

/** What a node is besides healthy or not. @param {Picture} picture @param {number} row */
function role(picture, row) {
  const parts = [];
  if (picture.number("cp", row) === 1) parts.push("control plane");
  if (picture.number("cordoned", row) === 1) parts.push("cordoned");
  return parts.join(" · ") || picture.text("type", row);
}

/** What is said of a kubelet: its heartbeat, where that is told. @param {Picture} picture @param {string} name
 *  @param {import("../states.js").State} state @param {number} now */
function beatOf(picture, name, state, now) {
  const beat = picture.beats[name];
  return state === "healthy" && beat ? `heartbeat ${duration(now - beat)} ago` : WORDS[state];
}

/**
 * A card in the field. Its size decides by container queries (cluster.css) how much of this is shown.
 * @param {Picture} picture @param {number} row @param {string} pages @param {number} now
 */
export function fieldCard(picture, row, pages, now) {
  const name = picture.text("name", row);
  const state = nodeState(picture, row);
  const because = renderAges(picture.text("because", row), now);
  const versions = [picture.text("version", row), "", runtimeName(picture.text("runtime_version", row))];
  return html`<article class="node state-${state} ${picture.number("cp", row) === 1 ? "is-control" : ""}">
    <h4>${glyph(state, "glyph-card")}<a href="${pages}nodes/${encodeURIComponent(name)}/" title=${name} data-row=${row}>${name}</a>
      ${spoken(state)}<small>${role(picture, row)}</small></h4>
    <ul class="agents">
      ${AGENTS.map(({ column, title, short }, at) => {
        const agent = nodeState(picture, row, column);
        return html`<li class="state-${agent}">${glyph(agent, "glyph-s")}<b class="long">${title}</b><b class="short">${short}</b>
          <span class="word">${column === "kubelet" ? beatOf(picture, name, agent, now) : WORDS[agent]}</span><span class="version">${versions[at]}</span></li>`;
      })}
    </ul>
    ${because ? html`<p class="because" title=${because}>${because}</p>` : nothing}
    ${usage(picture, row)}
  </article>`;
}

/**
 * The card that opens on hover and focus. `detail` has the lines of evidence once they have been fetched.
 * @param {Picture} picture @param {number} row @param {NodeDetail | null} detail @param {number} now
 */
export function hoverCard(picture, row, detail, now) {
  const state = nodeState(picture, row);
  const since = picture.number("since", row);
  const because = renderAges(picture.text("because", row), now);
  const most = picture.number("pods_max", row);
  const pods = picture.number("pods", row) ?? 0;
  const lastKnown = ["unknown", "down"].includes(state) || nodeState(picture, row, "kubelet") !== "healthy";
  const facts = [
    `${most === null ? counted(pods, "pod") : `${pods} of ${most} pods`}${lastKnown ? " at last known state" : ""}`,
    picture.text("version", row),
    runtimeName(picture.text("runtime_version", row)),
    picture.text("type", row),
  ];
  return html`
    <h4>${glyph(state, "glyph-card")}<span class="name">${picture.text("name", row)}</span>
      <small class="state-text">${WORDS[state]}${since && state !== "healthy" ? ` for ${duration(now - since)}` : ""}</small></h4>
    <ul class="agents">
      ${AGENTS.map(({ column, title }) => {
        const agent = nodeState(picture, row, column);
        return html`<li class="state-${agent}">${glyph(agent, "glyph-s")}<b>${title}</b>
          <span class="word">${agentLine(detail, column, agent, now)}</span></li>`;
      })}
    </ul>
    ${because ? html`<p class="because">${because}</p>` : nothing}
    <p class="facts">${facts.filter(Boolean).join(" · ")}</p>`;
}

/**
 * @param {NodeDetail | null} detail @param {"kubelet" | "proxy" | "runtime"} column @param {string} state @param {number} now
 */
function agentLine(detail, column, state, now) {
  const agent = detail?.[/** @type {const} */ ({ kubelet: "kubelet", proxy: "kube_proxy", runtime: "container_runtime" })[column]];
  // What was fetched may be older than what the picture shows; it speaks only while both agree.
  if (!detail || !agent || stateOf(agent.state) !== state) return WORDS[stateOf(state)];
  if (state === "unknown") return agent.last ? `unknown, last ${WORDS[stateOf(agent.last)]}` : "unknown";
  if (column === "kubelet" && state === "healthy" && detail.beat) return `heartbeat ${duration(now - detail.beat)} ago`;
  return runtimeName(renderAges(agent.line || agent.because, now)) || WORDS[stateOf(state)];
}
