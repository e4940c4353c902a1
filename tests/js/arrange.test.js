import assert from "node:assert/strict";
import { test } from "node:test";
import { groupsOf, groupTitle, sameOrder } from "../../static/js/arrange.js";
import { naturalKey } from "../../static/js/words.js";
import { Picture } from "../../static/js/store.js";
import { node, snapshot } from "./snapshots.js";

const picture = new Picture(
  snapshot([
    node("node-10", { zone: "b", pool: "x", type: "large", cpu: 0.2, created: 50, state: 1 }),
    node("node-2", { zone: "a", pool: "", type: "large", cpu: 0.9, created: 10, state: 2 }),
    node("Node-1", { zone: "b", pool: "x", type: "small", cpu: 0.4, created: 90, cp: 1 }),
    node("node-3", { zone: "a", pool: "y", type: "small", pods: 100, created: 30, state: 5 }),
  ]),
);

/** @param {import("../../static/js/arrange.js").Grouping} by @param {import("../../static/js/arrange.js").Sorting} [sort] */
const named = (by, sort) => groupsOf(picture, by, sort).map(({ key, rows }) => [key, ...rows.map((row) => picture.text("name", row))]);

test("names are in the order in which people count", () => {
  assert.ok(naturalKey("node-2") < naturalKey("Node-10"));
  assert.ok(naturalKey("ip-10-0-9-1") < naturalKey("ip-10-0-10-1"));
});

test("nodes stand by zone, pool, type, role, or all together; who says nothing comes last", () => {
  assert.deepEqual(named("zone"), [["a", "node-2", "node-3"], ["b", "Node-1", "node-10"]]);
  assert.deepEqual(named("pool"), [["x", "Node-1", "node-10"], ["y", "node-3"], ["", "node-2"]]);
  assert.deepEqual(named("type"), [["large", "node-2", "node-10"], ["small", "Node-1", "node-3"]]);
  assert.deepEqual(named("role"), [["control plane", "Node-1"], ["worker", "node-2", "node-3", "node-10"]]);
  assert.deepEqual(named("none"), [["", "Node-1", "node-2", "node-3", "node-10"]]);
});

test("sorted by state the worst come first, by load the fullest, by age the newest", () => {
  assert.deepEqual(named("none", "state"), [["", "node-2", "node-10", "node-3", "Node-1"]]);
  assert.deepEqual(named("none", "load"), [["", "node-3", "node-2", "Node-1", "node-10"]]);
  assert.deepEqual(named("none", "age"), [["", "Node-1", "node-10", "node-3", "node-2"]]);
});

test("a group without a name says what is missing", () => {
  assert.equal(groupTitle({ key: "", rows: [1] }, 2, "pool"), "no pool given");
  assert.equal(groupTitle({ key: "", rows: [1] }, 1, "none"), "all nodes");
});

test("the same order is known as the same", () => {
  assert.ok(sameOrder(groupsOf(picture, "zone"), groupsOf(picture, "zone")));
  assert.ok(!sameOrder(groupsOf(picture, "zone"), groupsOf(picture, "zone", "state")) || named("zone").toString() === named("zone", "state").toString());
  assert.ok(!sameOrder(groupsOf(picture, "none"), groupsOf(picture, "none", "state")));
});
