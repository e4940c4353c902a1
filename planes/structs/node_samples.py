"""Figures of single nodes over time, packed: a block holds a sixteenth of a cluster's nodes within one bucket of time, figure by
figure.

Values are whole numbers of a figure's own unit (planes.components.node_figures). Written below each other they differ little, so
that zlib leaves some 20 bytes of a node (docs/decisions/0021).
"""

import zlib
from collections.abc import Mapping, Sequence

import msgspec

from planes.structs.moments import Epoch
from planes.structs.samples import Bucket, Buckets, all_joined, alone

#: Nodes of a cluster are spread over so many blocks by their names: who wants one node reads a sixteenth of all.
BLOCKS = 16
#: The block after them holds what is sampled of components.
OF_COMPONENTS = BLOCKS
#: The figures of a node that were observed, by key, in whole units.
NodeValues = dict[str, int]


class NodeSamplesRow(msgspec.Struct, frozen=True):
    """What was observed of the nodes of one block at one moment, or of components, by their kinds. A figure that was not observed
    is missing, and so is a node of which none was."""

    at: Epoch
    block: int
    nodes: dict[str, NodeValues]


class _Column(msgspec.Struct, frozen=True, array_like=True):
    """A figure of each node of a block; `counts` is 0 where it was not observed. Of one value alone all but the mean is 0."""

    counts: list[int]
    means: list[int]  # rounded down
    rests: list[int]  # what a mean lacks: total - mean * count
    below: list[int]  # mean - least
    above: list[int]  # most - mean


class _Block(msgspec.Struct, frozen=True, array_like=True):
    names: list[str]
    columns: dict[str, _Column]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Block).decode


def block_of(name: str) -> int:
    """The block of a node of this name, in any cluster."""
    return zlib.crc32(name.encode()) % BLOCKS


def buckets_of(row: NodeSamplesRow) -> dict[str, Buckets]:
    """One sample as buckets of single values."""
    return {name: {key: alone(value) for key, value in values.items()} for name, values in row.nodes.items()}


def joined(earlier: Mapping[str, Buckets], later: Mapping[str, Buckets]) -> dict[str, Buckets]:
    """Two of one block and bucket of time as one."""
    return {**earlier, **{name: all_joined(earlier[name], one) if name in earlier else one for name, one in later.items()}}


def packed(nodes: Mapping[str, Buckets]) -> bytes:
    """A block as it is stored. Of a bucket all but `last` is kept."""
    names = sorted(nodes)
    keys = sorted({key for one in nodes.values() for key in one})
    columns = {key: _column([nodes[name].get(key) for name in names]) for key in keys}
    return zlib.compress(_encode(_Block(names, columns)))


def unpacked(block: bytes) -> dict[str, Buckets]:
    """All nodes of a block. `last` of a bucket is its mean, rounded down."""
    told = _decode(zlib.decompress(block))
    made: dict[str, Buckets] = {name: {} for name in told.names}
    for key, column in told.columns.items():
        for index, name in enumerate(told.names):
            if column.counts[index]:
                made[name][key] = _bucket(column, index)
    return made


def unpacked_one(block: bytes, name: str) -> Buckets:
    """One node of a block; empty where nothing was observed of it."""
    told = _decode(zlib.decompress(block))
    if name not in told.names:
        return {}
    index = told.names.index(name)
    return {key: _bucket(column, index) for key, column in told.columns.items() if column.counts[index]}


def _column(buckets: Sequence[Bucket | None]) -> _Column:
    column = _Column([], [], [], [], [])
    for one in buckets:
        count = 0 if one is None else one.count
        mean, rest = (0, 0) if one is None else divmod(int(one.total), one.count)
        column.counts.append(count)
        column.means.append(mean)
        column.rests.append(rest)
        column.below.append(0 if one is None else mean - int(one.least))
        column.above.append(0 if one is None else int(one.most) - mean)
    return column


def _bucket(column: _Column, index: int) -> Bucket:
    count, mean = column.counts[index], column.means[index]
    return Bucket(count, mean - column.below[index], mean + column.above[index], mean * count + column.rests[index], mean)
