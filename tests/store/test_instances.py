"""What is remembered of single instances: when each came, changed its state and went, and nothing of others."""

import pytest

from planes.models import Cluster, InstanceTurn
from planes.store import instances, services
from planes.store.stored import Stored
from planes.structs.history import Span, Turn
from planes.structs.moments import Epoch
from planes.structs.rows import ComponentRow, Frame
from planes.structs.verdicts import State
from tests.store.rows import NOW, component


def told(state: str, *names: str, kind: str = "etcd") -> ComponentRow:
    return component(kind, state=state, instances=names)


class Telling:
    """Flushes a frame after the other, as one collector does, or as several that follow each other."""

    def __init__(self, cluster: Cluster, epoch: int) -> None:
        self.cluster, self.epoch, self.offset = cluster, epoch, 0
        self.stored = Stored()

    def __call__(self, at: float, *rows: ComponentRow, full: bool = False, gone: tuple[str, ...] = ()) -> None:
        self.offset += 1
        frame = Frame(at=Epoch(at), full=full, components=list(rows), gone_components=list(gone))
        services.flush(self.cluster.pk, self.epoch, self.offset, frame, stored=self.stored)

    def turns(self, name: str) -> list[tuple[float, str, str]]:
        found = InstanceTurn.objects.filter(cluster=self.cluster, name=name).order_by("at")
        return [(one.at - NOW, one.before, one.after) for one in found]


@pytest.fixture
def tell(cluster: Cluster, epoch: int) -> Telling:
    return Telling(cluster, epoch)


def test_an_instance_comes_turns_and_goes(tell: Telling) -> None:
    tell(NOW, told("healthy", "a", "b"))
    tell(NOW + 10, told("healthy", "a", "b"))
    tell(NOW + 20, told("down", "a", "b"))
    tell(NOW + 30, told("down", "b"))
    tell(NOW + 40, told("down", "a", "b"))
    assert tell.turns("a") == [(0, "", "healthy"), (20, "healthy", "down"), (30, "down", ""), (40, "", "down")]
    assert tell.turns("b") == [(0, "", "healthy"), (20, "healthy", "down")]


def test_what_was_there_already_for_the_collector_before_does_not_come_again(tell: Telling) -> None:
    tell(NOW, told("healthy", "a", "b"), full=True)
    tell.stored = Stored()
    tell(NOW + 60, told("healthy", "b"), full=True)
    assert tell.turns("a") == [(0, "", "healthy"), (60, "healthy", "")]
    assert tell.turns("b") == [(0, "", "healthy")]


@pytest.mark.parametrize("full", [True, False])
def test_the_instances_of_a_component_go_with_it(tell: Telling, full: bool) -> None:
    tell(NOW, told("healthy", "a"), told("healthy", "x", kind="konnectivity"))
    tell(NOW + 10, told("healthy", "a"), full=full, gone=() if full else ("konnectivity",))
    assert tell.turns("x") == [(0, "", "healthy"), (10, "healthy", "")]
    assert tell.turns("a") == [(0, "", "healthy")]


def test_an_instance_that_went_keeps_what_is_remembered_of_it(tell: Telling) -> None:
    tell(NOW, told("healthy", "a", "b"))
    tell(NOW + 30, told("healthy", "b"))
    found = instances.instance(tell.cluster.slug, "etcd", "a")
    assert found is not None
    assert found.row is None
    assert [(one.at - NOW, one.before, one.after, one.host) for one in found.turns] == [
        (30, State.HEALTHY, None, "host-a"),
        (0, None, State.HEALTHY, "host-a"),
    ]


@pytest.mark.parametrize(("slug", "kind", "name"), [("nowhere", "etcd", "a"), ("prod", "dns", "a"), ("prod", "etcd", "z")])
def test_what_was_never_seen_is_not_there(tell: Telling, slug: str, kind: str, name: str) -> None:
    tell(NOW, told("healthy", "a"))
    assert instances.instance(slug, kind, name) is None


def test_while_it_was_away_it_was_in_no_state(tell: Telling) -> None:
    tell(NOW, told("healthy", "a", "b"))
    tell(NOW + 30, told("healthy", "b"))
    tell(NOW + 50, told("down", "a", "b"))
    services.touch(tell.cluster.pk, tell.epoch, NOW + 100, span=Span(Epoch(NOW - 100), Epoch(NOW + 100)))
    found = instances.instance(tell.cluster.slug, "etcd", "a")
    assert found is not None
    seen = instances.history(found, NOW - 1000)
    assert (seen.state, seen.since) == (State.DOWN, NOW + 50)
    assert seen.spans == (Span(Epoch(NOW), Epoch(NOW + 30)), Span(Epoch(NOW + 50), Epoch(NOW + 100)))
    assert seen.turns == (
        Turn(Epoch(NOW), State.HEALTHY, State.HEALTHY),
        Turn(Epoch(NOW + 50), State.DOWN, State.DOWN),
    )


def test_of_a_window_the_last_turn_before_it_counts(tell: Telling) -> None:
    tell(NOW, told("healthy", "a"))
    tell(NOW + 10, told("down", "a"))
    tell(NOW + 20, told("healthy", "a"))
    services.touch(tell.cluster.pk, tell.epoch, NOW + 100, span=Span(Epoch(NOW), Epoch(NOW + 100)))
    found = instances.instance(tell.cluster.slug, "etcd", "a")
    assert found is not None
    seen = instances.history(found, NOW + 15)
    assert [one.at - NOW for one in seen.turns] == [10, 20]
    assert seen.spans == (Span(Epoch(NOW), Epoch(NOW + 100)),)


def test_old_turns_go_and_the_newest_of_who_is_there_stays(tell: Telling) -> None:
    tell(NOW, told("healthy", "a", "b"))
    tell(NOW + 10, told("down", "a", "b"))
    tell(NOW + 20, told("down", "a"))
    assert instances.prune(NOW + 1000, 100) == 4
    assert tell.turns("a") == [(10, "healthy", "down")]
    assert tell.turns("b") == []


def test_only_so_many_turns_of_a_cluster_are_kept(tell: Telling) -> None:
    for at in range(6):
        tell(NOW + at, told("healthy" if at % 2 else "down", "a"))
    tell(NOW + 9, told("healthy", "a", "new"))
    assert instances.prune(NOW - 1000, 3) == 4
    assert [at for at, _, _ in tell.turns("a")] == [4, 5]
    assert len(tell.turns("new")) == 1
