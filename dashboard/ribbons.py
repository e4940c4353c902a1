"""The ribbons of a page: what is remembered of its subject, read and drawn."""

from collections.abc import Sequence

import msgspec

from dashboard.presenters.history import COMPONENT_WINDOWS, NODE_WINDOWS, RibbonLine, lines_of, longest, ribbon_lines, up_to
from planes.assess.ribbon import ribbon, worst
from planes.components.registry import AGENT_KINDS
from planes.store import gone_nodes, history, instances, moments
from planes.store.freshness import Freshness
from planes.store.gone_nodes import GoneNode
from planes.store.instances import InstanceDetail
from planes.store.selectors import ComponentDetail, NodeDetail
from planes.structs.history import History, Stretch
from planes.structs.moments import Epoch
from planes.structs.rows import NodeRow
from planes.structs.verdicts import State


def states_of_component(
    cluster_id: int, kind: str, state: State, since: float, began: float, ended: float, heard: float | None
) -> tuple[Stretch, ...]:
    """A component's states from `began` to `ended`, epoch seconds. `state` is what it is in now, `since` epoch seconds; `heard`:
    when its collector last vouched for the present. Those of an agent are put together from what is remembered of its nodes."""
    if kind in AGENT_KINDS:
        return moments.agent_track(cluster_id, kind, up_to(history.spans(cluster_id, began), heard), began, ended)
    found = history.of_component(cluster_id, kind, state, since, began)
    return ribbon(msgspec.structs.replace(found, spans=up_to(found.spans, heard)), Epoch(began), Epoch(ended))


def of_component(detail: ComponentDetail, fresh: Freshness, now: float) -> tuple[RibbonLine, ...]:
    """`now`: epoch seconds, the end of each window."""
    row, began = detail.row, now - longest(COMPONENT_WINDOWS)
    states = states_of_component(detail.cluster.id, row.kind, row.state, row.since, began, now, fresh.collected_at)
    return lines_of(states, COMPONENT_WINDOWS, now)


def states_of_node(cluster_id: int, row: NodeRow, began: float, ended: float, heard: float | None) -> tuple[Stretch, ...]:
    """The worst of a node's three agents at each moment from `began` to `ended`, epoch seconds; `heard` as above."""
    agents = {"kubelet": row.kubelet, "kube-proxy": row.kube_proxy, "container-runtime": row.container_runtime}
    found = history.of_agents(cluster_id, row.name, {kind: (one.state, one.since) for kind, one in agents.items()}, began)
    kept = [msgspec.structs.replace(one, spans=up_to(one.spans, heard)) for one in found]
    return worst([ribbon(one, Epoch(began), Epoch(ended)) for one in kept])


def known_of_node(detail: NodeDetail, fresh: Freshness, now: float) -> tuple[Stretch, ...]:
    """The same over the longest window of its page."""
    return states_of_node(detail.cluster.id, detail.row, now - longest(NODE_WINDOWS), now, fresh.collected_at)


def of_node(states: tuple[Stretch, ...], now: float) -> tuple[RibbonLine, ...]:
    """Of a node, from its states over the longest window."""
    return lines_of(states, NODE_WINDOWS, now)


def histories_of_gone(node: GoneNode, now: float) -> list[History]:
    """What is remembered of a node that went; none where no change of it is."""
    return gone_nodes.histories(node, now - longest(NODE_WINDOWS))


def of_gone_node(found: Sequence[History], now: float) -> tuple[RibbonLine, ...]:
    """Of a node that went, until then."""
    return ribbon_lines(found, NODE_WINDOWS, now, None) if found else ()


def states_of_gone_node(found: Sequence[History], began: float, ended: float) -> tuple[Stretch, ...]:
    """The same from `began` to `ended`, epoch seconds."""
    return worst([ribbon(one, Epoch(began), Epoch(ended)) for one in found])


def of_instance(detail: InstanceDetail, fresh: Freshness, now: float) -> tuple[RibbonLine, ...]:
    """Of one that went, too: until then."""
    found = instances.history(detail, now - longest(NODE_WINDOWS))
    return ribbon_lines([found], NODE_WINDOWS, now, fresh.collected_at if detail.row is not None else None)
