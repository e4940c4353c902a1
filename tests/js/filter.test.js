import assert from "node:assert/strict";
import { test } from "node:test";
import { filterOf, Hits } from "../../static/js/filter.js";
import { Picture } from "../../static/js/store.js";
import { delta, node, snapshot } from "./snapshots.js";

const picture = new Picture(
  snapshot([
    node("node-1", { zone: "eu-1a", pool: "control", cp: 1 }),
    node("node-2", { zone: "eu-1b", pool: "workers", state: 2, runtime: 2, type: "m6i.2xlarge" }),
    node("node-12", { zone: "eu-1b", pool: "workers", state: 5, cordoned: 1, version: "v1.35.0" }),
    node("gpu-1", { zone: "", pool: "gpu", state: 4, runtime_version: "cri-o://1.33" }),
  ]),
);

/** @param {string} query @param {import("../../static/js/filter.js").Labelled} [labelled] */
function found(query, labelled) {
  const filter = filterOf(query, labelled);
  return picture.column("name").filter((_, row) => filter.test(picture, row));
}

const ALL = ["node-1", "node-2", "node-12", "gpu-1"];

for (const [query, names] of /** @type {[string, string[]][]} */ ([
  ["", ALL],
  ["  ", ALL],
  ["node-1", ["node-1", "node-12"]],
  ["NODE-2", ["node-2"]],
  ["eu-1b", ["node-2", "node-12"]],
  ["eu-1b v1.35", ["node-12"]],
  ["zone:b", ["node-2", "node-12"]],
  ["zone:", ALL],
  ["pool:gpu", ["gpu-1"]],
  ["pool:node", []],
  ["type:m6i", ["node-2"]],
  ["cri-o", ["gpu-1"]],
  ["runtime:cri-o", ["gpu-1"]],
  ["runtime:down", ["node-2"]],
  ["healthy", ["node-1"]],
  ["state:down", ["node-2"]],
  ["not-observable", ["gpu-1"]],
  ["not-healthy", ["node-2", "node-12"]],
  ["-eu-1b", ["node-1", "gpu-1"]],
  ["-", ALL],
  ["control-plane", ["node-1"]],
  ["role:worker", ["node-2", "node-12", "gpu-1"]],
  ["cordoned", ["node-12"]],
  ["label:team=a", []],
])) {
  test(`"${query}" means ${names.length === ALL.length ? "all" : names.join(", ") || "none"}`, () => assert.deepEqual(found(query), names));
}

test("labels are what the server has answered", () => {
  assert.deepEqual(filterOf("label:team=a -label:x").labels, ["team=a", "x"]);
  assert.deepEqual(found("label:team=a", new Map([["team=a", new Set(["gpu-1"])]])), ["gpu-1"]);
});

test("hits follow the rows that change", () => {
  const own = new Picture(snapshot([node("a"), node("b"), node("c")]));
  const hits = new Hits();
  hits.all(own, filterOf("down"));
  assert.equal(hits.count, 0);
  const touched = own.apply(delta(1, { u: { nodes: [node("b", { state: 2 })] } }));
  assert.equal(hits.some(own, touched.rows), true);
  assert.deepEqual([hits.count, hits.total, hits.has(0), hits.has(1)], [1, 3, false, true]);
  assert.equal(hits.some(own, touched.rows), false, "the same again is no change");
});

test("without a filter every row is meant, also one that has just come", () => {
  const hits = new Hits();
  hits.all(picture, filterOf(""));
  assert.equal(hits.count, 4);
  assert.ok(hits.has(99));
});
