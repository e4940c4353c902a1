/**
 * What comes over the wire, version 1 (planes/live/wire.py, planes/structs/rows.py). Times are epoch seconds of the server's clock;
 * texts may hold time tokens (ages.js).
 *
 * @typedef {{ signal: string, now: string, should_be: string, state: string, source: string, at: number | null }} EvidenceRow
 * @typedef {{ name: string, host: string, leader: boolean, state: string, because: string, version: string,
 *   restarts: number | null }} InstanceRow
 * @typedef {{ kind: string, plane: string, state: string, because: string, since: number, last: string, line: string,
 *   evidence: EvidenceRow[], instances: InstanceRow[], facts: Record<string, string> }} ComponentRow
 * @typedef {{ state: string, because: string, since: number, last: string }} PlaneRow
 * @typedef {{ kind: string, message: string, remedy: string, since: number }} FaultRow
 * @typedef {{ server: string, version: string, distribution: string, zones: number, pods: number, clock_skew: number | null,
 *   heard_at: number | null, retry_at: number | null, fault: FaultRow | null, missing: FaultRow[], control: PlaneRow | null,
 *   data: PlaneRow | null }} ClusterRow
 * @typedef {{ key: string, kind: string, name: string, title: string, state: string, because: string, since: number,
 *   count: number, agents: Record<string, string>, names: string[] }} AttentionRow
 * @typedef {{ subject_kind: string, subject: string, agent: string, before: string, after: string, because: string, at: number,
 *   group: string, more?: number }} ChangeRow
 * @typedef {{ state: string, because: string, since: number, last: string, line: string, version: string,
 *   evidence: EvidenceRow[] }} AgentRow
 * @typedef {{ name: string, state: string, because: string, since: number, kubelet: AgentRow, kube_proxy: AgentRow,
 *   container_runtime: AgentRow, pods_used: number, pods_max: number | null, beat?: number | null }} NodeDetail
 *
 * @typedef {[at: number, requests: number | null, p99: number | null, error_ratio: number | null, inflight: number | null,
 *   etcd_requests: number | null, etcd_p99: number | null]} SampleValues
 * @typedef {(string | number | null)[]} NodeValues one node, in the order of the snapshot's columns
 * @typedef {{ v: number, epoch: string, o: number, at: number, now: number, slug: string, name: string, cluster: ClusterRow,
 *   components: ComponentRow[], columns: string[], nodes: Record<string, (string | number | null)[]>,
 *   attention: AttentionRow[], changes: ChangeRow[], series: SampleValues[] }} Snapshot
 * @typedef {{ cluster?: ClusterRow | null, components?: ComponentRow[], nodes?: NodeValues[], attention?: AttentionRow[] | null,
 *   changes?: ChangeRow[], samples?: SampleValues[] }} Update
 * @typedef {{ components?: string[], nodes?: string[] }} GoneRows
 * @typedef {{ o: number, prev: number, epoch: string, at: number, u: Update, x: GoneRows }} Delta
 * @typedef {{ pulse: number, heard: number | null, epoch: string, o: number }} Pulse
 * @typedef {{ beats: Record<string, number> }} Beats
 */

export {};
