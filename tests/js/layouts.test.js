import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { boxOf, plan } from "../../static/js/layout.js";
import { spread } from "./spread.js";

/**
 * The picture's layouts, kept as numbers in layouts.json: a change of them is a decision, seen in review.
 * `UPDATE_LAYOUTS=1 node --test tests/js/layouts.test.js` writes them anew.
 */

const FILE = new URL("layouts.json", import.meta.url);
const AREAS = { desk: { width: 1432, height: 494, unit: 1 }, wall: { width: 2980, height: 1110, unit: 1.75 }, phone: { width: 358, height: null, unit: 1 } };

/** @param {number} value */
const tenth = (value) => Math.round(value * 10) / 10;
/** @param {import("../../static/js/layout.js").Box} box */
const rectangle = ({ x, y, w, h }) => [x, y, w, h].map(tenth).join(" ");

/** @param {number} count @param {{ width: number, height: number | null, unit: number }} area */
function told(count, area) {
  const made = plan(spread(count, 3), area);
  const { level, w, h, gap } = made;
  return {
    level,
    height: tenth(made.height),
    node: `${tenth(w)} × ${tenth(h)}, ${tenth(gap)} apart`,
    zones: made.zones.map((zone) => ({
      key: zone.key,
      box: rectangle(zone),
      nodes: `${zone.rows.length} in lines of ${zone.columns}`,
      first: rectangle(boxOf(made, zone, 0)),
      last: rectangle(boxOf(made, zone, zone.rows.length - 1)),
    })),
  };
}

const layouts = Object.fromEntries(
  Object.entries(AREAS).flatMap(([name, area]) => [1, 3, 30, 120, 1000, 5000].map((count) => [`${count} nodes, ${name}`, told(count, area)])),
);
if (process.env["UPDATE_LAYOUTS"]) writeFileSync(FILE, `${JSON.stringify(layouts, null, 1)}\n`);
/** @type {typeof layouts} */
const kept = JSON.parse(readFileSync(FILE, "utf8"));

for (const [name, layout] of Object.entries(layouts)) test(`${name}: everything lies where it lay`, () => assert.deepEqual(layout, kept[name]));

test("every layout that is kept is one that is made", () => assert.deepEqual(Object.keys(kept), Object.keys(layouts)));
