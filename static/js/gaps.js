/**
 * Was something missed? The one place that judges how what comes stands to what a page has. Pure.
 *
 * An epoch begins when a collector takes the cluster; offsets count its publications. A delta says which offset it continues. A pulse
 * continues nothing: it names the last offset published, so that a lost delta is noticed within a second. Rows come whole, so a delta
 * that reaches back behind what is here may be taken.
 */

/** A place in a cluster's stream, as a snapshot, a delta and a pulse name it. @typedef {{ epoch: string, o: number }} Position */

/**
 * "in order": it continues what is here. "known": it is in it already. "gap": something between the two was missed. "other epoch":
 * another collector's, or nothing is here; nothing can be said of what lies between, in whichever order the epochs are.
 *
 * @typedef {"in order" | "known" | "gap" | "other epoch"} Order
 */

/** @param {Position | null} have @param {Position & { prev?: number }} came @returns {Order} */
export function orderOf(have, came) {
  if (have === null || came.epoch !== have.epoch) return "other epoch";
  if (came.o <= have.o) return "known";
  return came.prev !== undefined && came.prev <= have.o ? "in order" : "gap";
}

/** Must what is shown be fetched anew? @param {Position | null} have @param {Position & { prev?: number }} came */
export function isBehind(have, came) {
  const order = orderOf(have, came);
  return order === "gap" || order === "other epoch";
}

/** Epochs are counted up by whoever takes over a cluster. @param {Position} one @param {Position} other */
export function isOfOlderEpoch(one, other) {
  return Number(one.epoch) < Number(other.epoch);
}
