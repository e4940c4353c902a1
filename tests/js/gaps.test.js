import assert from "node:assert/strict";
import { test } from "node:test";
import { isBehind, isOfOlderEpoch, orderOf } from "../../static/js/gaps.js";
import { delta, pulse } from "./snapshots.js";

/** @typedef {import("../../static/js/gaps.js").Order} Order */
/** @typedef {import("../../static/js/gaps.js").Position} Position */

const HAVE = { epoch: "9", o: 5 };

/** @type {[what: string, have: Position | null, came: Position & { prev?: number }, order: Order][]} */
const TABLE = [
  ["the next delta", HAVE, delta(6, { epoch: "9" }), "in order"],
  ["a delta that reaches back behind what is here", HAVE, delta(8, { epoch: "9", prev: 3 }), "in order"],
  ["the last delta once more", HAVE, delta(5, { epoch: "9" }), "known"],
  ["an older delta, overtaken on the way", HAVE, delta(4, { epoch: "9" }), "known"],
  ["a delta that overtook another", HAVE, delta(7, { epoch: "9" }), "gap"],
  ["the first delta of the next collector, though its offset would follow", HAVE, delta(6, { epoch: "10" }), "other epoch"],
  ["the last delta of the collector before", HAVE, delta(6, { epoch: "8" }), "other epoch"],
  ["any delta, when nothing is here", null, delta(1, { epoch: "9", prev: 0 }), "other epoch"],
  ["a pulse after the last delta", HAVE, pulse(5, "9"), "known"],
  ["a pulse from before the last delta", HAVE, pulse(4, "9"), "known"],
  ["a pulse that names a delta that did not come", HAVE, pulse(6, "9"), "gap"],
  ["a pulse of the next collector", HAVE, pulse(1, "10"), "other epoch"],
  ["a pulse of the collector before", HAVE, pulse(5, "8"), "other epoch"],
  ["any pulse, when nothing is here", null, pulse(0, "9"), "other epoch"],
];

for (const [what, have, came, order] of TABLE) {
  test(`${what}: ${order}`, () => {
    assert.equal(orderOf(have, came), order);
    assert.equal(isBehind(have, came), order === "gap" || order === "other epoch");
  });
}

test("epochs are numbers, though they come as texts", () => {
  assert.equal(isOfOlderEpoch({ epoch: "9", o: 90 }, { epoch: "10", o: 1 }), true);
  assert.equal(isOfOlderEpoch({ epoch: "10", o: 1 }, { epoch: "9", o: 90 }), false);
  assert.equal(isOfOlderEpoch({ epoch: "9", o: 1 }, { epoch: "9", o: 2 }), false);
});
