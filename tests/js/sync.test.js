import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "../../static/js/reconnecting-socket.js";
import { BUFFERED, Sync } from "../../static/js/sync.js";
import { delta, pulse } from "./snapshots.js";

/** @typedef {import("../../static/js/gaps.js").Position} Position */
/** @typedef {import("../../static/js/wire-types.js").Delta} Delta */

/** @param {number} o @param {string} [epoch] */
function shown(o, epoch = "1") {
  const sync = new Sync();
  sync.begin();
  assert.deepEqual(sync.applySnapshot({ epoch, o }), []);
  return sync;
}

/** What comes while the snapshot is fetched, and the offsets to apply on top of it; null: it must be fetched again. */
/** @type {[what: string, waiting: Delta[], snapshot: Position, applied: number[] | null][]} */
const TABLE = [
  ["a snapshot newer than all that waits", [delta(4), delta(5)], { epoch: "1", o: 7 }, []],
  ["a snapshot that holds some of what waits", [delta(4), delta(5), delta(6), delta(7)], { epoch: "1", o: 5 }, [6, 7]],
  ["a snapshot just before what waits", [delta(6), delta(7)], { epoch: "1", o: 5 }, [6, 7]],
  ["a snapshot older than what waits", [delta(9)], { epoch: "1", o: 5 }, null],
  ["a delta lost among those that wait", [delta(6), delta(8)], { epoch: "1", o: 5 }, null],
  ["a delta that came twice", [delta(6), delta(6), delta(7)], { epoch: "1", o: 5 }, [6, 7]],
  ["two deltas in each other's place", [delta(7), delta(6)], { epoch: "1", o: 5 }, null],
  ["last words of a collector that was replaced before the snapshot", [delta(90), delta(1, { epoch: "2" })], { epoch: "2", o: 0 }, [1]],
  ["a collector that took over after the snapshot", [delta(6), delta(1, { epoch: "2" })], { epoch: "1", o: 5 }, null],
];

for (const [what, waiting, snapshot, applied] of TABLE) {
  test(`${what}: ${applied ? `[${applied}] on top of it` : "fetched once more"}`, () => {
    const sync = new Sync();
    sync.begin();
    for (const one of waiting) assert.equal(sync.receive(one), "buffer");
    assert.deepEqual(sync.applySnapshot(snapshot)?.map((one) => one.o) ?? null, applied);
    assert.equal(sync.synced, applied !== null);
  });
}

test("after the snapshot deltas are taken in order; one that is known already is dropped", () => {
  const sync = shown(5);
  assert.equal(sync.receive(delta(5)), "drop");
  assert.equal(sync.receive(delta(6)), "take");
  assert.equal(sync.receive(delta(8, { prev: 3 })), "take");
  assert.equal(sync.receive(delta(9)), "take");
});

test("a gap and another epoch ask for a snapshot", () => {
  for (const one of [delta(7), delta(6, { epoch: "2" })]) {
    const sync = shown(5);
    assert.equal(sync.receive(one), "resync");
    assert.equal(sync.synced, false);
  }
});

test("a lost delta is noticed by the pulse, but none is missed while a snapshot is fetched", () => {
  const sync = shown(5);
  assert.equal(sync.isBehind(pulse(5)), false);
  assert.equal(sync.isBehind(pulse(6)), true);
  assert.equal(sync.isBehind(pulse(0, "2")), true);
  sync.begin();
  assert.equal(sync.isBehind(pulse(9, "2")), false);
});

test("the buffer is bounded: beyond it the snapshot is asked for again", () => {
  const sync = new Sync();
  sync.begin();
  for (let o = 1; o <= BUFFERED + 1; o += 1) sync.receive(delta(o));
  assert.equal(sync.applySnapshot({ epoch: "1", o: 0 }), null);
  sync.begin();
  assert.deepEqual(sync.applySnapshot({ epoch: "1", o: BUFFERED + 1 }), []);
});

test("reconnecting waits with full jitter, from 0.5 s doubling to 15 s", () => {
  const most = [0, 1, 2, 3, 4, 5, 6, 50].map((attempt) => backoff(attempt, () => 1));
  assert.deepEqual(most, [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  assert.equal(backoff(3, () => 0), 0);
});
