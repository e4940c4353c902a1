"""Generated control planes: from one API server to nine, with etcd inside, outside or hidden, in one process, managed, ill."""

from collections.abc import Callable

from msgspec.structs import replace

from planes.live.wire import Snapshot
from planes.structs.moments import Epoch
from planes.structs.rows import ComponentRow, PlaneRow
from planes.structs.time_tokens import ago
from planes.structs.verdicts import State
from tests.browser.building import component, control_plane, nodes, snapshot
from tests.browser.samples import series

Sky = Callable[[float], Snapshot]


def servers(count: int) -> Sky:
    """So many API servers, each with a member of etcd beside it."""

    def made(now: float) -> Snapshot:
        hosts = tuple(f"control-{at}" for at in range(count))
        return snapshot(now, nodes(12, now, control=count), control_plane(now, hosts))

    return made


def _swap(parts: list[ComponentRow], *rows: ComponentRow) -> list[ComponentRow]:
    by_kind = {row.kind: row for row in rows}
    return [by_kind.get(row.kind, row) for row in parts]


def external_etcd(now: float) -> Snapshot:
    """The members of etcd run outside the cluster: only the API server's checks tell of it."""
    parts = _swap(control_plane(now), component("etcd", "healthy", "412 MiB stored · etcd checks pass", now))
    return snapshot(now, nodes(12, now), parts)


def k3s(now: float) -> Snapshot:
    """One process runs the control plane, and elects no leaders."""
    hidden = tuple(
        component(
            kind,
            "not_observable",
            "",
            now,
            because="It runs inside the k3s process: no lease of it has been seen. Start the k3s servers with "
            "--kube-controller-manager-arg=leader-elect=true and --kube-scheduler-arg=leader-elect=true to see it by its lease.",
        )
        for kind in ("kube-controller-manager", "kube-scheduler")
    )
    parts = [row for row in control_plane(now, ("edge-1",)) if row.kind != "cloud-controller-manager"]
    parts = _swap(parts, component("etcd", "healthy", "etcd checks pass", now), *hidden)
    told = snapshot(now, nodes(3, now, zones=("",), control=1), parts)
    return replace(told, cluster=replace(told.cluster, distribution="k3s", version="v1.36.2+k3s1"))


def managed(now: float) -> Snapshot:
    """EKS: the leases of the elected are seen, their pods and etcd's members are not."""
    parts = control_plane(now, ())
    parts = _swap(
        parts,
        component("etcd", "healthy", "etcd checks pass", now),
        component("kube-controller-manager", "healthy", f"lease renewed {ago(now - 1.2)} ago", now, ("ip-172-16-87-12",), 0),
        component("kube-scheduler", "healthy", f"lease renewed {ago(now - 0.9)} ago", now, ("ip-172-16-87-12",), 0),
    )
    told = snapshot(now, nodes(12, now, control=0), parts)
    return replace(told, cluster=replace(told.cluster, distribution="EKS"))


def ill(now: float) -> Snapshot:
    """One API server of three is lost, etcd fails its check, and the controller manager has nobody who leads."""
    parts = control_plane(now)
    api = parts[4]
    lost = replace(api.instances[1], state="down", because=f"Its identity lease has not been renewed for {ago(now - 64)}.")
    api = replace(
        api,
        state="degraded",
        because="2 of 3 API servers work; lost: kube-apiserver-node-1. /readyz check etcd fails.",
        instances=(api.instances[0], lost, api.instances[2]),
        facts=api.facts | {"readyz": "40/41", "5xx": "2.4 %", "p99": "1,204 ms"},
    )
    etcd = component(
        "etcd",
        "down",
        "",
        now,
        ("node-0", "node-1", "node-2"),
        because=f"The API server's check of it has been failing for {ago(now - 40)}: context deadline exceeded. "
        "Nothing can be changed; cached objects can still be read, and pods keep running.",
    )
    etcd = replace(
        etcd,
        instances=(etcd.instances[0], replace(etcd.instances[1], state="degraded", because="CrashLoopBackOff."), etcd.instances[2]),
    )
    manager = component(
        "kube-controller-manager",
        "unknown",
        "",
        now,
        ("node-0", "node-1", "node-2"),
        because=f"Its lease cannot be judged while etcd is down. Last known: healthy, {ago(now - 44)} ago.",
    )
    manager = replace(
        manager,
        last="healthy",
        instances=tuple(replace(one, state="unknown", because="Last known: healthy.") for one in manager.instances),
    )
    parts = _swap(parts, api, etcd, manager)
    parts[-2] = replace(parts[-2], state="down", because="No ready DNS endpoint for 12 s.", line="no ready endpoint")
    told = snapshot(now, nodes(12, now), parts)
    return replace(told, cluster=replace(told.cluster, control=PlaneRow(State.DOWN, "etcd fails its check", Epoch(now - 40))))


def unheard(now: float) -> Snapshot:
    """The API server refuses connections: its instances are the last known, its figures untold, its charts end where they end."""
    parts = [
        replace(
            row,
            state="unknown",
            last="healthy",
            because=f"The API server refuses connections. Last known: healthy, {ago(now - 400)} ago.",
            instances=tuple(replace(one, state="unknown", because="Last known: healthy.") for one in row.instances),
        )
        for row in control_plane(now)
    ]
    parts[4] = replace(
        parts[4],
        state="down",
        because=f"It has refused connections for {ago(now - 400)}. Pods keep running; nothing can be read or changed.",
        facts={},
    )
    told = snapshot(now, nodes(12, now), parts, series=series(now - 400))
    planes = replace(told.cluster, control=PlaneRow(State.DOWN, "API server refuses connections", Epoch(now - 400)))
    return replace(told, cluster=planes)


def begun(count: int) -> Sky:
    """Watched since a moment ago: so many scrapes."""

    def made(now: float) -> Snapshot:
        return replace(servers(1)(now), series=series(now, count))

    return made


def gap(now: float) -> Snapshot:
    """For a quarter of an hour nothing was scraped."""
    return replace(servers(3)(now), series=[row for row in series(now) if not 900 < now - (row[0] or 0.0) < 1800])


SKIES: dict[str, Sky] = {
    "servers-1": servers(1),
    "servers-2": servers(2),
    "servers-3": servers(3),
    "servers-5": servers(5),
    "servers-9": servers(9),
    "servers-12": servers(12),
    "external-etcd": external_etcd,
    "k3s": k3s,
    "managed-eks": managed,
    "ill": ill,
    "unheard": unheard,
    "begun-1": begun(1),
    "begun-8": begun(8),
    "gap": gap,
}
