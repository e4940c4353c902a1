/**
 * What comes over the wire. Made from the declarations in planes/live/wire.py and planes/structs/rows.py by
 * `manage.py wire_types --write`: change those, not this. Times are epoch seconds of the server's clock; texts may hold time
 * tokens (ages.js).
 *
 * @typedef {{ kind: string, message: string, remedy: string, since: number }} FaultRow
 * @typedef {"healthy" | "degraded" | "down" | "unknown" | "not_observable" | "cordoned" | "leaving" | "joining"} State
 * @typedef {{ state: State, because: string, since: number, last: string }} PlaneRow
 * @typedef {{ server: string, version: string, distribution: string, zones: number, pods: number, clock_skew: number | null,
 *   heard_at: number | null, retry_at: number | null, fault: FaultRow | null, missing: FaultRow[], control: PlaneRow | null,
 *   data: PlaneRow | null }} ClusterRow
 * @typedef {{ signal: string, now: string, should_be: string, state: State, source: string, at: number | null }} EvidenceRow
 * @typedef {[at: number, ...figures: (number | null)[]]} SampleRow
 * @typedef {{ facts: Record<string, string>, at: number | null, samples: SampleRow[], untold: string }} OwnFiguresRow
 * @typedef {{ name: string, host: string, leader: boolean, state: State, because: string, version: string,
 *   restarts: number | null, own: OwnFiguresRow | null }} InstanceRow
 * @typedef {{ kind: string, plane: string, state: State, because: string, since: number, last: string, line: string,
 *   evidence: EvidenceRow[], instances: InstanceRow[], facts: Record<string, string> }} ComponentRow
 * @typedef {[name: string, state: number, kubelet: number, proxy: number, runtime: number, because: string, since: number,
 *   zone: string, pool: string, type: string, cp: number, cordoned: number, pods: number, pods_max: number | null,
 *   cpu: number | null, mem: number | null, version: string, runtime_version: string, created: number | null]} NodeValues
 * @typedef {{ key: string, kind: string, name: string, title: string, state: State, because: string, since: number, count: number,
 *   agents: Record<string, string>, names: string[] }} AttentionRow
 * @typedef {{ subject_kind: string, subject: string, agent: string, before: State, after: State, because: string, at: number,
 *   group: string, more: number, more_from: number | null, about: string, led: number | null }} ChangeRow
 * @typedef {{ cluster?: ClusterRow | null, components?: ComponentRow[], nodes?: NodeValues[], attention?: AttentionRow[] | null,
 *   changes?: ChangeRow[], samples?: SampleRow[] }} Update
 * @typedef {{ components?: string[], nodes?: string[] }} GoneRows
 * @typedef {{ type: "delta", o: number, prev: number, epoch: string, at: number, u: Update, x: GoneRows }} Delta
 * @typedef {{ type: "pulse", pulse: number, heard: number | null, epoch: string, o: number }} Pulse
 * @typedef {{ type: "heartbeats", beats: Record<string, number> }} Heartbeats
 * @typedef {{ type: "keepalive", hb: number, app: string, trouble: string }} KeepAlive
 * @typedef {{ type: "resync", resync: boolean }} Resync
 * @typedef {{ type: "gone", gone: boolean }} Gone
 * @typedef {{ type: "wall_pulse", slug: string, pulse: Pulse }} WallPulse
 * @typedef {{ type: "wall_pulses", pulses: Record<string, Pulse> }} WallPulses
 * @typedef {{ type: "wall_changed", slug: string, changed: boolean }} WallChanged
 * @typedef {{ cause: string, because: string, since: number | null, brief: string, apart: number }} Lateness
 * @typedef {{ watched: boolean, previous: number | null, following: number | null, after: ChangeRow[] }} PastPicture
 * @typedef {{ v: number, epoch: string, o: number, at: number, now: number, slug: string, name: string, cluster: ClusterRow,
 *   components: ComponentRow[], columns: string[], nodes: Record<string, (string | number | null)[]>, attention: AttentionRow[],
 *   changes: ChangeRow[], series: SampleRow[], late: Lateness | null, past: PastPicture | null }} Snapshot
 * @typedef {{ state: State, because: string, since: number, last: string, line: string, version: string,
 *   evidence: EvidenceRow[] }} AgentRow
 * @typedef {{ type: string, status: string, reason: string, message: string, since: number | null,
 *   state: State | null }} ConditionRow
 * @typedef {{ key: string, effect: string, value: string, since: number | null }} TaintRow
 * @typedef {[namespace: string, name: string, phase: string, ready: number, containers: number, restarts: number, reason: string,
 *   created: number | null, owner: string]} PodRow
 * @typedef {{ type: string, reason: string, message: string, count: number, at: number | null }} EventRow
 * @typedef {{ name: string, uid: string, state: State, because: string, since: number, kubelet: AgentRow, kube_proxy: AgentRow,
 *   container_runtime: AgentRow, cordoned: boolean, control_plane: boolean, zone: string, pool: string, instance_type: string,
 *   roles: string[], created: number | null, pods_used: number, pods_max: number | null, cpu_used: number | null,
 *   cpu_max: number | null, memory_used: number | null, memory_max: number | null, labels: Record<string, string>,
 *   conditions: ConditionRow[], taints: TaintRow[], os_image: string, kernel: string, architecture: string, address: string,
 *   pods: PodRow[], events: EventRow[], traits: string[], leaving: string, leaving_since: number | null, beat: number | null,
 *   late: Lateness | null }} NodeReport
 * @typedef {Delta | Pulse | Heartbeats | KeepAlive | Resync | Gone | WallPulse | WallPulses | WallChanged} Message
 */

export {};
