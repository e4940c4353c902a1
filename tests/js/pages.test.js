import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../static/js/judged.js";
import { brief, why } from "../../static/js/pages/late.js";
import { Offsets, concerns } from "../../static/js/pages/relevance.js";
import { grid } from "../../static/js/wall/grid.js";
import { delta as deltaOf, node, pulse as pulseOf } from "./snapshots.js";

/** @typedef {import("../../static/js/freshness.js").Freshness} Freshness */
/** @typedef {import("../../static/js/wire-types.js").Delta} Delta */

/** @param {Partial<Delta>} with_ */
const delta = (with_) => deltaOf(2, with_);
/** @param {Partial<Freshness>} with_ @returns {Freshness} */
const late = (with_) => ({ kind: "late", age: 12, since: 1000, why: "collector", retry: null, ...with_ });

test("a card is live, silent or late by its own pulses", () => {
  assert.deepEqual(judge(100, 99, 101), { late: false, silent: false, words: "live", age: "" });
  assert.deepEqual(judge(100, 40, 101), { late: false, silent: true, words: "no answer for", age: "1 min 1 s" });
  assert.deepEqual(judge(90, 90, 101), { late: true, silent: false, words: "not seen for", age: "11 s" });
  assert.equal(judge(null, null, 101).words, "not seen yet");
  // By when its last pulse came, whatever that says; but who says that it has no collector is no sign of its life.
  assert.deepEqual(judge(150, 150, 101, 0, "", 90), { late: true, silent: false, words: "not seen for", age: "11 s" });
  assert.deepEqual(judge(40, 40, 101, 0, "no collector", 90), { late: true, silent: false, words: "no collector for", age: "1 min 1 s" });
  assert.equal(judge(100, null, 101).silent, true);
  assert.equal(judge(100, 40, 101, 0, "unauthenticated").words, "credentials refused for");
  assert.equal(judge(100, null, 101, 0, "unauthenticated").words, "credentials refused");
  assert.deepEqual(judge(90, 90, 101, 11), { late: true, silent: false, words: "clocks differ by", age: "11 s" });
});

test("a card is late after 5 s without a pulse and not before", () => {
  assert.equal(judge(100, 100, 105).late, false);
  assert.equal(judge(100, 100, 105.1).late, true);
  assert.deepEqual(judge(120, 120, 106, 20, "", 100), { late: true, silent: false, words: "not seen for", age: "6 s" }, "whatever its clock says");
  assert.equal(judge(120, 120, 105, 20, "", 100).words, "clocks differ by");
});

test("a component's page is renewed for its own rows, for the cluster, and for nothing else", () => {
  /** @type {import("../../static/js/wire-types.js").ComponentRow} */
  const row = { kind: "etcd", plane: "control", state: "down", because: "", since: 0, last: "", line: "", evidence: [], instances: [], facts: {} };
  assert.equal(concerns(delta({ u: { components: [row] } }), { component: "etcd" }), true);
  assert.equal(concerns(delta({ u: { components: [row] } }), { component: "kube-scheduler" }), false);
  assert.equal(concerns(delta({ x: { components: ["etcd"] } }), { component: "etcd" }), true);
  assert.equal(concerns(delta({ u: { nodes: [node("node-1")] } }), { component: "etcd" }), false);
  assert.equal(concerns(delta({ u: { nodes: [node("node-1")] } }), { component: "kubelet" }), true);
});

test("a node's page is renewed for that node alone", () => {
  assert.equal(concerns(delta({ u: { nodes: [node("node-1"), node("node-2")] } }), { node: "node-2" }), true);
  assert.equal(concerns(delta({ u: { nodes: [node("node-1")] } }), { node: "node-2" }), false);
  assert.equal(concerns(delta({ x: { nodes: ["node-2"] } }), { node: "node-2" }), true);
});

test("what was missed counts: a gap, a new epoch, a pulse that is ahead of what is shown", () => {
  const offsets = new Offsets();
  const pulse = (/** @type {number} */ o, epoch = "1") => offsets.pulse(pulseOf(o, epoch));
  offsets.shown("1", 4);
  assert.equal(pulse(4), false);
  assert.equal(pulse(5), true, "published before this page was followed");
  assert.equal(offsets.delta(delta({ o: 5, prev: 4 })), false);
  assert.equal(pulse(5), false, "it was heard, though it did not concern the page");
  assert.equal(offsets.delta(delta({ o: 8, prev: 7 })), true);
  assert.equal(offsets.delta(delta({ o: 7, prev: 6 })), false, "older than what was heard");
  assert.equal(offsets.delta(delta({ o: 1, prev: 0, epoch: "2" })), true);
  assert.equal(pulse(1, "2"), false);
  assert.equal(pulse(9), true, "another collector than that of what is shown, whichever is the newer");
  offsets.shown("2", 0);
  assert.equal(pulse(1, "2"), false, "the page was made before the last delta, which did not concern it");
  offsets.shown("1", 9);
  assert.equal(pulse(9), false, "a page is what the server shows now, also after it was set back");
});

test("each reason of lateness has its sentence, with what is tried next", () => {
  const about = { now: 1012, many: false };
  assert.match(why(late({}), about), /collector of this cluster has not reported since/);
  assert.match(why(late({}), { now: 1012, many: true }), /No cluster's collector/);
  assert.match(why(late({ why: "cluster" }), about), /API server has not answered since/);
  assert.match(why(late({ why: "cluster" }), { ...about, fault: "unauthenticated" }), /API server has refused Planewatch's credentials since/);
  assert.match(why(late({ why: "socket", retry: 1016 }), about), /Next attempt in 4 s\.$/);
  assert.doesNotMatch(why(late({ why: "socket", retry: 1010 }), about), /Next attempt/);
  assert.doesNotMatch(why(late({ why: "cluster", since: null }), about), /last picture/);
  assert.match(why(late({ why: "quiet" }), about), /^Nothing has been received since /);
  assert.match(why(late({}), { ...about, seen: false }), /since \S+\. Nothing of it has been seen yet\.$/);
  assert.match(why(late({ why: "signed out" }), about), /signed out/);
  assert.match(why(late({ why: "offline" }), about), /offline/);
  assert.match(why(late({ why: "gone" }), about), /no longer/);
});

test("the header says live with its age, or how old the picture is", () => {
  assert.equal(brief({ kind: "live", age: 0.3, since: 1, why: "", retry: null }), "live · 0.3 s ago");
  assert.equal(brief(late({ age: 134 })), "not live · 2 min 14 s old");
  assert.equal(brief(late({ since: null })), "not live");
  assert.equal(brief({ kind: "waiting", age: 0, since: null, why: "", retry: null }), "connecting …");
});

test("1 to 60 cards fit, and no other grid would make them larger", () => {
  for (const [width, height] of /** @type {const} */ ([[1872, 980], [1032, 1800], [3800, 2000]])) {
    for (let count = 1; count <= 60; count++) {
      const { columns, rows } = grid(count, width, height);
      assert.ok(columns * rows >= count);
      assert.ok((columns - 1) * rows < count || columns === 1, `${count}: a column stands empty`);
      const size = (/** @type {number} */ c) => Math.min(width / c, ((height / Math.ceil(count / c)) * 608) / 430);
      for (let other = 1; other <= count; other++) assert.ok(size(other) <= size(columns) + 0.1, `${count} in ${other}`);
    }
  }
  assert.deepEqual(grid(6, 1872, 980), { columns: 3, rows: 2 });
  assert.deepEqual(grid(0, 1872, 980), { columns: 1, rows: 1 });
});
