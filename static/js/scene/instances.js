/** Instances of a component as chips: which of them are shown, in which order, and by which names. Pure. */

import { sharedDomain } from "../names.js";
import { SEVERITY, stateOf, worst } from "../states.js";

/** @typedef {import("../states.js").State} State */
/** @typedef {import("../wire-types.js").InstanceRow} InstanceRow */
/** @typedef {{ count: number, state: State }} Rest of those that are not shown: how many, and the worst state among them */

/**
 * Names of instances without the domain that they share: "ip-10-0-1-7" of "ip-10-0-1-7.compute.internal". An address is whole.
 * @param {InstanceRow[]} rows @returns {Map<InstanceRow, string>}
 */
export function shortNames(rows) {
  const names = rows.map((row) => row.host || row.name);
  const domain = sharedDomain(names);
  return new Map(rows.map((row, at) => [row, (names[at] ?? "").slice(0, -domain.length || undefined)]));
}

/** Not healthy, and known to be so: what nobody can observe says nothing about anybody. @param {{ state: string }} row */
function ails(row) {
  return SEVERITY[stateOf(row.state)] > SEVERITY.healthy;
}

/**
 * The instances for which there is room. While all fit they stand in the order in which they came, so that columns of names stay in
 * line. Otherwise the last place is the number of the rest, and whoever is not well (the worst first) and the leader come before who
 * is well; the leader is always among them.
 * @template {{ leader: boolean, state: string }} T
 * @param {T[]} rows @param {number} room @returns {{ shown: T[], rest: Rest }}
 */
export function fitting(rows, room) {
  if (rows.length <= room) return { shown: rows, rest: { count: 0, state: "healthy" } };
  const places = Math.max(room - 1, 0);
  const ill = rows.filter(ails).sort((one, other) => SEVERITY[stateOf(other.state)] - SEVERITY[stateOf(one.state)]);
  const lead = rows.filter((row) => row.leader && !ails(row));
  const well = rows.filter((row) => !row.leader && !ails(row));
  const ahead = ill.slice(0, Math.max(places - Math.max(lead.length, Number(ill.some((row) => row.leader))), 0));
  for (const row of ill) if (row.leader && !ahead.includes(row)) ahead.push(row);
  const shown = [...ahead, ...lead, ...ill.filter((row) => !ahead.includes(row)), ...well].slice(0, places);
  const rest = rows.filter((row) => !shown.includes(row));
  return { shown, rest: { count: rest.length, state: worst(rest.map((row) => stateOf(row.state))) } };
}
