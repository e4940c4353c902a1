"""What the browser tests' pictures are built of: nodes, components, a snapshot."""

import random

from msgspec.structs import replace

from planes.components.registry import FIGURES
from planes.live.wire import NODE_COLUMNS, STATE_CODES, VERSION, NodeValues, Snapshot, columnar
from planes.structs.moments import Epoch
from planes.structs.rows import (
    ClusterRow,
    ComponentRow,
    EvidenceRow,
    InstanceRow,
    OwnFiguresRow,
    PlaneRow,
)
from planes.structs.time_tokens import ago
from planes.structs.verdicts import State
from tests.browser.samples import series

Node = dict[str, str | int | float | None]


def nodes(count: int, now: float, *, zones: tuple[str, ...] = ("eu-1a", "eu-1b", "eu-1c"), control: int = 3) -> list[Node]:
    """Healthy nodes spread over zones; the first `control` are of the control plane."""
    chance = random.Random(7)
    return [
        {
            "name": f"node-{at}",
            "state": STATE_CODES["healthy"],
            "kubelet": STATE_CODES["healthy"],
            "proxy": STATE_CODES["healthy"],
            "runtime": STATE_CODES["healthy"],
            "because": "",
            "since": now - 86_400.0,
            "zone": zones[at * len(zones) // count],
            "pool": "control" if at < control else "workers",
            "type": "m6i.2xlarge",
            "cp": int(at < control),
            "cordoned": 0,
            "pods": chance.randint(6, 104),
            "pods_max": 110,
            "cpu": round(chance.uniform(0.2, 0.9), 3),
            "mem": round(chance.uniform(0.3, 0.9), 3),
            "version": "v1.36.2",
            "runtime_version": "containerd://2.1.4",
            "created": now - 8e6,
        }
        for at in range(count)
    ]


def ail(node: Node, state: str, because: str, since: float, **agents: str) -> None:
    """Make a node not healthy."""
    node.update(state=STATE_CODES[state], because=because, since=since)
    node.update({agent: STATE_CODES[one] for agent, one in agents.items()})
    if state == "cordoned":
        node["cordoned"] = 1


def values(node: Node) -> NodeValues:
    """A node in the order of the wire."""
    return tuple(node[column] for column in NODE_COLUMNS)  # type: ignore[return-value]  # built to the columns' types above


def own(kind: str, number: int, now: float) -> OwnFiguresRow | None:
    """An API server's own figures: as wide as they get of the first, not told of the third."""
    if kind != "kube-apiserver":
        return None
    if number == 2:
        return OwnFiguresRow(untold="No scrape has reached it yet.")
    widest = {"p99": "999 ms", "5xx": "100.0 %", "in flight": "1,234"}
    samples = tuple(
        (now - 30 * back, *({"p99": 0.03 + 0.01 * (back % 3)}.get(one.key) for one in FIGURES)) for back in reversed(range(20))
    )
    facts = {"p99": "38 ms", "5xx": "0.0 %", "in flight": "9"} if number else widest
    return OwnFiguresRow(facts=facts, at=Epoch(now - 12), samples=samples)


def component(
    kind: str, state: str, line: str, now: float, hosts: tuple[str, ...] = (), leader: int = -1, because: str = ""
) -> ComponentRow:
    """A component of the control plane with an instance on each of `hosts`."""
    return ComponentRow(
        kind=kind,
        plane="control",
        state=State(state),
        because=because or line,
        since=Epoch(now - 48),
        line=line,
        instances=tuple(
            InstanceRow(f"{kind}-{host}", host, at == leader, State.HEALTHY, "", "v1.36.2", 0, own(kind, at, now))
            for at, host in enumerate(hosts)
        ),
        evidence=(EvidenceRow("Lease", "renewed", "≤ 15 s", State(state), "watch", Epoch(now)),),
    )


FACTS = {
    "livez": "38/38",
    "readyz": "41/41",
    "etcd": "ok",
    "version": "v1.36.2",
    "certificate": "201 d",
    "requests/s": "1,284",
    "p99": "38 ms",
    "5xx": "0.0 %",
    "in flight": "23 / 600",
    "rejected/s": "0",
    "webhooks": "6 ok",
    "API services": "34 ok",
}
HOSTS = ("node-0", "node-1", "node-2")


def control_plane(now: float, hosts: tuple[str, ...] = HOSTS) -> list[ComponentRow]:
    """All is well."""
    api = component("kube-apiserver", "healthy", "livez and readyz pass", now, hosts)
    agents = [
        replace(component(kind, "healthy", "all of them", now), plane="data")
        for kind in ("kubelet", "kube-proxy", "container-runtime")
    ]
    return [
        component("etcd", "healthy", f"412 MiB stored · etcd checks pass on {len(hosts)} of {len(hosts)}", now, hosts),
        component(
            "kube-controller-manager",
            "healthy",
            f"lease renewed {ago(now - 1.2)} ago · 4 failovers",
            now,
            hosts,
            min(2, len(hosts) - 1),
        ),
        component("kube-scheduler", "healthy", f"lease renewed {ago(now - 0.9)} ago", now, hosts, 0),
        component("cloud-controller-manager", "not_observable", "not observable: run by the provider", now),
        replace(api, facts=FACTS),
        *agents,
        replace(component("dns", "healthy", "2 of 2 ready", now), plane="addon"),
        replace(component("metrics-server", "healthy", "1 of 1 ready", now), plane="addon"),
    ]


def snapshot(now: float, listed: list[Node], components: list[ComponentRow], **changes: object) -> Snapshot:
    """A snapshot of these, both planes healthy unless `changes` say otherwise."""
    base = Snapshot(
        v=VERSION,
        epoch="3",
        o=10,
        at=now,
        now=now,
        slug="prod-eu-1",
        name="prod-eu-1",
        cluster=ClusterRow(
            server="https://10.0.0.1:6443",
            version="v1.36.2",
            distribution="kubeadm",
            zones=len({node["zone"] for node in listed}),
            pods=sum(int(node["pods"] or 0) for node in listed),
            heard_at=Epoch(now),
            control=PlaneRow(State.HEALTHY, "", Epoch(now - 3600)),
            data=PlaneRow(State.HEALTHY, "", Epoch(now - 3600)),
        ),
        components=components,
        columns=NODE_COLUMNS,
        nodes=columnar(map(values, listed)),
        attention=[],
        changes=[],
        series=series(now) if components else [],
    )
    return replace(base, **changes)
