import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "../../static/js/line.js";
import { BUFFERED, Sync } from "../../static/js/sync.js";
import { delta } from "./snapshots.js";

/** @param {number} o @param {string} [epoch] */
function landed(o, epoch = "1") {
  const sync = new Sync();
  sync.begin();
  assert.deepEqual(sync.land({ epoch, o }), []);
  return sync;
}

test("deltas wait for the snapshot, and those that it already had are dropped", () => {
  const sync = new Sync();
  sync.begin();
  for (const o of [4, 5, 6, 7]) assert.equal(sync.hear(delta(o)), "buffer");
  assert.deepEqual(sync.land({ epoch: "1", o: 5 })?.map((one) => one.o), [6, 7]);
  assert.equal(sync.hear(delta(8)), "take");
});

test("a gap asks for a snapshot", () => {
  const sync = landed(5);
  assert.equal(sync.hear(delta(7)), "resync");
  assert.equal(sync.synced, false);
});

test("a gap among the buffered asks for the snapshot once more", () => {
  const sync = new Sync();
  sync.begin();
  sync.hear(delta(9));
  assert.equal(sync.land({ epoch: "1", o: 5 }), null);
});

test("another epoch is another history, even when offsets would follow", () => {
  assert.equal(landed(5).hear(delta(6, { epoch: "2" })), "resync");
});

test("last words of a collector that was replaced before the snapshot are dropped", () => {
  const sync = new Sync();
  sync.begin();
  sync.hear(delta(90, { epoch: "1" }));
  sync.hear(delta(1, { epoch: "2" }));
  assert.deepEqual(sync.land({ epoch: "2", o: 0 })?.map((one) => one.o), [1]);
});

test("what was seen is dropped; what reaches back behind it is taken, for rows come whole", () => {
  const sync = landed(5);
  assert.equal(sync.hear(delta(5)), "drop");
  assert.equal(sync.hear(delta(8, { prev: 3 })), "take");
  assert.equal(sync.hear(delta(9)), "take");
});

test("a pulse that names an offset beyond ours tells of a lost delta", () => {
  const sync = landed(5);
  assert.equal(sync.pulse({ pulse: 1, heard: 1, epoch: "1", o: 5 }), "take");
  assert.equal(sync.pulse({ pulse: 1, heard: 1, epoch: "1", o: 6 }), "resync");
});

test("a pulse of another epoch asks for a snapshot; while one is fetched no pulse does", () => {
  const sync = landed(5);
  assert.equal(sync.pulse({ pulse: 1, heard: 1, epoch: "2", o: 0 }), "resync");
  sync.begin();
  assert.equal(sync.pulse({ pulse: 1, heard: 1, epoch: "2", o: 9 }), "take");
});

test("the buffer is bounded: beyond it the snapshot is asked for again", () => {
  const sync = new Sync();
  sync.begin();
  for (let o = 1; o <= BUFFERED + 1; o += 1) sync.hear(delta(o));
  assert.equal(sync.land({ epoch: "1", o: 0 }), null);
  sync.begin();
  assert.deepEqual(sync.land({ epoch: "1", o: BUFFERED + 1 }), []);
});

test("reconnecting waits with full jitter, from 0.5 s doubling to 15 s", () => {
  const most = [0, 1, 2, 3, 4, 5, 6, 50].map((attempt) => backoff(attempt, () => 1));
  assert.deepEqual(most, [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  assert.equal(backoff(3, () => 0), 0);
});
