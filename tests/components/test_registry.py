"""docs/signals.md cannot drift: every line of evidence that a rule emits is declared, every declared one is emitted, and the
document is what the declarations say."""

import dataclasses
from functools import cache
from pathlib import Path

import pytest

from planes.assess import rollup
from planes.assess.assessor import Assessor
from planes.components import (
    addons,
    container_runtime,
    etcd,
    konnectivity,
    kube_apiserver,
    kube_controller_manager,
    kube_proxy,
    kube_scheduler,
    kubelet,
    registry,
)
from planes.components.pod_kinds import new_cache
from planes.components.signals_reference import handbook
from planes.structs import rights, thresholds
from planes.structs.events import Fault, FaultKind
from planes.structs.observations import (
    AddonObservation,
    FeedSeen,
    IdentitySeen,
    LeaderObservation,
    NodeObservation,
    NodeScene,
    ProxyScene,
    ReachSeen,
)
from planes.structs.verdicts import State, Verdict
from planes.structs.workload_observations import ApiServiceSeen, EndpointSeen, EndpointsSeen, WorkloadSeen
from tests.components import making, telling
from tests.components.making import FORBIDDEN, NOW, REFUSED, THRESHOLDS, condition, failing, feed, health, lease, node, pod, scene
from tests.components.test_apiserver_processes import process
from tests.components.test_konnectivity import agents
from tests.replaying import events
from tests.timeline import Timeline

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "signals.md"
AWAY = ReachSeen(heard_at=NOW - 60, fault=REFUSED, failing_since=NOW - 50, tried_at=NOW - 1)
CLOUD = "cloud-controller-manager"
#: Thresholds of announcing, grouping and ourselves: no line of evidence is compared with them.
GENERAL = {"settle", "pause", "hold_recovery", "hold_flapping", "group_at"}


def recorded() -> set[tuple[str, str]]:
    """What the assessor says of the recordings of a real API server."""
    found: set[tuple[str, str]] = set()
    for name, until in (("healthy", 3.0), ("etcd-stopped", 12.0)):
        timeline = Timeline()
        timeline.run(events(name), until)
        for frame in timeline.frames:
            found |= {(row.kind, line.signal) for row in frame.components for line in row.evidence}
            for one in frame.nodes.values():
                agents = (("kubelet", one.kubelet), ("kube-proxy", one.kube_proxy), ("container-runtime", one.container_runtime))
                found |= {(agent, line.signal) for agent, row in agents for line in row.evidence}
    return found


def servers() -> list[Verdict]:
    """The API server, spoilt in each respect."""
    ends = EndpointsSeen(
        endpoints=(EndpointSeen(address="10.0.0.1", ready=True), EndpointSeen(address="10.0.0.2", ready=False)),
        since=NOW - 90,
        seen_at=NOW - 1,
    )
    identities = tuple(
        IdentitySeen(lease=lease(1.0, 3600.0, name=f"apiserver-{at}"), host=f"cp-{at}", address=f"10.0.0.{at}") for at in (1, 2, 3)
    )
    made = [
        making.apiserver(reach=AWAY),
        making.apiserver(livez=health("/livez", "ping"), readyz=health("/readyz", "informer-sync")),
        making.apiserver(identities=identities, endpoints=ends, pods=(pod("kube-apiserver-cp-1", "cp-1"),)),
        making.apiserver(pods_feed=failing(FORBIDDEN, NOW - 90, "pods/kube-system")),
        making.apiserver(processes=(process(100.0), process(200.0))),
    ]
    return [kube_apiserver.judge(one, NOW, THRESHOLDS).verdict for one in made]


def stores() -> list[Verdict]:
    bare = health("/livez", checks=(), status=200)
    without = health("/livez", checks=health().checks[:1])
    made = [
        making.etcd(reach=AWAY),
        making.etcd(livez=bare, readyz=bare),
        making.etcd(livez=without, readyz=without, check_seen_before=True),
        making.etcd(pods=()),
        making.etcd(livez=making.health("/livez", "etcd", lately=making.lately("x.x", "etcd")), others=making.several()),
    ]
    return [etcd.judge(one, NOW, THRESHOLDS).verdict for one in made]


def leaders(kind: str) -> list[Verdict]:
    works = feed("daemonsets") if kind == "kube-controller-manager" else None
    made: list[LeaderObservation] = [
        making.leader(kind, workloads=works),
        making.leader(kind, reach=AWAY),
        making.leader(kind, pods=(), workloads=works),
    ]
    judge = kube_scheduler.judge if kind == "kube-scheduler" else kube_controller_manager.judge
    return [judge(one, NOW, THRESHOLDS).verdict for one in made]


#: A detector's word of each agent.
BAD = {kind: condition("True") for kind in ("KernelDeadlock", "KUBEPROXYProblem", "ContainerRuntimeUnhealthy")}


def on_nodes() -> list[tuple[NodeObservation, NodeScene, bool]]:
    seen = node()
    unplugged = dataclasses.replace(seen, conditions={**seen.conditions, "NetworkUnavailable": condition("True", "no route")})
    away = scene(unreachable="The API server is away.", unreachable_since=NOW - 60)
    cilium = scene(proxy=ProxyScene(wanted=None, everywhere=False, replaced_by="Cilium", seen_before=False, pods_seen=False))
    return [
        (unplugged, scene(csi=feed("csinodes")), False),
        (node(41.0), scene(), True),
        (seen, away, False),
        (node(proxies=()), cilium, False),
        (dataclasses.replace(seen, conditions={**seen.conditions, **BAD}), scene(), False),
        (node(proxies=()), scene(proxy=ProxyScene(beside="Calico")), False),
    ]


def rolled(kind: str) -> list[Verdict]:
    zones = {"a": {State.HEALTHY: 2}, "b": {State.DOWN: 2}}
    whole = rollup.agents(kind, {State.HEALTHY: 2, State.DOWN: 2}, zones, {}, THRESHOLDS, NOW)
    empty = rollup.agents(kind, {}, {}, {}, THRESHOLDS, NOW)
    assessor = Assessor(new_cache())
    forbidden = assessor._components.without_nodes(kind, scene(nodes=failing(FORBIDDEN, NOW - 90, "nodes")), NOW)
    return [whole, empty, forbidden]


def added(kind: str) -> list[Verdict]:
    work = WorkloadSeen(kind="Deployment", namespace="kube-system", name=kind, app=kind, desired=1, ready=1, seen_at=NOW - 1)
    ends = EndpointsSeen(endpoints=(EndpointSeen(address="10.0.0.9", ready=True),), since=NOW - 90, seen_at=NOW - 1)
    api = (
        ApiServiceSeen(name="v1beta1.metrics.k8s.io", available=False, reason="MissingEndpoints", since=NOW - 9)
        if kind == "metrics-server"
        else None
    )
    one = AddonObservation(
        kind=kind,
        reach=making.REACHED,
        workloads=feed(),
        endpoints_feed=feed(),
        pods_feed=feed(),
        workload=work,
        endpoints=ends,
        pods=(pod(f"{kind}-1"),),
        api_service=api,
    )
    hidden = dataclasses.replace(one, workloads=failing(FORBIDDEN, NOW - 90, "deployments"))
    away = dataclasses.replace(one, reach=AWAY)
    unheard = dataclasses.replace(one, unheard="No node is heard.")
    return [addons.judge(made, NOW, THRESHOLDS, "DNS").verdict for made in (one, hidden, away, unheard)]


@cache
def emitted() -> frozenset[tuple[str, str]]:
    """(component, signal) of every line that a rule was seen to emit."""
    judged = {"kube-apiserver": servers(), "etcd": stores()}
    judged |= {kind: leaders(kind) for kind in ("kube-controller-manager", "kube-scheduler", CLOUD)}
    judged |= {kind: added(kind) for kind in ("dns", "metrics-server")}
    judged["konnectivity"] = [
        konnectivity.judge(one, NOW, THRESHOLDS).verdict for one in (agents(pod()), dataclasses.replace(agents(), reach=AWAY))
    ]
    judged |= {kind: rolled(kind) for kind in ("kubelet", "kube-proxy", "container-runtime")}
    for seen, common, silent in on_nodes():
        judged["kubelet"].append(kubelet.judge(seen, common, silent, NOW, THRESHOLDS))
        judged["kube-proxy"].append(kube_proxy.judge(seen, common, silent, NOW, THRESHOLDS))
        judged["container-runtime"].append(container_runtime.judge(seen, common, silent, NOW, THRESHOLDS))
    judged["kubelet"] += [telling.of_life(node(drained=True), silent=True), telling.of_life(node(created_at=NOW))]
    made = {(kind, line.signal) for kind, verdicts in judged.items() for one in verdicts for line in one.evidence}
    return frozenset(made | recorded())


def test_every_line_that_a_rule_emits_is_declared() -> None:
    assert sorted(one for one in emitted() if registry.find(*one) is None) == []


def test_no_declaration_is_dead() -> None:
    alive = {(kind, found.name) for kind, signal in emitted() if (found := registry.find(kind, signal)) is not None}
    assert sorted((kind, signal.name) for kind, signal in registry.declared() if (kind, signal.name) not in alive) == []


def test_names_of_signals_are_told_apart() -> None:
    for one in registry.KINDS:
        assert len({signal.name for signal in one.signals}) == len(one.signals)
    assert len({one.kind for one in registry.KINDS}) == len(registry.KINDS)
    assert registry.find("kube-apiserver", "identity of cp-1") is not None
    assert registry.find("kube-apiserver", "identity of ") is None
    assert registry.find("nobody", "lease") is None


def test_every_bound_is_explained_by_a_signal_and_every_named_one_exists() -> None:
    names = {one.name for one in thresholds.declared()}
    used = {name for _, signal in registry.declared() for name in signal.thresholds}
    assert used <= names
    assert names - used == GENERAL


def test_every_right_that_judging_uses_is_named_with_its_cost() -> None:
    named = {name for one in registry.KINDS for name in one.rights}
    known = {right.name for right in rights.RIGHTS}
    assert named <= known
    assert known - named == {"namespaces", "events", "metrics.k8s.io/nodes"}, "those that only show more"


def test_the_document_is_what_the_declarations_say() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == handbook(), "run manage.py signals --write"


@pytest.mark.parametrize("one", list(thresholds.declared()), ids=lambda one: str(one.name))
def test_the_document_holds_each_bound_with_its_default_and_unit(one: thresholds.Threshold) -> None:
    (row,) = [line for line in handbook().splitlines() if line.startswith(f"| `{one.name}` |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:3] == [f"{one.default:g}", one.unit]
    assert cells[6] == one.source


def test_a_forbidden_feed_and_an_unknown_one_are_told_by_declared_lines_too() -> None:
    gone = FeedSeen(
        name="nodes",
        listed_at=None,
        heard_at=None,
        fault=Fault(FaultKind.SERVER_ERROR, "500"),
        failing_since=NOW - 90,
        retry_at=NOW + 1,
    )
    for hidden in (failing(FORBIDDEN, NOW - 90), gone):
        common = scene(nodes=hidden, leases=hidden, pods=hidden)
        for kind, verdict in (
            ("kubelet", kubelet.judge(node(), common, False, NOW, THRESHOLDS)),
            ("kube-proxy", kube_proxy.judge(node(), common, False, NOW, THRESHOLDS)),
            ("container-runtime", container_runtime.judge(node(), common, False, NOW, THRESHOLDS)),
        ):
            assert all(registry.find(kind, line.signal) is not None for line in verdict.evidence)


def test_a_kind_has_one_name_and_one_that_is_not_declared_is_called_by_its_kind() -> None:
    assert [registry.title_of(kind) for kind in ("dns", "container-runtime", "of-a-newer-version")] == [
        "DNS",
        "container runtime",
        "of-a-newer-version",
    ]
