"""Two pictures beside each other: what differs, what is the same, and what is not known of one of them."""

from collections import Counter

import pytest
from msgspec.structs import replace

from planes.assess.compare import Fact, Node, Outcome, Pair, Part, Picture, facts, node_facts, of_past, pairs
from planes.assess.past import Past
from planes.live.wire import NodeCells
from planes.structs.moments import Epoch
from planes.structs.rows import ClusterRow, ComponentRow, InstanceRow, PlaneRow
from planes.structs.verdicts import State

AT = Epoch(1_780_000_000.0)


def node(name: str, state: str = "healthy", version: str = "v1.36.2") -> NodeCells:
    place = (name, state, state, "healthy", "healthy", "" if state == "healthy" else "It is silent.", AT, "a", "", "")
    return NodeCells(*place, False, False, 3, 110, None, None, version, "containerd://2.1.4", AT)


def picture(*nodes: NodeCells, past: bool = False, version: str = "v1.36.2", scheduler: State = State.HEALTHY) -> Picture:
    plane = PlaneRow(State.HEALTHY, "", AT)
    instances = (InstanceRow("a", version=version), InstanceRow("b", version=version))
    components = [ComponentRow("kube-scheduler", "control", scheduler, "because", AT, instances=instances)]
    cluster = ClusterRow(version=version, distribution="kubeadm", zones=1, pods=7, control=plane, data=plane)
    if past:
        return of_past(Past(cluster, components, list(nodes), []))
    counts = Counter(Node(one.state, one.version, one.runtime_version, one.control_plane) for one in nodes)
    return Picture(cluster, tuple(components), 0, counts, [(one.name, one.state, one.because) for one in nodes])


def told(a: Picture, b: Picture) -> dict[str, Pair]:
    """By key; the state of a component as "is" and its kind."""
    found = pairs(facts(a), facts(b))
    return {f"is {one.key}" if one.part is Part.COMPONENTS else one.key: one for one in found}


def shown(one: Pair) -> tuple[str, str, Outcome]:
    return (one.a.value if one.a else "", one.b.value if one.b else "", one.outcome)


def test_what_differs_is_told_apart_from_what_is_the_same() -> None:
    found = told(picture(node("a"), node("b", "down")), picture(node("x"), version="v1.35.1", scheduler=State.DOWN))
    assert shown(found["server"]) == ("v1.36.2", "v1.35.1", Outcome.DIFFERS)
    assert shown(found["kube-scheduler"]) == ("v1.36.2", "v1.35.1", Outcome.DIFFERS)
    assert shown(found["is kube-scheduler"]) == ("healthy", "down", Outcome.DIFFERS)
    assert shown(found["count"]) == ("2", "1", Outcome.DIFFERS)
    assert shown(found["down"]) == ("1", "0", Outcome.DIFFERS)
    assert shown(found["control"]) == ("healthy", "healthy", Outcome.SAME)
    assert shown(found["kubelet"]) == ("v1.36.2", "v1.36.2", Outcome.SAME), "how many there are is told of nodes"
    assert "leaving" not in found, "what is zero in both is no line"


def test_versions_are_listed_the_newest_first_with_how_many_of_each() -> None:
    found = told(picture(node("a", version="v1.9.1"), node("b", version="v1.10.0"), node("c", version="v1.10.0")), picture())
    one = found["kubelet"].a
    assert one is not None
    assert (one.value, one.because) == ("v1.10.0, v1.9.1", "2 × v1.10.0, 1 × v1.9.1")


@pytest.mark.parametrize("key", ["server", "distribution", "zones", "pods", "control-plane", "is kube-scheduler/instances"])
def test_what_is_not_kept_of_the_past_is_never_taken_from_the_present(key: str) -> None:
    one = told(picture(node("a"), past=True), picture(node("a")))[key]
    assert (one.outcome, one.a and one.a.value) == (Outcome.UNTOLD, "not kept")


UNKEPT = {"server", "distribution", "kubelet", "container-runtime", "control-plane", "zones", "pods", "kube-scheduler"}


@pytest.mark.parametrize("past", [True, False])
def test_of_the_past_nothing_is_known_but_states_and_how_many_are_in_each(past: bool) -> None:
    unknown = {one.key for one in facts(picture(node("a"), past=past)) if not one.known}
    assert unknown == ({*UNKEPT, "kube-scheduler/instances"} if past else set())


@pytest.mark.parametrize("past", [True, False])
def test_of_what_nobody_vouches_for_nothing_is_known(past: bool) -> None:
    shown = picture(node("a"), past=past)
    told = [*facts(shown, blind=True), *node_facts(shown, blind=True)]
    assert not [one.key for one in told if one.known]
    assert {one.state for one in told} == {"", "unknown"}
    unkept = {one.key for one in told if one.value == "not kept"}
    assert unkept == ({*UNKEPT, "kube-scheduler/instances"} if past else set())
    assert {one.value for one in told if one.key not in unkept} == {"unknown, as nobody vouches for it"}


def test_what_is_known_of_the_present_is_told() -> None:
    nodes = [node("a"), node("b")._replace(control_plane=True, runtime_version="cri-o://1.33.0")]
    told = {(one.part, one.key): (one.value, one.because) for one in facts(replace(picture(*nodes), attention=1_200))}
    assert told[Part.VERDICTS, "attention"] == ("1,200", "")
    assert told[Part.VERSIONS, "kubelet"] == ("v1.36.2", ""), "of one version it is not said how many there are"
    assert told[Part.VERSIONS, "container-runtime"] == (
        "containerd://2.1.4, cri-o://1.33.0",
        "1 × containerd://2.1.4, 1 × cri-o://1.33.0",
    )
    counts = [told[Part.NODES, key][0] for key in ("count", "healthy", "down", "control-plane", "zones", "pods")]
    assert counts == ["2", "2", "0", "1", "1", "7"]
    assert told[Part.COMPONENTS, "kube-scheduler/instances"] == ("2", "")


def test_what_a_cluster_does_not_tell_is_not_known() -> None:
    shown = replace(picture(node("a", version="")), cluster=ClusterRow())
    told = {(one.part, one.key): (one.value, one.state, one.known) for one in facts(shown)}
    assert [told[Part.VERSIONS, key] for key in ("server", "kubelet")] == [("not known", "", False)] * 2
    assert [told[Part.VERDICTS, key] for key in ("control", "data")] == [("unknown", "unknown", True)] * 2


def test_states_of_the_past_are_compared() -> None:
    found = told(picture(node("a", "down"), past=True), picture(node("a")))
    assert shown(found["down"]) == ("1", "0", Outcome.DIFFERS)
    assert shown(found["data"])[2] is Outcome.SAME


def test_what_nobody_vouches_for_is_the_same_as_nothing() -> None:
    found = pairs(facts(picture(node("a"))), facts(picture(node("a")), blind=True))
    assert {one.outcome for one in found} == {Outcome.UNTOLD}


@pytest.mark.parametrize(
    ("a", "b", "outcome"),
    [
        ("healthy", "healthy", Outcome.SAME),
        ("healthy", "down", Outcome.DIFFERS),
        ("healthy", "unknown", Outcome.DIFFERS),
        ("unknown", "unknown", Outcome.UNTOLD),  # unknown is no state that two could share
    ],
)
def test_unknown_is_like_nothing_else(a: str, b: str, outcome: Outcome) -> None:
    one, other = (Fact(Part.NODE, "n", "n", state, state) for state in (a, b))
    assert [pair.outcome for pair in pairs([one], [other])] == [outcome]


def test_nodes_of_one_cluster_are_compared_by_name_and_one_that_is_gone_differs() -> None:
    found = {
        one.key: one
        for one in pairs(node_facts(picture(node("a"), node("b", "cordoned"))), node_facts(picture(node("a"), node("c"))))
    }
    assert [(key, one.outcome.value) for key, one in found.items()] == [("a", "same"), ("b", "differs"), ("c", "differs")]
    assert (found["b"].b, found["c"].a, shown(found["b"])[0]) == (None, None, "cordoned")


def test_parts_come_in_their_order() -> None:
    made = pairs([*node_facts(picture(node("a"))), *facts(picture(node("a")))], [])
    assert [one.part for one in made] == sorted((one.part for one in made), key=list(Part).index)
