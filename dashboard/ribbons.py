"""The ribbons of a page: what is remembered of its subject, read and drawn."""

from dashboard.presenters.history import COMPONENT_WINDOWS, NODE_WINDOWS, RibbonLine, longest, ribbon_lines
from planes.store import history, instances
from planes.store.freshness import Freshness
from planes.store.instances import InstanceDetail
from planes.store.selectors import ComponentDetail, NodeDetail


def of_component(detail: ComponentDetail, fresh: Freshness, now: float) -> tuple[RibbonLine, ...]:
    """`now`: epoch seconds, the end of each window."""
    row, began = detail.row, now - longest(COMPONENT_WINDOWS)
    found = history.of_component(detail.cluster.id, row.kind, row.state, row.since, began)
    return ribbon_lines([found], COMPONENT_WINDOWS, now, fresh.collected_at)


def of_node(detail: NodeDetail, fresh: Freshness, now: float) -> tuple[RibbonLine, ...]:
    """The worst of its three agents at each moment."""
    row, began = detail.row, now - longest(NODE_WINDOWS)
    agents = {"kubelet": row.kubelet, "kube-proxy": row.kube_proxy, "container-runtime": row.container_runtime}
    found = history.of_agents(detail.cluster.id, row.name, {kind: (one.state, one.since) for kind, one in agents.items()}, began)
    return ribbon_lines(found, NODE_WINDOWS, now, fresh.collected_at)


def of_instance(detail: InstanceDetail, fresh: Freshness, now: float) -> tuple[RibbonLine, ...]:
    """Of one that went, too: until then."""
    found = instances.history(detail, now - longest(NODE_WINDOWS))
    return ribbon_lines([found], NODE_WINDOWS, now, fresh.collected_at if detail.row is not None else None)
