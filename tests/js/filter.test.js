import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { filterOf, Hits } from "../../static/js/filter.js";
import { Picture } from "../../static/js/store.js";
import { delta, node, snapshot } from "./snapshots.js";

/** Read by tests/dashboard/test_node_filter.py too.
 *  @type {{ nodes: ({ name: string } & Record<string, string | number>)[], cases: [string, string[]][] }} */
const SHARED = JSON.parse(readFileSync(new URL("filters.json", import.meta.url), "utf8"));
const picture = new Picture(snapshot(SHARED.nodes.map(({ name, ...changes }) => node(name, changes))));

/** @param {string} query @param {import("../../static/js/filter.js").Labelled} [labelled] */
function found(query, labelled) {
  const filter = filterOf(query, labelled);
  return picture.column("name").filter((_, row) => filter.test(picture, row));
}

const ALL = ["node-1", "node-2", "node-12", "gpu-1"];

for (const [query, names] of SHARED.cases) {
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
