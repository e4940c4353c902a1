"""Two contexts that lead to one cluster are watched once."""

import pytest
from msgspec.json import encode

from planes.models import Cluster
from planes.store import clusters, services, twins
from planes.store.clusters import Declaration, declare
from planes.store.twins import HEARD, settle
from planes.structs.moments import Epoch
from planes.structs.rows import ClusterRow, FaultRow

pytestmark = pytest.mark.django_db

NOW = 1_000_000.0
PROD = Declaration("kubeconfig", "prod", "/a", "prod")
ADMIN = Declaration("kubeconfig", "prod-admin", "/a", "prod-admin")
OTHER = Declaration("kubeconfig", "test", "/a", "test")
FAULT = FaultRow("unreachable", "The API server cannot be reached.", "Look at the network.", Epoch(NOW))


def seen(slug: str, uid: str, at: float = NOW, fault: FaultRow | None = None) -> None:
    Cluster.objects.filter(slug=slug).update(identity=uid, collected_at=at, row=encode(ClusterRow(fault=fault)))


def watched() -> list[str]:
    return list(Cluster.objects.filter(enabled=True).order_by("pk").values_list("slug", flat=True))


def test_the_later_of_two_contexts_of_one_cluster_stands_aside_and_its_collector_is_fenced() -> None:
    first, second, _ = declare([PROD, ADMIN, OTHER])
    seen("prod", "u-1")
    seen("prod-admin", "u-1")
    seen("test", "u-2")
    epoch = services.take(second.pk)
    settle(NOW)
    assert watched() == ["prod", "test"]
    assert [one.slug for one in twins.others(first.pk)] == ["prod-admin"]
    with pytest.raises(services.Fenced):
        services.touch(second.pk, epoch, NOW)
    declare([PROD, ADMIN, OTHER])
    settle(NOW)
    assert watched() == ["prod", "test"], "the next start brings no second picture of it"


def test_what_nobody_knows_the_cluster_of_stays_as_it_is() -> None:
    declare([PROD, ADMIN])
    seen("prod", "")
    seen("prod-admin", "")
    settle(NOW)
    assert watched() == ["prod", "prod-admin"]


@pytest.mark.parametrize("silent", ["prod", "prod-admin"])
@pytest.mark.parametrize(("at", "fault"), [(NOW, FAULT), (NOW - HEARD, None), (NOW + HEARD, None)])
def test_none_stands_aside_while_one_of_them_is_not_heard(silent: str, at: float, fault: FaultRow | None) -> None:
    declare([PROD, ADMIN])
    seen("prod", "u-1")
    seen("prod-admin", "u-1")
    seen(silent, "u-1", at, fault)
    settle(NOW)
    assert watched() == ["prod", "prod-admin"]


def aside() -> None:
    declare([PROD], by="a")
    declare([ADMIN], by="b")
    seen("prod", "u-1")
    seen("prod-admin", "u-1")
    settle(NOW)
    assert watched() == ["prod"]


def test_it_is_watched_again_when_the_other_is_not_named_any_more() -> None:
    aside()
    declare([], by="a")
    settle(NOW)
    assert watched() == ["prod-admin"]


def test_it_is_watched_again_when_none_collects_the_other_and_stands_aside_when_one_does() -> None:
    aside()
    settle(NOW + HEARD)
    assert watched() == ["prod"], "at the bound"
    settle(NOW + HEARD + 1)
    assert watched() == ["prod", "prod-admin"]
    seen("prod", "u-1", NOW + 100)
    seen("prod-admin", "u-1", NOW + 100)
    settle(NOW + 100)
    assert watched() == ["prod"]


def test_it_is_watched_again_when_the_other_is_accepted_as_another_cluster() -> None:
    aside()
    assert clusters.accept("prod")
    settle(NOW)
    assert watched() == ["prod", "prod-admin"]


def test_one_that_stands_aside_can_be_removed_and_does_not_come_back() -> None:
    aside()
    assert clusters.remove("prod-admin")
    declare([], by="a")
    settle(NOW)
    assert watched() == []
    assert not clusters.remove("prod-admin")


def test_demo_clusters_are_never_one() -> None:
    declare([Declaration("demo", "one", "/d/1", "demo"), Declaration("demo", "two", "/d/2", "demo")])
    seen("one", "u-1")
    seen("two", "u-1")
    settle(NOW)
    assert watched() == ["one", "two"]
