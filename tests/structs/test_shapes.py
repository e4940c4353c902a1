"""What crosses rooms: nothing of it can be changed on the way, and what was not told is nothing."""

import dataclasses
from typing import Any

import msgspec
import pytest

from planes import structs
from planes.structs import (
    admission,
    events,
    feeds,
    lease_seen,
    lookups,
    objects,
    observations,
    rows,
    samples,
    survey,
    usage_objects,
    verdicts,
    workload_observations,
)
from planes.structs.moments import Epoch
from planes.structs.verdicts import SEVERITY, State
from tests.shapes import all_structs, is_nothing, said, structs_of, thawed

#: As an API server writes them: they are read, trimmed and kept.
READ = [*structs_of(objects), *structs_of(usage_objects), *structs_of(admission), lookups.WaitingPod]


def test_what_crosses_rooms_cannot_be_changed_but_for_objects_and_a_frame_that_is_put_together() -> None:
    assert thawed(all_structs(structs)) == {kind.__name__ for kind in (*READ, rows.Frame)}


@pytest.mark.parametrize("kind", READ)
def test_a_server_may_leave_out_whatever_is_empty(kind: Any) -> None:
    bare = b'{"metadata": {}}' if issubclass(kind, objects.Item) else b"{}"
    assert is_nothing(msgspec.json.decode(bare, type=kind))


OBSERVED: list[Any] = [
    one
    for module in (observations, workload_observations, lease_seen)
    for one in vars(module).values()
    if dataclasses.is_dataclass(one) and one.__module__ == module.__name__
]


def test_what_was_not_told_or_observed_is_nothing_unless_another_thing_is_usual() -> None:
    assert said([*all_structs(structs), *OBSERVED, verdicts.Verdict, feeds.Place]) == {
        "AttentionRow.count": 1,
        "CertificateRow.count": 1,
        "Credentials.source": "the kubeconfig",
        "Credentials.verified": True,
        "Heard.proof": True,
        "InstanceRow.state": State.UNKNOWN,
        "LeaderObservation.place": "kube-system",
    }


def test_what_only_some_clusters_tell_may_be_left_out_of_an_observation() -> None:
    optional = {kind.__name__: {one.name for one in dataclasses.fields(kind) if _has_default(one)} for kind in OBSERVED}
    assert {"undecided", "pods_all", "lagging"} <= optional["LeaderObservation"]
    assert {"proxy", "csi"} <= optional["NodeScene"]
    assert "labels" in optional["WorkloadSeen"]
    assert any("servers" in names for names in optional.values())
    assert "hosts" in optional["ApiServerObservation"]
    assert verdicts.Verdict(state=State.HEALTHY, because="").evidence == ()


def _has_default(one: "dataclasses.Field[Any]") -> bool:
    return one.default is not dataclasses.MISSING or one.default_factory is not dataclasses.MISSING


def test_a_pod_is_small_on_the_wire() -> None:
    row = rows.PodRow("shop", "cart", "Running", 1, 2, 3)
    assert msgspec.json.encode(row) == b'["shop","cart","Running",1,2,3,"",null,""]'


def test_a_bucket_is_small_on_the_wire() -> None:
    assert msgspec.json.encode(samples.Bucket(2, 1.0, 5.0, 6.0, 5.0)) == b"[2,1.0,5.0,6.0,5.0]"


def test_of_an_answer_what_is_usual_is_left_out() -> None:
    line = lookups.FoundLine("Reason")
    assert msgspec.json.encode(lookups.FoundPart("events", "Events", (line,))) == (
        b'{"key":"events","title":"Events","lines":[{"title":"Reason"}]}'
    )


def test_deprecated_apis_are_in_order_of_their_groups_versions_and_resources() -> None:
    told = [("policy", "v1beta1", "a"), ("apps", "v1beta2", "a"), ("apps", "v1beta1", "b"), ("apps", "v1beta1", "a")]
    assert sorted(survey.DeprecatedApi(*one) for one in told) == [survey.DeprecatedApi(*one) for one in sorted(told)]


def test_the_worst_outweighs_and_what_is_nobodys_fault_outweighs_nothing() -> None:
    well = [State.NOT_OBSERVABLE, State.HEALTHY, State.CORDONED, State.JOINING, State.LEAVING]
    order = [*well, State.UNKNOWN, State.DEGRADED, State.DOWN]
    weights = [SEVERITY[state] for state in order]
    assert weights == sorted(set(weights))
    assert set(SEVERITY) == set(State)


PLANE = rows.PlaneRow(State.DOWN, "", Epoch(0.0))
PARTS: dict[str, Any] = {
    "full": True,
    "cluster": rows.ClusterRow(),
    "components": [rows.ComponentRow("etcd", "control", State.HEALTHY, "", Epoch(0.0))],
    "gone_components": ["etcd"],
    "nodes": {"n": None},
    "gone_nodes": ["n"],
    "attention": [],
    "changes": [rows.ChangeRow("Node", "n", "", State.HEALTHY, State.DOWN, "", Epoch(0.0))],
    "samples": [(1.0, None)],
}


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_frame_with_anything_in_it_is_not_empty(part: str) -> None:
    assert not rows.Frame(at=Epoch(1.0), **{part: PARTS[part]}).is_empty()


def test_a_frame_with_nothing_in_it_is_empty() -> None:
    assert rows.Frame(at=Epoch(1.0)).is_empty()


@pytest.mark.parametrize("kind", list(events.FaultKind))
def test_faults_of_our_own_side_say_nothing_about_the_cluster(kind: events.FaultKind) -> None:
    ours = {"UNAUTHENTICATED", "CREDENTIALS", "CONFIGURATION", "NAME", "UNREACHABLE", "TLS", "NOT_KUBERNETES", "INTERNAL"}
    ours |= {"ANOTHER", "UNCOLLECTED"}
    assert (kind in events.OURS) is (kind.name in ours)
