"""Which clusters are watched: declared again and again, each keeps what it is known by."""

import pytest

from planes.models import Cluster
from planes.store.clusters import Declaration, declare

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
