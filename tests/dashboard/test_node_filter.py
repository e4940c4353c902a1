"""The filter of the table means what the picture's means: one table of cases, read here and by tests/js/filter.test.js."""

from pathlib import Path

import msgspec
import pytest

from dashboard.node_filter import node_filter
from planes.live.wire import STATES, NodeCells


class Described(msgspec.Struct):
    """A node of the table: what is not told of it is as tests/js/snapshots.js has it."""

    name: str
    state: int = 0
    runtime: int = 0
    zone: str = "a"
    pool: str = ""
    type: str = ""
    cp: int = 0
    cordoned: int = 0
    version: str = "v1.36.2"
    runtime_version: str = "containerd://2.1.4"

    def cells(self) -> NodeCells:
        return NodeCells(
            name=self.name,
            state=STATES[self.state],
            kubelet="healthy",
            kube_proxy="healthy",
            container_runtime=STATES[self.runtime],
            because="",
            since=0.0,
            zone=self.zone,
            pool=self.pool,
            instance_type=self.type,
            control_plane=bool(self.cp),
            cordoned=bool(self.cordoned),
            pods_used=10,
            pods_max=110,
            cpu=0.5,
            memory=None,
            version=self.version,
            runtime_version=self.runtime_version,
            created=0.0,
        )


class Shared(msgspec.Struct):
    nodes: list[Described]
    cases: list[tuple[str, list[str]]]


SHARED = msgspec.json.decode((Path(__file__).parents[1] / "js" / "filters.json").read_bytes(), type=Shared)
CELLS = [one.cells() for one in SHARED.nodes]


@pytest.mark.parametrize(("query", "names"), SHARED.cases)
def test_a_query_finds_what_it_finds_in_the_picture(query: str, names: list[str]) -> None:
    test = node_filter(query).test({})
    assert [cells.name for cells in CELLS if test(cells)] == names


def test_labels_are_those_that_are_carried() -> None:
    one = node_filter("label:team=a -label:x")
    assert one.labels == ("team=a", "x")
    test = one.test({"team=a": {"gpu-1", "node-1"}, "x": {"node-1"}})
    assert [cells.name for cells in CELLS if test(cells)] == ["gpu-1"]
