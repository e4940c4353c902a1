"""Frames that could not be stored yet, as one frame: latest wins, and no announced change is lost."""

import msgspec

from planes.structs.node_samples import BLOCKS
from planes.structs.rows import Frame

#: Announced changes kept while SQL is away. Beyond it the oldest go: the states themselves are never lost.
CHANGES_KEPT = 20_000
#: Samples kept while SQL is away: those of an hour.
SAMPLES_KEPT = 120
#: Samples of nodes kept meanwhile, each of one block: those of ten minutes, some 2 MB of 5,000 nodes.
NODE_SAMPLES_KEPT = 10 * BLOCKS
#: Changes of checks kept meanwhile.
CHECKS_KEPT = 200


def merge(older: Frame, newer: Frame) -> Frame:
    """The frame that has the effect of `older` and then `newer`."""
    changes = [*older.changes, *newer.changes][-CHANGES_KEPT:]
    samples = [*older.samples, *newer.samples][-SAMPLES_KEPT:]
    node_samples = [*older.node_samples, *newer.node_samples][-NODE_SAMPLES_KEPT:]
    checks = [*older.checks, *newer.checks][-CHECKS_KEPT:]
    cluster = newer.cluster or older.cluster
    attention = older.attention if newer.attention is None else newer.attention
    survey = newer.survey or older.survey
    if newer.full:
        return msgspec.structs.replace(
            newer,
            cluster=cluster,
            attention=attention,
            changes=changes,
            samples=samples,
            node_samples=node_samples,
            checks=checks,
            survey=survey,
        )
    gone_components, gone_nodes = set(newer.gone_components), set(newer.gone_nodes)
    components = {row.kind: row for row in older.components if row.kind not in gone_components}
    components |= {row.kind: row for row in newer.components}
    nodes = {name: row for name, row in older.nodes.items() if name not in gone_nodes}
    nodes |= newer.nodes
    return Frame(
        at=newer.at,
        full=older.full,
        cluster=cluster,
        components=list(components.values()),
        gone_components=sorted((gone_components | set(older.gone_components)) - components.keys()),
        nodes=nodes,
        gone_nodes=sorted((gone_nodes | set(older.gone_nodes)) - nodes.keys()),
        attention=attention,
        changes=changes,
        samples=samples,
        node_samples=node_samples,
        checks=checks,
        survey=survey,
    )


def is_urgent(frame: Frame) -> bool:
    """Whether somebody waits for it: a state changed, something came or went. Figures and pods may wait for a second."""
    return bool(frame.full or frame.changes or frame.attention is not None or frame.gone_nodes or frame.gone_components)
