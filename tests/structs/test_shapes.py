"""What crosses rooms: nothing of it can be changed on the way, and what was not told is nothing."""

import dataclasses
from types import ModuleType
from typing import Any

import msgspec
import pytest

from planes.structs import events, feeds, lease_seen, objects, observations, rows, verdicts, workload_observations
from planes.structs.moments import Epoch
from planes.structs.verdicts import SEVERITY, State


def structs(module: ModuleType) -> list[Any]:
    found = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    return [one for one in found if one.__module__ == module.__name__]


def is_nothing(value: object) -> bool:
    """Empty, or made of what is empty."""
    if isinstance(value, msgspec.Struct):
        return all(is_nothing(getattr(value, name)) for name in value.__struct_fields__)
    if dataclasses.is_dataclass(value):
        return all(is_nothing(getattr(value, one.name)) for one in dataclasses.fields(value))
    return not value


@pytest.mark.parametrize("kind", [one for one in structs(events) + structs(rows) if one is not rows.Frame])
def test_what_was_told_cannot_be_changed(kind: Any) -> None:
    assert kind.__struct_config__.frozen


@pytest.mark.parametrize("kind", structs(objects))
def test_a_server_may_leave_out_whatever_is_empty(kind: Any) -> None:
    bare = b'{"metadata": {}}' if issubclass(kind, objects.Item) else b"{}"
    assert is_nothing(msgspec.json.decode(bare, type=kind))


#: What is said where nothing else was told, if that is not nothing.
SAID = {"InstanceRow.state": "unknown", "AttentionRow.count": 1, "Heard.proof": True, "LeaderObservation.place": "kube-system"}


def is_as_said(kind: Any, name: str, default: object) -> bool:
    """Whether a field is by default what is said of it above, or else nothing."""
    called = f"{kind.__name__}.{name}"
    return default == SAID[called] if called in SAID else is_nothing(default)


@pytest.mark.parametrize("kind", structs(rows) + structs(events))
def test_what_a_row_or_an_event_was_not_told_is_nothing(kind: Any) -> None:
    for one in msgspec.structs.fields(kind):
        if one.default is not msgspec.NODEFAULT:
            assert is_as_said(kind, one.name, one.default)


OBSERVED: list[Any] = [
    one
    for module in (observations, workload_observations, lease_seen)
    for one in vars(module).values()
    if dataclasses.is_dataclass(one) and one.__module__ == module.__name__
]


@pytest.mark.parametrize("kind", [*OBSERVED, verdicts.Verdict, feeds.Place])
def test_what_was_not_observed_is_nothing(kind: Any) -> None:
    for one in dataclasses.fields(kind):
        if one.default is not dataclasses.MISSING:
            assert is_as_said(kind, one.name, one.default)
        elif one.default_factory is not dataclasses.MISSING:
            assert is_nothing(one.default_factory()), one.name


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
    assert msgspec.json.encode(row) == b'["shop","cart","Running",1,2,3,"",null]'


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
