/** Small snapshots and deltas for the tests of the pure modules. */

/** @typedef {import("../../static/js/wire-types.js").Snapshot} Snapshot */
/** @typedef {import("../../static/js/wire-types.js").Delta} Delta */
/** @typedef {import("../../static/js/wire-types.js").Pulse} Pulse */
/** @typedef {import("../../static/js/wire-types.js").ComponentRow} ComponentRow */
/** @typedef {import("../../static/js/wire-types.js").NodeValues} NodeValues */

export const COLUMNS = [
  "name", "state", "kubelet", "proxy", "runtime", "because", "since", "zone", "pool", "type", "cp", "cordoned", "pods", "pods_max",
  "cpu", "mem", "version", "runtime_version", "created",
];

/** A healthy node; `changes` by column. @param {string} name @param {Record<string, string | number | null>} [changes] @returns {NodeValues} */
export function node(name, changes = {}) {
  /** @type {Record<string, string | number | null>} */
  const values = {
    name, state: 0, kubelet: 0, proxy: 0, runtime: 0, because: "", since: 0, zone: "a", pool: "", type: "", cp: 0, cordoned: 0,
    pods: 10, pods_max: 110, cpu: 0.5, mem: null, version: "v1.36.2", runtime_version: "containerd://2.1.4", created: 0, ...changes,
  };
  return /** @type {NodeValues} */ (/** @type {unknown} */ (COLUMNS.map((column) => values[column] ?? null)));
}

/** @param {string} kind @param {Partial<ComponentRow>} [changes] @returns {ComponentRow} */
export function component(kind, changes = {}) {
  return { kind, plane: "control", state: "healthy", because: "", since: 0, last: "", line: "", evidence: [], instances: [], facts: {}, ...changes };
}

/** @param {NodeValues[]} nodes @param {Partial<Snapshot>} [changes] @returns {Snapshot} */
export function snapshot(nodes, changes = {}) {
  return {
    v: 1, epoch: "1", o: 0, at: 100, now: 100, slug: "c", name: "c",
    cluster: {
      server: "", version: "", distribution: "", zones: 0, pods: 0, clock_skew: null, heard_at: 100, retry_at: null, fault: null,
      missing: [], control: null, data: null,
    },
    components: [], columns: COLUMNS,
    nodes: Object.fromEntries(COLUMNS.map((column, at) => [column, nodes.map((values) => values[at] ?? null)])),
    attention: [], changes: [], series: [], late: null, past: null, ...changes,
  };
}

/** @param {number} o @param {Partial<Delta>} [changes] @returns {Delta} */
export function delta(o, changes = {}) {
  return { type: "delta", o, prev: o - 1, epoch: "1", at: 100 + o, u: {}, x: {}, ...changes };
}

/** @param {number} o the last offset published @param {string} [epoch] @returns {Pulse} */
export function pulse(o, epoch = "1") {
  return { type: "pulse", pulse: 100 + o, heard: 100 + o, epoch, o };
}
