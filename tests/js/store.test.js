import assert from "node:assert/strict";
import { test } from "node:test";
import { CHANGES_KEPT, spanOf, subjects } from "../../static/js/changes.js";
import { railOf } from "../../static/js/scene/rail.js";
import { Picture } from "../../static/js/store.js";
import { COLUMNS, component, delta, node, snapshot } from "./snapshots.js";

/** @typedef {import("../../static/js/wire-types.js").NodeValues} NodeValues */
/** @typedef {import("../../static/js/wire-types.js").ChangeRow} ChangeRow */

/** All that a picture says, without the order of rows. @param {Picture} picture */
function said(picture) {
  const nodes = Object.fromEntries(
    [...picture.rows].map(([name, row]) => [name, COLUMNS.map((column) => picture.column(column)[row])]).sort(),
  );
  return {
    nodes, components: [...picture.components].sort(), cluster: picture.cluster, attention: picture.attention,
    changes: picture.changes, offset: picture.offset, at: picture.at,
    columns: COLUMNS.map((column) => picture.column(column).length),
  };
}

/** A small generator of numbers, so that a failure can be told again. @param {number} seed */
function chance(seed) {
  let state = seed;
  return (/** @type {number} */ below) => {
    state = (state * 16807) % 2147483647;
    return state % below;
  };
}

test("a snapshot and the deltas after it equal a fresh snapshot", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const pick = chance(seed);
    /** @type {Map<string, NodeValues>} */
    const world = new Map(Array.from({ length: pick(12) }, (_, at) => [`node-${at}`, node(`node-${at}`)]));
    /** @type {Map<string, ReturnType<typeof component>>} */
    const parts = new Map([["etcd", component("etcd")]]);
    /** @type {ChangeRow[]} */
    let changes = [];
    const picture = new Picture(snapshot([...world.values()], { components: [...parts.values()] }));
    for (let o = 1; o <= 40; o += 1) {
      const touched = [...new Set(Array.from({ length: pick(4) }, () => `node-${pick(14)}`))];
      const gone = [...world.keys()].filter((name) => !touched.includes(name) && pick(6) === 0);
      const nodes = touched.map((name) => node(name, { state: pick(6), zone: "abc"[pick(3)] ?? "", pods: pick(110), since: o }));
      for (const values of nodes) world.set(String(values[0]), values);
      for (const name of gone) world.delete(name);
      const part = component(["etcd", "kube-scheduler", "dns"][pick(3)] ?? "", { since: o });
      parts.set(part.kind, part);
      const goneParts = pick(5) === 0 && part.kind !== "dns" ? ["dns"] : [];
      for (const kind of goneParts) parts.delete(kind);
      /** @type {ChangeRow[]} */
      const told = touched.map((name) => ({ subject_kind: "Node", subject: name, agent: "", before: "unknown", after: "healthy", because: "", at: o, group: "", more: 0, more_from: null, about: "", led: null }));
      changes = [...[...told].reverse(), ...changes];
      picture.apply(delta(o, { u: { nodes, components: [part], changes: told }, x: { nodes: gone, components: goneParts } }));
    }
    const fresh = new Picture(
      snapshot([...world.values()], { o: 40, at: 140, components: [...parts.values()], changes: changes.slice(0, CHANGES_KEPT) }),
    );
    assert.deepEqual(said(picture), said(fresh), `seed ${seed}`);
  }
});

test("what a delta touched is told, so that nothing else is drawn", () => {
  const picture = new Picture(snapshot([node("a"), node("b"), node("c")]));
  const touched = picture.apply(delta(1, { u: { nodes: [node("b", { state: 2 })] } }));
  assert.deepEqual([...touched.rows], [1]);
  assert.equal(touched.places, false);
  assert.equal(touched.components || touched.cluster || touched.attention || touched.changes, false);
});

test("a node that comes, goes or changes its zone asks for a new layout", () => {
  const picture = new Picture(snapshot([node("a"), node("b")]));
  assert.equal(picture.apply(delta(1, { u: { nodes: [node("d")] } })).places, true);
  assert.equal(picture.apply(delta(2, { x: { nodes: ["a"] } })).places, true);
  assert.equal(picture.apply(delta(3, { u: { nodes: [node("b", { zone: "z" })] } })).places, true);
  assert.equal(picture.apply(delta(4, { x: { nodes: ["never"] } })).places, false);
  assert.deepEqual([...picture.rows.keys()].sort(), ["b", "d"]);
});

test("changes are kept newest first and not without end", () => {
  const picture = new Picture(snapshot([]));
  for (let o = 1; o <= CHANGES_KEPT + 5; o += 1) {
    /** @type {ChangeRow} */
    const change = { subject_kind: "Node", subject: `n${o}`, agent: "", before: "unknown", after: "down", because: "", at: o, group: "", more: 0, more_from: null, about: "", led: null };
    picture.apply(delta(o, { u: { changes: [change] } }));
  }
  assert.equal(picture.changes.length, CHANGES_KEPT);
  assert.equal(picture.changes[0]?.subject, `n${CHANGES_KEPT + 5}`);
});

test("components of a plane come in the order of the registry, others after them by name", () => {
  const rows = ["zeta", "kube-apiserver", "kube-scheduler", "alpha", "etcd"].map((kind) => component(kind));
  const picture = new Picture(snapshot([], { components: rows }));
  assert.deepEqual(picture.plane("control").map((row) => row.kind), ["kube-apiserver", "etcd", "kube-scheduler", "alpha", "zeta"]);
});

test("a thousand changes of one cause do not push out what else happened", () => {
  /** @param {string} subject @param {string} group @param {number} at @returns {ChangeRow} */
  const change = (subject, group, at) => ({ subject_kind: "Node", subject, agent: "kubelet", before: "healthy", after: "down", because: "", at, group, more: 0, more_from: null, about: "", led: null });
  const picture = new Picture(snapshot([], { changes: [{ ...change("node-1", "zone", 5), more: 3 }, change("etcd", "", 4)] }));
  const many = Array.from({ length: 1000 }, (_, at) => change(`node-${at + 10}`, "zone", 6));
  picture.apply(delta(1, { u: { changes: [...many, change("dns", "", 7)] } }));
  assert.equal(picture.changes[0]?.subject, "dns");
  assert.equal(picture.changes.at(-1)?.subject, "etcd");
  const zone = picture.changes.filter((one) => one.group === "zone");
  assert.equal(zone.length, 8);
  assert.equal(zone.reduce((sum, one) => sum + 1 + (one.more ?? 0), 0), 1004);
  assert.equal(subjects(zone), "node-1002, node-1003 and 1,002 more kubelet");
  assert.equal(subjects([change("node-9", "", 1), change("node-10", "", 1)]), "node-9 kubelet, node-10 kubelet");
  assert.equal(subjects(zone.map((one) => ({ ...one, more: 0, more_from: null, about: "", led: null }))), "8: node-1002 … node-1009 kubelet");
  assert.deepEqual(spanOf(zone), [5, 6], "of those that are only counted too");
});

test("two nodes that fell 50 s apart are one line with both times", () => {
  /** @param {string} subject @param {number} at @returns {ChangeRow} */
  const change = (subject, at) => ({ subject_kind: "Node", subject, agent: "kubelet", before: "healthy", after: "down", because: "", at, group: "g", more: 0, more_from: null, about: "", led: null });
  const [line] = railOf(new Picture(snapshot([], { changes: [change("b", 150), change("a", 100)] })), 1000, false).changes;
  assert.deepEqual([line?.from, line?.at, line?.who], [100, 150, "a kubelet, b kubelet"]);
  assert.deepEqual(spanOf([{ ...change("b", 150), more: 2, more_from: 90 }]), [90, 150]);
});
