import assert from "node:assert/strict";
import { test } from "node:test";
import { readView, writeView } from "../../static/js/viewstate.js";

const USUAL = { group: "zone", sort: "name", q: "", look: { z: 1, u: 0.5, v: 0.5 } };

test("an address without a query is the usual view, and the usual view writes none", () => {
  assert.deepEqual(readView(""), USUAL);
  assert.equal(writeView("", readView("")), "");
});

test("what is chosen is written and read again", () => {
  const query = writeView("", { group: "pool", sort: "state", q: "zone:b down", look: { z: 4.004, u: 0.31234, v: 1 } });
  assert.equal(query, "?group=pool&sort=state&q=zone:b+down&z=4,0.3123,1");
  assert.deepEqual(readView(query), { group: "pool", sort: "state", q: "zone:b down", look: { z: 4, u: 0.3123, v: 1 } });
});

test("what an address says wrongly is as if it did not", () => {
  for (const query of ["?group=x&sort=y", "?z=NaN", "?z=4,a,b", "?z=-3", "?z=1e99", "?z=,,"]) assert.deepEqual(readView(query), USUAL, query);
  assert.deepEqual(readView("?z=2,-5,7").look, { z: 2, u: 0, v: 1 });
  assert.equal(readView(`?q=${"x".repeat(900)}`).q.length, 200);
});

test("what is not ours stays in the address", () => {
  assert.equal(writeView("?at=15&q=old", { .../** @type {any} */ (USUAL), q: "new" }), "?at=15&q=new");
});
