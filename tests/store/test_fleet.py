"""What an operator says of clusters."""

import pytest
from django.db import connection

from planes.models import Cluster, Component, Declared, Instance, Node, Transition, Watched
from planes.store import fleet, selectors
from planes.store.clusters import Declaration, declare
from planes.store.fleet import Said, WrongError

PROD = Declaration("kubeconfig", "arn:aws:eks:eu-west-1:123456789012:cluster/prod", "/home/me/.kube/config", "prod")
TEST = Declaration("kubeconfig", "test", "/home/me/.kube/config", "test")


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("", {}),
        (" , \n", {}),
        ("environment=production, region=eu-west-1", {"environment": "production", "region": "eu-west-1"}),
        ("team = a.b_c\nteam=d", {"team": "d"}),
    ],
)
def test_labels_are_read_as_they_are_typed(text: str, labels: dict[str, str]) -> None:
    assert fleet.labels_of(text) == labels
    assert fleet.labels_of(fleet.written(labels)) == labels


@pytest.mark.parametrize("text", ["production", "=x", "x=", "a=b=c", "a/b=c", "é=x", f"{'k' * 64}=v", "k=<b>", "-a=b", "a=b-"])
def test_what_is_no_label_is_refused_and_named(text: str) -> None:
    with pytest.raises(WrongError, match="is no label"):
        fleet.labels_of(text)


def test_a_cluster_has_twenty_labels_at_most() -> None:
    assert len(fleet.labels_of(",".join(f"k{one}=v" for one in range(20)))) == 20
    with pytest.raises(WrongError, match="20 labels at most"):
        fleet.labels_of(",".join(f"k{one}=v" for one in range(21)))


@pytest.mark.django_db
def test_a_cluster_is_called_what_an_operator_says_until_that_is_taken_back() -> None:
    declare([PROD, TEST])
    assert fleet.say("arnawsekseu-west-1123456789012clusterprod", Said("  Shop,  EU ", "shop-eu", {"environment": "production"}))
    head = selectors.cluster("shop-eu")
    assert head is not None
    assert (head.name, head.given, head.labels) == ("Shop, EU", "prod", {"environment": "production"})
    assert [one.name for one in selectors.watched()] == ["Shop, EU", "test"]
    declare([PROD, TEST])
    assert [one.slug for one in selectors.watched()] == ["shop-eu", "test"], "it is what it was at the next start, too"
    assert fleet.say("shop-eu", Said("prod", "shop-eu", {}))
    head = selectors.cluster("shop-eu")
    assert head is not None
    assert (head.name, head.labels) == ("prod", {})
    assert Cluster.objects.get(slug="shop-eu").title == ""
    assert not fleet.say("no-such", Said("", "no-such", {}))


@pytest.mark.django_db
def test_an_operators_labels_stand_before_those_of_what_names_the_cluster() -> None:
    def named(**labels: str) -> dict[str, str]:
        (found,) = declare([Declaration("kubeconfig", "test", "/profiles/1", "fleet/test", labels)])
        return selectors.head_of(found).labels

    assert named(region="eu", environment="test") == {"region": "eu", "environment": "test"}
    fleet.say("test", Said("", "test", {"region": "eu", "team": "shop"}))
    assert named(region="eu", environment="test") == {"region": "eu", "team": "shop"}, "what the operator removed stays away"
    assert named(region="us", environment="prod") == {"region": "us", "team": "shop"}, "what both said goes with its source"
    fleet.say("test", Said("", "test", {"region": "asia", "environment": "prod"}))
    assert named(region="eu", environment="prod") == {"region": "asia", "environment": "prod"}
    assert named() == {"region": "asia"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("title", "slug", "why"),
    [
        ("x" * 101, "prod", "100 printable"),
        ("a\x07b", "prod", "100 printable"),
        ("", "", "cannot stand in an address"),
        ("", "Prod", "cannot stand in an address"),
        ("", "-prod", "cannot stand in an address"),
        ("", "a/b", "cannot stand in an address"),
        ("", "add", "cannot stand in an address"),
        ("", "x" * 64, "cannot stand in an address"),
        ("", "other", "Another cluster has the address"),
    ],
)
def test_what_cannot_be_said_of_a_cluster_changes_nothing(title: str, slug: str, why: str) -> None:
    declare([TEST, Declaration("kubeconfig", "other", "/x", "other")])
    with pytest.raises(WrongError, match=why):
        fleet.say("test", Said(title, slug, {"a": "b"}))
    head = selectors.cluster("test")
    assert head is not None
    assert (head.name, head.labels) == ("test", {})


@pytest.mark.django_db
def test_a_stopped_cluster_stays_so_at_the_next_start_and_fences_who_collects_it() -> None:
    declare([TEST])
    before = Cluster.objects.get(slug="test").epoch
    assert fleet.stop("test")
    assert not fleet.stop("test")
    assert (selectors.watched(), [one.slug for one in fleet.stopped()]) == ([], ["test"])
    declare([TEST])
    assert selectors.watched() == []
    assert Cluster.objects.get(slug="test").epoch > before
    known = fleet.known("test")
    assert known is not None
    assert known.off
    assert fleet.resume("test")
    assert not fleet.resume("test")
    assert ([one.slug for one in selectors.watched()], fleet.stopped()) == (["test"], [])


@pytest.mark.django_db
def test_a_removed_cluster_has_its_history_again_when_it_is_named_again() -> None:
    declare([TEST])
    pk = Cluster.objects.get().pk
    Watched.objects.create(cluster_id=pk, began=1.0, ended=2.0)
    assert fleet.remove("test", history=False)
    assert (fleet.known("test"), fleet.forget()) == (None, 0)
    assert not Declared.objects.exists()
    assert [one.pk for one in declare([TEST])] == [pk]
    assert selectors.cluster("test") is not None
    assert Watched.objects.filter(cluster=pk).exists()


def _full(slug: str) -> int:
    pk = Cluster.objects.get(slug=slug).pk
    component = Component.objects.create(cluster_id=pk, kind="etcd", plane="control", state="healthy", since=1.0, because="")
    Instance.objects.create(component=component, name="etcd-a", state="healthy")
    Node.objects.create(cluster_id=pk, name="a", state="healthy", because="", since=1.0, row=b"{}")
    change = {"subject_kind": "node", "subject": "a", "before": "healthy", "after": "down", "because": "", "at": 1.0}
    Transition.objects.bulk_create(Transition(cluster_id=pk, **change) for _ in range(3))
    return int(pk)


@pytest.mark.django_db
def test_a_cluster_that_goes_with_its_history_goes_batch_by_batch_and_takes_no_other_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declare([TEST, PROD])
    monkeypatch.setattr(fleet, "_BATCH", 2)
    gone, other = _full("test"), _full("arnawsekseu-west-1123456789012clusterprod")
    assert fleet.remove("test", history=True)
    assert not fleet.remove("test", history=True)
    assert fleet.forget(batches=1) == 0
    assert Transition.objects.filter(cluster=gone).count() == 1
    assert fleet.forget() == 1
    assert not Cluster.objects.filter(pk=gone).exists()
    assert not Transition.objects.filter(cluster=gone).exists()
    assert (Transition.objects.filter(cluster=other).count(), Node.objects.count(), Instance.objects.count()) == (3, 1, 1)
    connection.check_constraints()


def test_whatever_hangs_on_a_cluster_goes_in_batches_or_is_one_row() -> None:
    hanging = {one.related_model for one in Cluster._meta.related_objects}
    batched = {rows.model for rows in fleet._of(0)}
    assert hanging - batched == {Declared, Cluster}, "those that stand aside for it are let go"


@pytest.mark.django_db
def test_one_that_is_named_again_while_its_history_goes_keeps_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    declare([TEST])
    monkeypatch.setattr(fleet, "_BATCH", 2)
    pk = _full("test")
    fleet.remove("test", history=True)
    fleet.forget(batches=1)
    declare([TEST])
    assert fleet.forget() == 0
    assert Transition.objects.filter(cluster=pk).count() == 1
    assert selectors.cluster("test") is not None
