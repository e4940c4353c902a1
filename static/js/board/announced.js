/** Which change is announced now: each for 20 s; of several, each in turn, the worst first. Pure. */

import { render } from "../ages.js";
import { SEVERITY, stateOf } from "../states.js";
import { glued } from "../words.js";

/** @typedef {import("./frame.js").Change} Change */

export const ANNOUNCED = 20;
/** Seconds for which each of several stands: long enough to read it, and nothing flickers. */
const TURN = 5;

/** @param {Change[]} changes @param {number} now epoch seconds of the server's clock @returns {Change | null} */
export function announced(changes, now) {
  const due = changes
    .filter(({ at }) => now - at >= -1 && now - at < ANNOUNCED)
    .sort((one, other) => SEVERITY[stateOf(other.after)] - SEVERITY[stateOf(one.after)] || one.at - other.at);
  const turn = due[Math.floor(now / TURN) % due.length];
  return turn ? { ...turn, because: glued(render(turn.because, now)) } : null;
}
