/** What is said of the ground: how much there is, its agents, its groups, and why it is empty. Pure. */

import { THEN, asSeen } from "../ages.js";
import { groupTitle } from "../arrange.js";
import { saysOf } from "../blame.js";
import { groupSummary } from "../groups.js";
import { titleOf } from "../kinds.js";
import { AGENTS } from "../registry.js";
import { stateOf } from "../states.js";
import { counted, sentence } from "../words.js";
import { DOCTOR, aged } from "./notice.js";

/** @typedef {import("../arrange.js").Grouping} Grouping */
/** @typedef {import("../layout.js").Zone} Zone */
/** @typedef {import("../states.js").State} State */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {{ kind: string, title: string, state: State, because: string }} AgentLink */

/** How much there is, and the three agents with their roll-ups. @param {Picture} picture
 *  @param {number} now @returns {{ size: string, agents: AgentLink[] }} */
export function captionOf(picture, now) {
  const rows = AGENTS.map(({ kind }) => picture.components.get(kind)).filter((row) => row !== undefined);
  return {
    // No pods are pods that are still being listed.
    size: [picture.size ? counted(picture.size, "node") : "", picture.size && picture.cluster.pods ? counted(picture.cluster.pods, "pod") : ""].filter(Boolean).join(" · "),
    agents: rows.map((row) => ({
      kind: row.kind, title: titleOf(row.kind), state: stateOf(row.state), because: asSeen(row.because, now, picture.blind),
    })),
  };
}

/** The heading of a group, and what stands beside it where there is `room`, in units. @param {Picture} picture @param {Zone} zone
 *  @param {number} zones how many there are @param {Grouping} by @param {number} room */
export function headingOf(picture, zone, zones, by, room) {
  const title = groupTitle(zone, zones, by);
  return { title, summary: groupSummary(picture, zone, room, title) };
}

/** What is said on the ground when the cluster is there and no node is; else null. @param {Picture} picture @param {number} now */
export function groundNotice(picture, now) {
  if (picture.size > 0 || picture.components.size === 0) return null;
  if (picture.cluster.heard_at === null) {
    // What keeps it from being asked may lie on our side: then nothing is awaited of it.
    const { fault } = picture.cluster;
    const lines = fault ? [`${saysOf(fault.kind)}.`, sentence(fault.remedy)] : ["The API server has not answered yet. Its nodes appear here as soon as it does."];
    return aged({ title: "No node has been seen", lines }, now);
  }
  const kubelet = picture.components.get("kubelet");
  if (kubelet && stateOf(kubelet.state) === "unknown") {
    return aged({ title: "No node has been seen", lines: [sentence(`${picture.blind ? THEN : ""}${kubelet.because}`)] }, now);
  }
  const missing = picture.cluster.missing.find((row) => /^nodes\b|\blist nodes\b/i.test(row.message));
  return missing
    ? aged({ title: "Nodes may not be read", lines: [sentence(missing.message), sentence(missing.remedy), DOCTOR] }, now)
    : { title: "No nodes yet", lines: ["The control plane is there. A node appears here as soon as its kubelet has registered it."] };
}
