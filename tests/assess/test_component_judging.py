"""Components judged over time: when, what is sent of roll-ups of which nothing is new, and which of their changes are told."""

import pytest

from planes.components.registry import AGENT_KINDS
from planes.structs.events import Check, Failed, Fault, FaultKind, Health, Heard, Listed
from planes.structs.feeds import Feed
from planes.structs.observations import NodeScene
from planes.structs.rows import ComponentRow, Frame
from planes.structs.verdicts import Evidence, State
from tests.assess.test_assessor import FORBIDDEN, REFUSED, Cluster, changes, node
from tests.assess.test_calm import Counted
from tests.assess.test_nodes_judged import begun
from tests.assess.test_nodes_told import forbidden
from tests.components.making import BROKEN, NOW, feed, scene


def rows(frames: list[Frame], *kinds: str) -> list[ComponentRow]:
    return [one for frame in frames for one in frame.components if one.kind in kinds]


def refused(cluster: Cluster, seconds: int) -> list[Frame]:
    """So long, the API server refuses connections."""
    first = len(cluster.frames)
    for _ in range(seconds):
        at = cluster.now + 0.5
        cluster.apply(Health("/livez", at, 0.0, fault=REFUSED), *(Failed(feed, REFUSED, at, at + 1) for feed in Feed))
        cluster.run(1)
    return cluster.frames[first:]


# --- when -----------------------------------------------------------------------------------------------------------------------


def test_a_bound_that_passes_judges_them_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease of 15 s that was renewed at 0.0 is frozen after 20 s."""
    cluster = Counted(monkeypatch)
    judged: list[float] = []
    while cluster.now < 1021.0:
        proofs = [Heard(feed, cluster.now + 0.25) for feed in (Feed.SYSTEM_LEASES, Feed.NODE_LEASES)]
        if cluster.tick(*(proofs if (cluster.now + 0.25) % 5 == 4.5 else ())):
            judged.append(cluster.now - 1000.0)
    assert judged[-2:] == [19.5, 20.25], "not a second after the look before, but as soon as the bound has passed"


# --- roll-ups -------------------------------------------------------------------------------------------------------------------


def test_a_roll_up_of_which_nothing_is_new_is_not_sent_again() -> None:
    cluster = begun()
    assert rows(cluster.run(30), *AGENT_KINDS) == []


def test_a_roll_up_says_why_nothing_is_known_though_no_more_nodes_are_unknown_than_before() -> None:
    cluster = begun()
    cluster.silent = set(cluster.names)
    cluster.run(45)
    before = rows(cluster.frames, "kubelet")[-1]
    assert (before.state, "refuses" in before.because) == ("unknown", False)
    cluster.mute |= {"probes", "leaders"}
    after = rows(refused(cluster, 8), "kubelet")[-1]
    assert (after.state, "refuses connections" in after.because) == ("unknown", True)


# --- what is told ---------------------------------------------------------------------------------------------------------------


def of_components(frames: list[Frame]) -> list[tuple[str, str, str]]:
    told = [one for frame in frames for one in frame.changes if one.subject_kind == "Component"]
    return [(one.subject, one.before, one.after) for one in told if one.subject in AGENT_KINDS]


def test_a_right_that_is_taken_away_from_all_nodes_and_given_back_is_told_of_the_whole() -> None:
    cluster = begun()
    first = len(cluster.frames)
    forbidden(cluster, 25)
    assert ("container-runtime", "healthy", "not_observable") in of_components(cluster.frames[first:])
    second = len(cluster.frames)
    cluster.apply(Listed(Feed.NODES, [node(name) for name in cluster.names], "", cluster.now))
    cluster.run(25)
    assert ("container-runtime", "not_observable", "healthy") in of_components(cluster.frames[second:])


def test_what_becomes_of_a_right_while_nothing_is_known_is_no_change_of_the_whole() -> None:
    cluster = begun()
    cluster.mute |= {"probes", "leaders"}
    cluster.silent = set(cluster.names)
    refused(cluster, 10)
    first = len(cluster.frames)
    cluster.mute = set()
    cluster.apply(*cluster.probes())
    cluster.apply(*(Failed(feed, FORBIDDEN, cluster.now, cluster.now + 60) for feed in (Feed.NODES, Feed.NODE_LEASES)))
    cluster.run(25)
    assert cluster.state("kubelet")[0] == "not_observable"
    assert of_components(cluster.frames[first:]) == []


def test_an_outage_is_told_of_the_api_server_and_of_no_component_behind_it_and_neither_is_its_end() -> None:
    cluster = begun()
    cluster.mute |= {"probes", "leaders"}
    cluster.silent = set(cluster.names)
    told = changes(refused(cluster, 10))
    cluster.mute, cluster.silent = set(), set()
    cluster.now += 1.0
    cluster.begin()
    told += changes(cluster.run(15))
    assert told == [("kube-apiserver", "", "healthy", "down"), ("kube-apiserver", "", "down", "healthy")]


def test_what_is_worse_after_an_outage_is_told_from_what_was_known_before_it() -> None:
    cluster = begun()
    cluster.mute |= {"probes", "leaders"}
    cluster.silent = set(cluster.names)
    refused(cluster, 10)
    first = len(cluster.frames)
    for _ in range(8):
        failing = (Check("ping", True), Check("etcd", False))
        cluster.apply(*(Health(path, cluster.now + 0.5, 0.01, 500, failing) for path in ("/livez", "/readyz")))
        cluster.run(1)
    assert [one for one in changes(cluster.frames[first:]) if one[0] == "etcd"] == [("etcd", "", "healthy", "down")]


def test_a_right_that_is_given_back_is_told_though_an_outage_was_before_it() -> None:
    cluster = begun()
    cluster.mute |= {"probes", "leaders"}
    cluster.silent = set(cluster.names)
    refused(cluster, 10)
    cluster.mute, cluster.silent = set(), set()
    cluster.now += 1.0
    cluster.begin()
    cluster.run(15)
    first = len(cluster.frames)
    cluster.mute.add("leaders")
    for _ in range(25):
        cluster.apply(Failed(Feed.SYSTEM_LEASES, FORBIDDEN, cluster.now, cluster.now + 60))
        cluster.run(1)
    cluster.mute = set()
    cluster.run(15)
    told = [one for one in changes(cluster.frames[first:]) if one[0] == "kube-scheduler"]
    assert told == [("kube-scheduler", "", "healthy", "not_observable"), ("kube-scheduler", "", "not_observable", "healthy")]


def test_what_is_unknown_for_a_reason_of_its_own_is_told_and_so_is_its_end() -> None:
    cluster = begun()
    first = len(cluster.frames)
    cluster.mute |= {"probes", "leaders"}
    cluster.silent = set(cluster.names)
    for _ in range(6):
        cluster.apply(Health("/livez", cluster.now + 0.5, 0.0, fault=Fault(FaultKind.NAME, "The name is not known.")))
        cluster.run(1)
    cluster.mute, cluster.silent = set(), set()
    cluster.apply(*cluster.probes())
    cluster.run(10)
    assert changes(cluster.frames[first:]) == [
        ("kube-apiserver", "", "healthy", "unknown"),
        ("kube-apiserver", "", "unknown", "healthy"),
    ]


# --- no nodes -------------------------------------------------------------------------------------------------------------------

UNSEEN = "Nodes cannot be read:"
HIDDEN_NODES = f"{UNSEEN} not permitted; needs list and watch on nodes."


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (scene(), (State.NOT_OBSERVABLE, "There are no nodes.", "no nodes", "hidden", False)),
        (
            scene(nodes=feed("nodes", listed_at=None)),
            (State.UNKNOWN, f"{UNSEEN} waiting for the first answer.", "", "hidden", True),
        ),
        (scene(nodes=feed("nodes", listed_at=None, fault=FORBIDDEN)), (State.NOT_OBSERVABLE, HIDDEN_NODES, "", "hidden", False)),
        (
            scene(nodes=feed("nodes", listed_at=None, fault=BROKEN)),
            (State.UNKNOWN, f"{UNSEEN} the first read failed (the server answers 500).", "", "hidden", False),
        ),
        (scene(unreachable="It is away.", waiting=True), (State.UNKNOWN, "It is away.", "", "unreachable", True)),
        (scene(unreachable="It is away."), (State.UNKNOWN, "It is away.", "", "unreachable", False)),
    ],
)
def test_where_no_node_is_known_that_is_said(seen: NodeScene, expected: tuple[State, str, str, str, bool]) -> None:
    made = begun().assessor._components.without_nodes("kubelet", seen, NOW)
    assert (made.state, made.because, made.line, made.cause, made.waiting) == expected
    (line,) = made.evidence
    if expected[2]:
        assert line == Evidence("kubelet", "no nodes", "nodes", State.NOT_OBSERVABLE, "nodes", NOW)
