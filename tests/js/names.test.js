import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { commonOf, isAddress, sharedDomain, shortened } from "../../static/js/names.js";

/** @param {string[]} names */
const shown = (...names) => names.map((name) => shortened(name, commonOf(names)));

test("an address is told from a name", () => {
  for (const address of ["172.20.0.1", "10.0.0.255", "fd00::1", "::1", "2001:db8::10.0.0.1", "FE80::A"]) assert.equal(isAddress(address), true, address);
  for (const name of ["ip-10-0-0-1", "10.0.0.1.nip.io", "node-1", "10.0.0", "face", "", "v1.20.8"]) assert.equal(isAddress(name), false, name);
});

test("an address is never cut at a dot, alone or among names", () => {
  assert.equal(sharedDomain(["172.20.0.1"]), "");
  assert.equal(sharedDomain(["172.20.0.1", "172.20.0.2"]), "");
  assert.equal(sharedDomain(["192.0.2.1.nip.io", "192.0.2.2.nip.io"]), ".nip.io");
  assert.equal(sharedDomain(["a.example.com", "192.0.2.1"]), "");
  assert.deepEqual(shown("10.184.1.5", "10.184.1.6"), [{ short: "10.184.1.5", front: true }, { short: "10.184.1.6", front: true }]);
});

test("a version in a name is no domain", () => {
  assert.equal(sharedDomain(["node-v1.27"]), "");
  assert.equal(sharedDomain(["node-1.27.prod.example"]), ".prod.example");
});

test("names lose their domains where they are told apart without them", () => {
  assert.deepEqual(shown("ip-1.eu.internal", "ip-2.us.internal").map(({ short }) => short), ["ip-1", "ip-2"]);
  assert.deepEqual(shown("a.eu.internal", "a.us.internal").map(({ short }) => short), ["a.eu.internal", "a.us.internal"]);
  assert.deepEqual(shown("only.example.com"), [{ short: "only", front: false }]);
});

test("the nodes of a pool of GKE (case 16) are cut at the front, and keep what tells them apart", () => {
  const file = new URL("../distros/cases/16-names-of-a-pool.json", import.meta.url);
  /** @type {{ objects: { nodes: { metadata: { name: string } }[] } }} */
  const said = JSON.parse(readFileSync(file, "utf8"));
  const names = said.objects.nodes.map((node) => node.metadata.name);
  assert.deepEqual(shown(...names), names.map((short) => ({ short, front: true })));
  assert.equal(new Set(names.map((name) => name.slice(-4))).size, names.length);
});

test("names that begin alike are cut at the front, and others at their end", () => {
  const names = ["gke-prod-pool-0b1c", "gke-prod-pool-1x8z", "aks-other", "a", "ab"];
  assert.deepEqual(shown(...names).map(({ front }) => front), [true, true, false, false, false]);
  assert.deepEqual(shown().length, 0);
});
