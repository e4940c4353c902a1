/** What is said of how fresh a cluster is, beside its name. Pure. */

import { duration } from "./ages.js";
import { NOBODY, briefOf } from "./blame.js";
import { CLOCKS_APART, LATE_AFTER } from "./freshness.js";

/**
 * What a card says beside its name. `late`: its states cannot be said now. `silent`: its collector lives, but the API server does
 * not answer; the states are what the collector makes of that. Pure.
 * @param {number | null} pulse @param {number | null} heard @param {number} now all epoch seconds of the server's clock
 * @param {number} [apart] by so many seconds the clocks disagree @param {string} [fault] the kind of fault by which it is not asked
 * @param {number | null} [came] when its last pulse arrived here, whatever that says itself
 */
export function judge(pulse, heard, now, apart = 0, fault = "", came = null) {
  const missing = fault === NOBODY ? briefOf(fault) : "";
  // While it has no collector, what comes is the word of those who say so, and no sign of life.
  if (came !== null && !missing && now - came > LATE_AFTER) return { late: true, silent: false, words: "not seen for", age: duration(now - came) };
  if (pulse === null) return { late: true, silent: false, words: missing || "not seen yet", age: "" };
  const disagree = apart || (pulse - now > CLOCKS_APART ? pulse - now : 0);
  if (disagree) return { late: true, silent: false, words: "clocks differ by", age: duration(disagree) };
  if (now - pulse > LATE_AFTER) return { late: true, silent: false, words: missing ? `${missing} for` : "not seen for", age: duration(now - pulse) };
  if (heard === null) return { late: false, silent: true, words: briefOf(fault), age: "" };
  if (now - heard > LATE_AFTER) return { late: false, silent: true, words: `${briefOf(fault)} for`, age: duration(now - heard) };
  return { late: false, silent: false, words: "live", age: "" };
}
