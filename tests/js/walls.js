/** Walls for the tests of the pure modules: clusters in every condition, with names and reasons as long as real ones. */

/** @typedef {import("../../static/js/board/told.js").Cluster} Cluster */
/** @typedef {import("../../static/js/board/told.js").Plane} Plane */
/** @typedef {import("../../static/js/board/frame.js").Around} Around */

export const NOW = 1_795_448_530;
const DAY = 86_400;
export const NAMES = [
  "prod-eu-1", "ci", "staging", "gke_my-project_europe-west1-b_shop",
  "arn:aws:eks:eu-central-1:123456789012:cluster/payments-production", "kubernetes-admin@a.rather.long.name.of.a.cluster.example.org",
];
/** @typedef {"healthy" | "down" | "degraded" | "late" | "silent" | "hidden"} Kind */

/** @param {string} state @param {string} [because] @param {string} [last] @param {string[]} [brief] @returns {Plane} */
export function plane(state, because = "", last = "", brief = /** @type {string[]} */ ([])) {
  const was = last ? `unknown (was ${last})` : "unknown";
  const headline = state === "unknown" ? was : because.replace(/\.$/, "") || state.replace("_", " ");
  return { state, because, last, since: NOW - 400, headline, brief };
}

/** @param {number} at @param {Kind} [kind] @returns {Cluster} */
export function cluster(at, kind = "healthy") {
  /** @type {Cluster} */
  const made = {
    card: {
      slug: `c${at}`, name: NAMES[at] ?? `cluster-${at}`, control: plane("healthy"), data: plane("healthy"), nodes: 1200, nodes_healthy: 1200,
      foot: "1,200 nodes · 34,120 pods · 3 zones · v1.36.2 · kubeadm", fault: null, trouble: [], more: 0,
    },
    pulse: NOW - 0.4, heard: NOW - 1, apart: 0, sky: [[NOW - DAY, "healthy"]], ground: [[NOW - DAY, "healthy"]],
    calm: NOW - 12.5 * DAY, open: false, watched: NOW - 30 * DAY, acknowledged: "",
  };
  const { card } = made;
  if (kind === "down") {
    card.control = plane("degraded", "kube-scheduler is degraded: its leader renews its lease late.", "", ["kube-scheduler", "scheduler"]);
    card.data = plane("down", `33 of 1,200 nodes are down: no heartbeat for ⟨a:${NOW - 100}⟩ of a 40 s lease.`, "", ["33 of 1,200 nodes", "33 nodes"]);
    card.nodes_healthy = 1167;
    card.trouble = [
      { title: "node-057", state: "down", because: `No heartbeat for ⟨a:${NOW - 100}⟩ of a 40 s lease.`, since: NOW - 100 },
      { title: "kube-scheduler", state: "degraded", because: "Its leader renews its lease late: 12 s instead of 2 s.", since: NOW - 90 },
    ];
    card.more = 31;
    made.open = true;
    made.ground = [[NOW - DAY, "healthy"], [NOW - 4000, ""], [NOW - 3000, "healthy"], [NOW - 100, "down"]];
  }
  if (kind === "degraded") card.control = plane("degraded", "etcd is not answering one of three members.", "", ["kube-controller-manager and 1 more", "controller-manager +1", "2 components"]);
  if (kind === "late") made.pulse = NOW - 250_000;
  if (kind === "silent") {
    made.heard = NOW - 240;
    card.control = plane("unknown", "The API server has not answered.", "healthy");
    card.data = plane("unknown", "The API server has not answered.", "healthy");
    card.fault = { kind: "timeout", message: "The API server does not answer.", remedy: "" };
  }
  if (kind === "hidden") card.control = { ...plane("not_observable"), because: "It is run by the provider." };
  return made;
}

/** @param {number} count @param {readonly Kind[]} kinds one after the other, and round again
 *  @returns {import("../../static/js/board/board.js").Scene} */
export function wall(count, kinds) {
  return { at: NOW, changes: [], clusters: Array.from({ length: count }, (_, at) => cluster(at, kinds[at % kinds.length])) };
}

/** @param {Partial<Around>} [changes] @returns {Around} */
export function around(changes = {}) {
  return {
    clock: "15:42:10", zone: "CET", name: "Platform team", place: "floor 3", message: "", next: "next: prod-eu-1 in 12 s", old: "", why: "",
    ...changes,
  };
}
