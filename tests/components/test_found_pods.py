"""What the pods of a node ask for together, as the scheduler counts it, and whose they are."""

import msgspec
import pytest

from planes.components import found_pods


def cpu(value: str, **more: object) -> dict[str, object]:
    return {"resources": {"requests": {"cpu": value}}, **more}


def pods(*specs: dict[str, object], phase: str = "Running") -> list[found_pods.OwnedPod]:
    made = [
        {"metadata": {"namespace": "shop", "name": f"p-{at}"}, "spec": spec, "status": {"phase": phase}}
        for at, spec in enumerate(specs)
    ]
    return msgspec.convert(made, list[found_pods.OwnedPod])


@pytest.mark.parametrize(
    ("spec", "cores"),
    [
        ({"containers": [cpu("250m"), cpu("1")]}, 1.25),
        ({"containers": [cpu("1")], "initContainers": [cpu("3"), cpu("2")]}, 3.0),
        ({"containers": [cpu("1")], "initContainers": [cpu("500m", restartPolicy="Always"), cpu("2")]}, 2.5),
        ({"containers": [cpu("1")], "initContainers": [cpu("2"), cpu("500m", restartPolicy="Always")]}, 2.0),
        ({"containers": [cpu("2")], "initContainers": [cpu("500m", restartPolicy="Always")]}, 2.5),
        ({"containers": [cpu("1")], "overhead": {"cpu": "100m"}}, 1.1),
        ({"containers": [cpu("1")], "resources": {"requests": {"cpu": "4"}}}, 4.0),
        ({"containers": [cpu("no quantity")]}, 0.0),
    ],
)
def test_a_pod_asks_for_what_the_scheduler_counts(spec: dict[str, object], cores: float) -> None:
    assert found_pods.requested(pods(spec)).get("cpu", 0.0) == pytest.approx(cores)


@pytest.mark.parametrize(("phase", "counts"), [("Running", True), ("Pending", True), ("Succeeded", False), ("Failed", False)])
def test_a_pod_that_is_done_asks_for_nothing(phase: str, counts: bool) -> None:
    assert bool(found_pods.requested(pods({"containers": [cpu("1")]}, phase=phase))) is counts


def test_each_resource_is_told_of_what_is_allocatable_and_there() -> None:
    has = {"cpu": "4", "memory": "16Gi", "pods": "110", "nvidia.com/gpu": "2"}
    wants: dict[str, object] = {"containers": [{"resources": {"requests": {"cpu": "1", "memory": "4Gi", "nvidia.com/gpu": "1"}}}]}
    part = found_pods.requests(pods(wants), has, {**has, "cpu": "3900m", "memory": "15Gi"}, cut=False)
    assert [(line.title, line.text) for line in part.lines] == [
        ("cpu", "1 of 3.9 (26 %); capacity 4"),
        ("memory", "4.0 GiB of 15.0 GiB (27 %); capacity 16.0 GiB"),
        ("pods", "1 of 110 (1 %); capacity 110"),
        ("nvidia.com/gpu", "1 of 2 (50 %); capacity 2"),
    ]
    assert [line.shares for line in part.lines] == [(0.25, 0.975), (0.25, 0.9375), (1 / 110, 1.0), (0.5, 1.0)]
    assert part.about.endswith(" A bar is the capacity, with what is allocatable of it and what is requested.")


def test_a_bar_ends_where_the_node_does_though_more_is_asked_for() -> None:
    part = found_pods.requests(pods({"containers": [cpu("6")]}), {"cpu": "4"}, {"cpu": "4"}, cut=False)
    assert part.lines[0].shares == (1.0, 1.0)
    assert found_pods.requests(pods({"containers": [cpu("6")]}), {"cpu": "4"}, {}, cut=False).lines[0].shares is None


def test_a_node_that_says_no_capacity_is_said_to() -> None:
    assert found_pods.requests([], {}, {}, cut=False).lines[0].text == "0 of not said; capacity not said"


def test_pods_stand_under_the_controller_that_owns_them() -> None:
    owned = {"ownerReferences": [{"kind": "Thing", "name": "x"}, {"kind": "ReplicaSet", "name": "cart", "controller": True}]}
    made = [{"metadata": {"namespace": "shop", "name": name} | meta} for name, meta in (("b", owned), ("a", owned), ("bare", {}))]
    part = found_pods.owners(msgspec.convert(made, list[found_pods.OwnedPod]), cut=False)
    assert [(line.title, line.text) for line in part.lines] == [
        ("shop: ReplicaSet cart", "a, b"),
        ("shop: owned by no controller", "bare"),
    ]
