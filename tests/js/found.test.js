import assert from "node:assert/strict";
import { test } from "node:test";
import { besides, choicesOf } from "../../static/js/found.js";

/** @param {string} name @param {string} cluster */
const item = (name, cluster) => ({ cluster, cluster_name: cluster.toUpperCase(), name, about: "v1", address: `/c/${cluster}/nodes/${name}/` });

test("what was found keeps its order and says where it is, and what is only last known", () => {
  const answer = {
    groups: [
      { kind: "node", found: [item("a", "one"), item("b", "two")] },
      { kind: "cluster", found: [{ ...item("one", "one"), about: "" }] },
      { kind: "comet", found: [item("c", "one")] },
    ],
    clusters: [
      { cluster: "one", late: null },
      { cluster: "two", late: { cause: "collector" } },
    ],
    more: false,
  };
  assert.deepEqual(
    choicesOf(answer).map(({ group, name, about }) => `${group}: ${name} (${about})`),
    ["Nodes: a (ONE · v1)", "Nodes: b (TWO · v1 · as last known)", "Clusters: one ()", "comet: c (ONE · v1)"],
  );
});

test("on the pages of a cluster its nodes can be listed, and shown where there is a picture", () => {
  assert.deepEqual(besides("zone:b", "/", null), []);
  assert.deepEqual(besides("", "/c/prod/", () => undefined), []);
  assert.deepEqual(besides("zone:b", "/c/prod/nodes/x/", null).map(({ address }) => address), ["/c/prod/nodes/?q=zone%3Ab"]);
  let shown = 0;
  const [show, list] = besides("zone:b", "/c/prod/", () => shown++);
  show?.does?.();
  assert.equal(shown, 1);
  assert.equal(list?.address, "/c/prod/nodes/?q=zone%3Ab");
});
