import assert from "node:assert/strict";
import { test } from "node:test";
import { Announcer } from "../../static/js/announce.js";
import { groupsOf, groupTitle } from "../../static/js/arrange.js";
import { groupSummary, notHealthy } from "../../static/js/groups.js";
import { Picture } from "../../static/js/store.js";
import { node, snapshot } from "./snapshots.js";

/** @param {ReturnType<typeof node>[]} nodes */
const picture = (nodes) => new Picture(snapshot(nodes));

test("nodes stand by zone in natural order, those without a zone last", () => {
  const shown = picture([node("n10", { zone: "b" }), node("n2", { zone: "b" }), node("n1", { zone: "a10" }), node("n3", { zone: "a9" }), node("x", { zone: "" })]);
  const groups = groupsOf(shown);
  assert.deepEqual(groups.map((group) => group.key), ["a9", "a10", "b", ""]);
  assert.deepEqual(groups[2]?.rows.map((row) => shown.text("name", row)), ["n2", "n10"]);
  assert.equal(groupTitle({ key: "", rows: [] }, 4), "no zone given");
  assert.equal(groupTitle({ key: "", rows: [] }, 1), "all nodes");
});

test("a group's means count only nodes that are measured, and nothing is said that was not", () => {
  const shown = picture([node("a", { cpu: 0.2, mem: null }), node("b", { cpu: 0.6, mem: null }), node("c", { cpu: null, mem: null })]);
  const [group] = groupsOf(shown);
  assert.ok(group);
  assert.equal(groupSummary(shown, group, 400, "eu-1a"), "3 nodes · cpu 40 %");
  assert.equal(groupSummary(shown, group, 200, "eu-1a"), "3 nodes");
  assert.equal(groupSummary(shown, group, 100, "eu-1a"), "3");
  assert.equal(groupSummary(shown, group, 260, "eu-1a"), "3 nodes · cpu 40 %");
  assert.equal(groupSummary(shown, group, 260, "eu-west-1a-storage"), "3 nodes");
});

test("what is not healthy is listed worst first, what is only hidden is not", () => {
  const shown = picture([node("a"), node("b", { state: 1 }), node("c", { state: 2 }), node("d", { state: 4 }), node("e", { state: 5 })]);
  assert.deepEqual(notHealthy(shown).map((row) => shown.text("name", row)), ["c", "b", "e"]);
});

/** @param {string} key @returns {import("../../static/js/wire-types.js").AttentionRow} */
const entry = (key) => ({ key, kind: "Node", name: key, title: `${key} · kubelet`, state: "down", because: "", since: 0, count: 1, agents: {}, names: [] });

test("what came and went is spoken once, gathered, and not too often", () => {
  /** @type {string[]} */
  const spoken = [];
  const announcer = new Announcer((text) => spoken.push(text));
  announcer.attend([entry("a")]);
  announcer.tick(0);
  assert.deepEqual(spoken, [], "what was there at first is in the page already");
  announcer.attend(["b", "c", "d", "e"].map(entry));
  announcer.tick(1);
  assert.deepEqual(spoken, ["Needs attention: b · kubelet; c · kubelet; d · kubelet; and 1 more. No longer: a · kubelet."]);
  announcer.attend([]);
  announcer.tick(4);
  assert.equal(spoken.length, 1);
  announcer.tick(10);
  assert.equal(spoken.length, 2);
});

test("late and live again are spoken at once, each once", () => {
  /** @type {string[]} */
  const spoken = [];
  const announcer = new Announcer((text) => spoken.push(text));
  announcer.late("");
  announcer.late("The picture is not live.");
  announcer.late("The picture is not live. Still.");
  announcer.late("");
  assert.deepEqual(spoken, ["The picture is not live.", "The picture is live again."]);
});
