"""Blocks of nodes' figures: what was packed comes out of it, whole and one node at a time, and what was not observed does not."""

from hypothesis import given
from hypothesis import strategies as st

from planes.structs import node_samples
from planes.structs.moments import Epoch
from planes.structs.node_samples import NodeSamplesRow
from planes.structs.samples import Bucket, alone
from tests.searching import searching

values = st.dictionaries(st.sampled_from(["heartbeat", "pods", "cpu"]), st.integers(0, 2**50), max_size=3)
sampled = st.lists(st.dictionaries(st.sampled_from(["a", "b", "ü" * 80]), values, max_size=3), min_size=1, max_size=6)


@searching(100)
@given(sampled)
def test_what_was_joined_and_packed_comes_out_again(told: list[dict[str, dict[str, int]]]) -> None:
    whole: dict[str, dict[str, Bucket]] = {}
    for nodes in told:
        taken = node_samples.buckets_of(NodeSamplesRow(Epoch(0.0), 0, nodes))
        whole = node_samples.joined(node_samples.unpacked(node_samples.packed(whole)), taken)
    block = node_samples.packed(whole)
    for name in {name for nodes in told for name in nodes}:
        for key in ("heartbeat", "pods", "cpu"):
            seen = [nodes[name][key] for nodes in told if key in nodes.get(name, {})]
            one = node_samples.unpacked_one(block, name).get(key)
            assert (one is None) is not bool(seen)
            if one is not None:
                assert (one.count, one.least, one.most, one.total) == (len(seen), min(seen), max(seen), sum(seen))
    assert node_samples.unpacked_one(block, "another") == {}


def test_a_block_takes_a_few_bytes_of_a_node() -> None:
    names = [f"ip-10-0-{number // 256}-{number % 256}.eu-west-1.compute.internal" for number in range(312)]
    nodes = {
        name: {"heartbeat": alone(place % 11), "pods": alone(20 + place * 7 % 60), "cpu": alone(place * 97 % 1400)}
        for place, name in enumerate(names)
    }
    assert len(node_samples.packed(nodes)) < 20 * len(names)


def test_the_block_of_a_node_stays_the_same() -> None:
    assert [node_samples.block_of(name) for name in ("node-0", "node-1", "node-2")] == [9, 15, 5]
