"""Which clusters are watched: declared again and again, each keeps what it is known by."""

import pytest

from planes.models import Cluster, Declared
from planes.store.clusters import Declaration, accept, add, declare, remove

pytestmark = pytest.mark.django_db

PROD = Declaration("kubeconfig", "prod", "/home/me/.kube/config", "prod")
OTHER = Declaration("kubeconfig", "prod", "/home/me/.kube/other", "prod")
DEMO = Declaration("demo", "Demo cluster", "/data/demo/kubeconfig", "demo")


def test_equal_names_get_slugs_of_their_own_and_keep_them() -> None:
    first = [one.slug for one in declare([PROD, OTHER, DEMO])]
    assert first == ["prod", "prod-2", "demo-cluster"]
    assert [one.slug for one in declare([OTHER, DEMO, PROD])] == ["prod-2", "demo-cluster", "prod"]
    assert Cluster.objects.count() == 3


def test_what_is_no_longer_named_is_disabled_and_is_itself_again_when_it_is() -> None:
    before = declare([PROD, DEMO])[0]
    declare([DEMO])
    assert list(Cluster.objects.filter(enabled=True).values_list("slug", flat=True)) == ["demo-cluster"]
    after = declare([PROD, DEMO])[0]
    assert (after.pk, after.slug, after.enabled) == (before.pk, "prod", True)


def test_a_cluster_named_twice_is_one() -> None:
    assert len(declare([PROD, PROD])) == 1


def test_a_name_without_letters_still_has_a_slug() -> None:
    assert declare([Declaration("in-cluster", "集群")])[0].slug == "cluster"


def watched() -> list[str]:
    return list(Cluster.objects.filter(enabled=True).order_by("slug").values_list("slug", flat=True))


def test_two_that_declare_on_one_database_keep_each_others_clusters() -> None:
    declare([PROD], by="a")
    declare([OTHER, DEMO], by="b")
    assert watched() == ["demo-cluster", "prod", "prod-2"]
    declare([OTHER], by="b")
    assert watched() == ["prod", "prod-2"], "of its own, b names one no longer"


def test_a_cluster_that_both_declare_is_watched_until_neither_does() -> None:
    declare([PROD], by="a")
    declare([PROD], by="b")
    declare([], by="a")
    assert watched() == ["prod"]
    declare([], by="b")
    assert watched() == []


def test_what_was_declared_before_it_was_noted_by_whom_is_of_who_declares_first() -> None:
    declare([PROD, DEMO], by="a")
    Declared.objects.all().delete()
    declare([PROD], by="a")
    assert watched() == ["prod"]


def test_what_is_added_stays_when_others_are_declared_anew_and_goes_when_it_is_removed() -> None:
    declare([PROD], by="a")
    assert [one.slug for one in add([DEMO], by="a by hand")] == ["demo-cluster"]
    add([OTHER], by="a by hand")
    declare([PROD], by="a")
    assert watched() == ["demo-cluster", "prod", "prod-2"]
    assert remove("prod")
    assert watched() == ["demo-cluster", "prod-2"]
    assert not remove("prod"), "it is watched no longer"
    assert not remove("no-such")


def test_a_cluster_that_is_accepted_as_another_fences_who_collects_it_and_forgets_which_it_was() -> None:
    cluster = declare([PROD])[0]
    Cluster.objects.update(identity="one", epoch=7, offset=3)
    assert accept("prod")
    cluster.refresh_from_db()
    assert (cluster.identity, cluster.epoch, cluster.offset) == ("", 8, 0)
    assert not accept("no-such")
