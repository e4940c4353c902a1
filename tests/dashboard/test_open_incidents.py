"""Incidents that go on, as the page of the picture asks for them at each change."""

import re

import msgspec
import pytest
from django.test import Client

from planes.models import Cluster, Component
from planes.store import clusters, incidents, selectors, services
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow, Frame
from planes.structs.verdicts import State
from tests.store.rows import full

NOW = 1_780_000_000.0
HEALTHY, DOWN = State.HEALTHY, State.DOWN


@pytest.fixture
def cluster(db: None) -> Cluster:
    (found,) = clusters.declare([clusters.Declaration("kubeconfig", "Prod", "/etc/kube", "prod")])
    services.flush(found.pk, services.take(found.pk), 1, msgspec.structs.replace(full(), changes=[]))
    return found


def test_what_goes_on_is_listed_for_the_picture_until_it_heals(
    cluster: Cluster, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "/c/prod/incidents.part"
    monkeypatch.setattr(incidents, "HOLDS", 0)
    assert "<li" not in admin_client.get(address).content.decode()
    etcd = Component.objects.filter(cluster=cluster, kind="etcd")
    for before, after, titles in ((HEALTHY, DOWN, ["etcd is down"]), (DOWN, HEALTHY, [])):
        etcd.update(state=after.value)
        _tell(cluster, before, after)
        assert re.findall(r"Incident:</span> ([^<]+)</a>", admin_client.get(address).content.decode()) == titles
    assert admin_client.get(address.replace("prod", "nowhere")).status_code == 404


def test_of_what_was_found_lately_it_is_said_when_to_ask_for_what_is_newer(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidents, "HOLDS", 1e6)
    assert incidents.followed("prod").again == 0.0
    assert incidents.followed("prod").again == 0.0
    _tell(cluster, HEALTHY, DOWN)
    assert incidents.followed("prod").again > 0.0
    incidents.forget()
    assert incidents.followed("prod").again == 0.0


def _tell(cluster: Cluster, before: State, after: State) -> None:
    head = selectors.cluster(cluster.slug)
    assert head is not None
    told = [ChangeRow("Component", "etcd", "", before, after, "x", Epoch(NOW))]
    services.flush(cluster.pk, head.epoch, head.offset + 1, Frame(at=Epoch(NOW), changes=told))
