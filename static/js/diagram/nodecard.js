/** One node in the page: as a card in the field while nodes are few, and as the card that opens on hover and focus. */

import { ago, asSeen, lasting } from "../ages.js";
import { nodeState } from "../groups.js";
import { html, nothing } from "../html.js";
import { AGENTS } from "../registry.js";
import { becauseOf, nodeCardOf, runtimeName } from "../scene/node.js";
import { WORDS, stateOf } from "../states.js";
import { counted } from "../words.js";
import { glyph, spoken } from "./marks.js";

/** @typedef {import("../scene/node.js").Usage} Usage */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {import("../wire-types.js").NodeReport} NodeDetail */

/** @param {Usage} told */
function level({ label, share, value }) {
  return html`<div class="usage">
    <dt>${label}</dt>
    <dd><svg class="level" aria-hidden="true"><rect class="trough" width="100%" height="100%" rx="6"/><rect
      class="used" width="${(100 * share).toFixed(1)}%" height="100%" rx="6"/></svg><span>${value}</span></dd>
  </div>`;
}

/** A runtime's version: where there is little room its number alone. @param {string} version */
function versioned(version) {
  const [, name = "", number = version] = /^(\S+ )(\S+)$/.exec(version) ?? [];
  return html`${name ? html`<span class="product">${name}</span>` : nothing}${number}`;
}

/**
 * A card in the field. Its size decides by container queries (field.css) how much of this is shown.
 * @param {Picture} picture @param {number} row @param {string} pages @param {number} now
 */
export function fieldCard(picture, row, pages, now) {
  const { name, short, front, state, control, role, agents, because, usages } = nodeCardOf(picture, row, now);
  return html`<article class="node state-${state} ${control ? "is-control" : ""}">
    <h4>${glyph(state, "glyph-card")}<a class=${front ? "front" : ""} href="${pages}nodes/${encodeURIComponent(name)}/"
      title=${name} aria-label=${name === short ? nothing : name} data-row=${row}><bdi>${short}</bdi></a>
      ${spoken(state)}<small>${role}</small></h4>
    <ul class="agents">
      ${agents.map(
        (agent) => html`<li class="state-${agent.state} ${agent.state === "healthy" && agent.version ? "has-version" : ""}">${glyph(agent.state, "glyph-s")}<b class="long">${agent.title}</b><b class="short">${agent.short}</b>
          <span class="word ${agent.said === WORDS[agent.state] ? "" : "beat"}">${agent.said}</span><span class="version" title=${agent.version}>${versioned(agent.version)}</span></li>`,
      )}
    </ul>
    ${because ? html`<p class="because" title=${because}>${because}</p>` : nothing}
    <dl class="usages">${usages.map(level)}</dl>
  </article>`;
}

/**
 * The card that opens on hover and focus. `detail` has the lines of evidence once they have been fetched.
 * @param {Picture} picture @param {number} row @param {NodeDetail | null} detail @param {number} now
 */
export function hoverCard(picture, row, detail, now) {
  const state = nodeState(picture, row);
  const since = picture.number("since", row);
  const because = becauseOf(picture, row, now);
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
      <small class="state-text">${WORDS[state]}${since && state !== "healthy" ? ` ${lasting(since, now)}` : ""}</small></h4>
    <ul class="agents">
      ${AGENTS.map(({ column, title }) => {
        const agent = nodeState(picture, row, column);
        return html`<li class="state-${agent}">${glyph(agent, "glyph-s")}<b>${title}</b>
          <span class="word">${agentLine(detail, column, agent, now, picture.blind)}</span></li>`;
      })}
    </ul>
    ${because ? html`<p class="because">${because}</p>` : nothing}
    <p class="facts">${facts.filter(Boolean).join(" · ")}</p>`;
}

/**
 * @param {NodeDetail | null} detail @param {"kubelet" | "proxy" | "runtime"} column @param {string} state @param {number} now
 * @param {boolean} blind nobody vouches for the picture now
 */
function agentLine(detail, column, state, now, blind) {
  const agent = detail?.[/** @type {const} */ ({ kubelet: "kubelet", proxy: "kube_proxy", runtime: "container_runtime" })[column]];
  // What was fetched may be older than what the picture shows; it speaks only while both agree.
  if (!detail || !agent || stateOf(agent.state) !== state) return WORDS[stateOf(state)];
  if (state === "unknown") return agent.last ? `unknown (was ${WORDS[stateOf(agent.last)]})` : "unknown";
  if (column === "kubelet" && state === "healthy" && detail.beat) return `heartbeat ${ago(detail.beat, now)}`;
  return runtimeName(asSeen(agent.line || agent.because, now, blind)) || WORDS[stateOf(state)];
}
