/** The kinds of components, what each is for in a few words, and the three agents of a node. */

/** @type {Record<string, string>} */
const ROLES = {
  "kube-apiserver": "the only door between the planes",
  etcd: "stores the state",
  "kube-controller-manager": "reconciles desired and actual",
  "kube-scheduler": "places pods on nodes",
  "cloud-controller-manager": "talks to the cloud",
  kubelet: "runs the pods of its node",
  "kube-proxy": "routes Services on its node",
  "container-runtime": "runs the containers",
  dns: "answers names inside the cluster",
  "metrics-server": "measures nodes and pods",
};

/** The agents of a node, each with its column on the wire and a name for where there is little room. */
export const AGENTS = /** @type {const} */ ([
  { kind: "kubelet", column: "kubelet", title: "kubelet", short: "kubelet" },
  { kind: "kube-proxy", column: "proxy", title: "kube-proxy", short: "proxy" },
  { kind: "container-runtime", column: "runtime", title: "container runtime", short: "runtime" },
]);

/** What a component is for; empty if we have no words for it. @param {string} kind */
export function roleOf(kind) {
  return ROLES[kind] ?? "";
}

/** A component's name as people write it. @param {string} kind */
export function titleOf(kind) {
  if (kind === "container-runtime") return "container runtime";
  return kind === "dns" ? "DNS" : kind;
}

/** Distributions whose control plane somebody else runs, as planes/components/distribution.py has them. */
const MANAGED = ["EKS", "GKE", "AKS"];
/** Distributions that run the whole control plane in one process. */
const ONE_PROCESS = ["k3s", "MicroShift"];

/** @param {string} distribution */
export function isManaged(distribution) {
  return MANAGED.includes(distribution);
}

/** The process that holds the control plane, where there is one; else empty. @param {string} distribution */
export function processOf(distribution) {
  return ONE_PROCESS.includes(distribution) ? distribution : "";
}
