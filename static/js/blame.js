/** Who is to blame while a cluster cannot be asked: nobody answers, unless the kind of fault says otherwise. Pure. */

import { BLAME } from "./registry.js";

/** The kind of a fault: no worker collects the cluster. It is told by who looks for one, not by the collector. */
export const NOBODY = "no collector";

/** In two words. @param {string} [kind] of a fault */
export function briefOf(kind) {
  return BLAME.find((one) => one.kind === kind)?.brief ?? "no answer";
}

/** In a clause that may be followed by "since …". @param {string} [kind] of a fault */
export function saysOf(kind) {
  return BLAME.find((one) => one.kind === kind)?.says ?? "The API server has not answered";
}
