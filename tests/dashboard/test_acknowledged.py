"""What somebody has seen wants no attention until something else is wrong."""

import time

import msgspec
import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard import acknowledged, boards
from dashboard.acknowledged import Acknowledged, Wrong, is_more, remains, said
from dashboard.boards import Boards
from dashboard.presenters.cards import CardPlane
from planes.store import selectors
from planes.store.selectors import ClusterHead, ClusterSummary, ComponentSummary
from planes.structs.moments import Epoch
from planes.structs.rows import AttentionRow, ClusterRow, PlaneRow
from planes.structs.verdicts import State
from tests.dashboard import scenes, walls
from tests.dashboard.rows import Collecting

NOW = 1_795_448_530.0
SEEN = Acknowledged("ada", NOW)
NAMED = frozenset({"a", "b"})
#: The scheduler is degraded, node a down, node b degraded.
THEN = Wrong({"kube-scheduler": "degraded"}, 1, 2, NAMED)
NOTHING = Wrong({}, 0, 0, frozenset())


def plane(state: str, since: float | None) -> CardPlane:
    return CardPlane(state, state, "", since)


@pytest.mark.parametrize(
    ("control", "data", "by"),
    [
        (plane("healthy", NOW - 9), plane("down", NOW - 1), "ada"),
        (plane("healthy", NOW + 9), plane("down", NOW), "ada"),  # what is well may have begun whenever it did
        (plane("degraded", NOW - 1), plane("down", NOW - 1), "ada"),
        (plane("degraded", NOW - 1), plane("down", NOW + 0.1), ""),  # it became worse since
        (plane("healthy", NOW - 9), plane("down", None), ""),
        (plane("healthy", NOW - 9), plane("healthy", NOW - 9), ""),
        (plane("unknown", NOW - 9), plane("unknown", NOW - 9), ""),
    ],
)
def test_it_holds_for_the_states_that_there_were_then(control: CardPlane, data: CardPlane, by: str) -> None:
    assert said((control, data), THEN, SEEN) == by
    assert said((control, data), THEN, None) == ""


WORSE = [
    Wrong({"kube-scheduler": "down"}, 1, 2, NAMED),
    Wrong({"kube-scheduler": "degraded", "etcd": "degraded"}, 1, 2, NAMED),
    Wrong({"etcd": "degraded"}, 0, 0, frozenset()),  # another one, while that healed
    Wrong({}, 2, 2, NAMED),  # b is down too
    Wrong({}, 1, 3, None),
    Wrong({}, 1, 2, frozenset({"a", "c"})),  # b healed, c is new
    Wrong({}, 0, 1, frozenset({"c"})),
]
NO_WORSE = [
    THEN,
    NOTHING,
    Wrong({}, 1, 1, frozenset({"a"})),
    Wrong({"kube-scheduler": "degraded"}, 0, 2, NAMED),  # a is better
    Wrong({}, 1, 2, None),  # as many, of whom no names are told
]


@pytest.mark.parametrize(("now", "more"), [(one, True) for one in WORSE] + [(one, False) for one in NO_WORSE])
def test_what_fails_besides_wants_attention_while_its_plane_stays_as_it_was(now: Wrong, more: bool) -> None:
    assert is_more(now, THEN) is more
    planes = (plane("degraded", NOW - 9), plane("degraded", NOW - 9))
    assert said(planes, now, Acknowledged("ada", NOW, THEN)) == ("" if more else "ada")
    assert said(planes, now, SEEN) == "ada", "of a version that noted nothing"


@pytest.mark.parametrize(
    ("now", "more"),
    [(Wrong({}, 412, 412, None), False), (Wrong({}, 412, 413, None), True), (Wrong({}, 2, 2, NAMED), False)],
)
def test_of_too_many_to_be_named_their_number_tells(now: Wrong, more: bool) -> None:
    assert is_more(now, Wrong({}, 412, 412, None)) is more


@pytest.mark.parametrize(
    ("then", "now", "more"),
    [
        ({"etcd": "down"}, {"etcd": "down", "kube-apiserver": "down"}, False),
        ({"etcd": "down"}, {"etcd": "down", "kube-scheduler": "down"}, False),  # by way of the API server
        ({"kube-scheduler": "degraded", "etcd": "down"}, {"kube-scheduler": "down", "etcd": "down"}, False),
        ({"etcd": "down"}, {"kube-scheduler": "down"}, True),  # etcd is back, and it is not
        ({"etcd": "down"}, {"etcd": "degraded", "kube-scheduler": "down"}, True),
        ({"etcd": "degraded"}, {"etcd": "degraded", "kube-scheduler": "down"}, True),
        ({"kube-scheduler": "down"}, {"kube-scheduler": "down", "etcd": "down"}, True),
        ({"etcd": "down"}, {"etcd": "down", "coredns": "down"}, True),
    ],
)
def test_what_fails_with_what_it_depends_on_is_nothing_new(then: dict[str, str], now: dict[str, str], more: bool) -> None:
    assert is_more(Wrong(now, 0, 0, frozenset()), Wrong(then, 0, 0, frozenset())) is more


def entry(*names: str, state: State = State.DOWN, kind: str = "Node") -> AttentionRow:
    return AttentionRow("k", kind, names[0], "Title.", state, "Because.", Epoch(NOW), len(names), names=names[1:] and names[:5])


def cluster(nodes: dict[str, int], *entries: AttentionRow, **states: str) -> ClusterSummary:
    head = ClusterHead(1, "prod", "prod", "kubeconfig", "", "prod", True, 1, 1, Epoch(NOW), ClusterRow())
    kinds = {kind.replace("_", "-"): state for kind, state in states.items()}
    parts = tuple(ComponentSummary(kind, "control", state, "", NOW, "", "") for kind, state in kinds.items())
    return ClusterSummary(head, parts, nodes, entries)


MANY = entry("a", "b", "c", "d", "e", "f", "g")


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (cluster({"healthy": 3}, etcd="healthy", kubelet="down"), NOTHING),  # agents count by their nodes
        (cluster({"down": 1, "degraded": 1, "healthy": 1}, entry("a"), entry("b"), kube_scheduler="degraded"), THEN),
        (cluster({"down": 1, "cordoned": 1}, entry("a"), entry("x", state=State.UNKNOWN)), Wrong({}, 1, 1, frozenset({"a"}))),
        (
            cluster({"down": 1}, entry("a"), entry("etcd", kind="Component"), etcd="down"),
            Wrong({"etcd": "down"}, 1, 1, frozenset({"a"})),
        ),
        (cluster({"down": 7}, MANY), Wrong({}, 7, 7, None)),  # five names are told
        (cluster({"down": 3}, entry("a", "b", "c")), Wrong({}, 3, 3, frozenset({"a", "b", "c"}))),
    ],
)
def test_what_is_wrong_are_components_and_nodes_by_name_where_all_are_named(found: ClusterSummary, wrong: Wrong) -> None:
    assert acknowledged.wrong_with(found) == wrong


@pytest.mark.parametrize(
    ("found", "then", "left"),
    [
        (cluster({"healthy": 3}, kube_scheduler="healthy"), THEN, NOTHING),
        (
            cluster({"down": 1}, entry("a"), kube_scheduler="degraded"),
            THEN,
            Wrong({"kube-scheduler": "degraded"}, 1, 1, frozenset({"a"})),
        ),
        (cluster({"unknown": 3}, kube_scheduler="unknown"), THEN, THEN),  # what cannot be seen has not healed
        (cluster({"unknown": 1, "healthy": 2}), THEN, Wrong({}, 1, 1, NAMED)),
        (
            cluster({"degraded": 1}, entry("a"), etcd="degraded"),
            Wrong({"etcd": "down"}, 1, 1, frozenset({"a"})),
            Wrong({"etcd": "degraded"}, 0, 1, frozenset({"a"})),
        ),
        (cluster({"down": 2}, entry("a"), entry("b")), Wrong({}, 412, 412, None), Wrong({}, 2, 2, NAMED)),
        (cluster({"down": 7}, MANY), Wrong({}, 412, 412, None), Wrong({}, 7, 7, None)),
    ],
)
def test_what_has_healed_is_acknowledged_no_longer(found: ClusterSummary, then: Wrong, left: Wrong) -> None:
    assert remains(found, then) == left


@pytest.mark.django_db
@pytest.mark.any_database
def test_who_is_signed_in_acknowledges_and_a_screen_does_not(visitor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Boards()
    monkeypatch.setattr(boards, "shared", lambda: made)
    collecting = Collecting("prod")
    collecting.flush(scenes.frame("prod", 6, "broken", time.time()))
    screen = walls.screen(walls.made()[1])
    assert screen.post("/c/prod/acknowledge/").status_code == 302  # to sign in
    assert Client().post("/c/prod/acknowledge/").status_code == 302
    assert acknowledged.every() == {}
    person = Client()
    person.force_login(visitor)
    assert person.get("/c/prod/acknowledge/").status_code == 405
    assert person.post("/c/none/acknowledge/").status_code == 404
    assert made.get().scene.clusters[0].acknowledged == "", "which holds for a second"
    assert person.post("/c/prod/acknowledge/").status_code == 204
    assert made.get().scene.clusters[0].acknowledged == visitor.get_username()
    assert "data-person" in person.get("/wall/lobby/").content.decode()
    assert "data-person" not in screen.get("/wall/lobby/").content.decode()


@pytest.mark.django_db
@pytest.mark.any_database
def test_a_node_that_fails_besides_ends_it_and_one_that_heals_and_fails_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made, began, collecting = Boards(), time.time(), Collecting("prod")

    def look(*sick: str) -> str:
        frame = scenes.frame("prod", 6, "", began)
        frame.cluster = msgspec.structs.replace(
            frame.cluster or ClusterRow(), data=PlaneRow(state=State.DEGRADED, because="Because.", since=Epoch(began))
        )
        for name in sick:
            frame.nodes[name] = msgspec.structs.replace(frame.nodes[name], state=State.DOWN)
        frame.attention = [entry(name) for name in sick]
        collecting.flush(frame)
        made.outdate()
        return made.get().scene.clusters[0].acknowledged

    first, second, *_ = sorted(scenes.frame("prod", 6, "", began).nodes)
    assert look(first, second) == ""
    wrong = acknowledged.wrong_with(selectors.clusters()[0])
    assert wrong.nodes == frozenset({first, second})
    acknowledged.keep(collecting.cluster.id, "ada", wrong, began + 1)
    assert look(first, second) == "ada"
    assert look(first) == "ada"
    assert look(first, second) == "", "it had healed"
