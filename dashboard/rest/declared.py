"""What can be asked of the API: the one list from which its addresses, its OpenAPI document and the page that shows it are made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

import msgspec
from django.http import QueryDict

from dashboard.reports import ClustersReport, LabelReport
from dashboard.rest import asking, comparing, finding, incidents, reading, remembered, surveyed, walls
from dashboard.rest.access import Access
from dashboard.rest.asking import Nothing, Paged
from dashboard.rest.incident_shapes import IncidentAnswer, IncidentReportAnswer, IncidentsAnswer
from dashboard.rest.queries import (
    ChangesQuery,
    CompareQuery,
    FiguresQuery,
    IncidentsQuery,
    InstancesQuery,
    NodesQuery,
    RibbonQuery,
    SearchQuery,
)
from dashboard.rest.shapes import (
    Answer,
    AttentionAnswer,
    ChangesAnswer,
    ClusterAnswer,
    ComponentAnswer,
    ComponentsAnswer,
    FiguresAnswer,
    InstancesAnswer,
    NodeAnswer,
    NodesAnswer,
    PodsAnswer,
    RibbonAnswer,
    SearchAnswer,
    UptimeAnswer,
    WatchedAnswer,
)
from dashboard.rest.survey_shapes import CertificatesAnswer, CompareAnswer, UpgradeAnswer
from dashboard.rest.walls import DisplaysAnswer, DisplaysQuery
from planes.live.wire import NodeReport, Snapshot
from planes.store.selectors import ClusterHead

Query = TypeVar("Query", bound=msgspec.Struct)

#: Of what stands in an address and what is asked beside it, at a time in epoch seconds. May raise RefusedError.
Serve = Callable[[Access, Mapping[str, str], QueryDict, float], Answer]

#: What stands in an address, by its name there: its schema, and what it is.
PLACES: dict[str, tuple[dict[str, str | int], str]] = {
    "cluster": (
        {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$", "maxLength": 100},
        "A cluster, as its addresses name it.",
    ),
    "kind": ({"type": "string", "pattern": "^[-a-zA-Z0-9_]+$", "maxLength": 63}, "A kind of component, such as kube-scheduler."),
    "node": ({"type": "string", "minLength": 1, "maxLength": 253}, "A node, by its name."),
    "incident": (
        {"type": "string", "minLength": 1, "maxLength": 400, "pattern": "^[^/]+$"},
        "An incident, such as 20261124T134012Z-etcd.",
    ),
}


class LabelQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which label."""

    label: Annotated[str, msgspec.Meta(min_length=1, max_length=381, description="As key, or as key=beginning of a value.")]


class SnapshotQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which moment."""

    at: Annotated[
        str, msgspec.Meta(max_length=40, description="A moment in the past such as 2026-11-22T14:05Z; without it the present.")
    ] = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """One address. `route` is as Django has it, below /api/v1/. `serve` is None where a view of its own answers: for what the pages
    ask as well, in the form that they know."""

    name: str
    route: str
    title: str
    about: str
    query: type[msgspec.Struct]
    answer: type[msgspec.Struct]
    serve: Serve | None = None


def _of_all(query: type[Query], read: Callable[[Access, Query, float], Answer]) -> Serve:
    return lambda access, places, given, now: read(access, asking.read(given, query), now)


def _of_cluster(query: type[Query], read: Callable[[ClusterHead, Query, float], Answer]) -> Serve:
    return lambda access, places, given, now: read(access.head(places["cluster"]), asking.read(given, query), now)


def _within(place: str, query: type[Query], read: Callable[[ClusterHead, str, Query, float], Answer]) -> Serve:
    return lambda access, places, given, now: read(access.head(places["cluster"]), places[place], asking.read(given, query), now)


_TOKENS = "The pages ask for it, too: its texts hold time tokens (docs/wire.md)."
_C = "c/<slug:cluster>"

#: In the order in which addresses are tried, and shown.
RESOURCES: tuple[Resource, ...] = (
    Resource("api-clusters", "clusters", "All clusters", f"A card of two planes each. {_TOKENS}", Nothing, ClustersReport),
    Resource(
        "api-cluster",
        _C,
        "One cluster",
        "Its two planes, how many nodes are in which state, and what the picture has to do without.",
        Nothing,
        ClusterAnswer,
        _of_cluster(Nothing, reading.cluster),
    ),
    Resource(
        "api-attention",
        f"{_C}/attention",
        "What needs attention",
        "Put together by cause, the worst first.",
        Nothing,
        AttentionAnswer,
        _of_cluster(Nothing, reading.attention),
    ),
    Resource(
        "api-components",
        f"{_C}/components",
        "Its components",
        "State, since, because; in the order of the picture.",
        Nothing,
        ComponentsAnswer,
        _of_cluster(Nothing, reading.components),
    ),
    Resource(
        "api-component",
        f"{_C}/components/<slug:kind>",
        "One component",
        "With its evidence, its figures and its instances.",
        Nothing,
        ComponentAnswer,
        _within("kind", Nothing, reading.component),
    ),
    Resource(
        "api-component-ribbon",
        f"{_C}/components/<slug:kind>/ribbon",
        "A component's ribbon",
        "Which state it was in, and when nobody watched.",
        RibbonQuery,
        RibbonAnswer,
        _within("kind", RibbonQuery, remembered.of_component),
    ),
    Resource(
        "api-component-figures",
        f"{_C}/components/<slug:kind>/figures",
        "A component's figures",
        "What its charts show: mean, least and most of each bucket of time, and null where nothing was observed.",
        FiguresQuery,
        FiguresAnswer,
        _within("kind", FiguresQuery, remembered.figures_of),
    ),
    Resource(
        "api-instances",
        f"{_C}/instances",
        "Instances of components",
        "Every API server, etcd member, scheduler and controller manager that is known.",
        InstancesQuery,
        InstancesAnswer,
        _of_cluster(InstancesQuery, reading.instances),
    ),
    Resource(
        "api-nodes",
        f"{_C}/nodes",
        "Its nodes",
        "Filtered in the language of the picture, sorted by any column, a page at a time.",
        NodesQuery,
        NodesAnswer,
        _of_cluster(NodesQuery, reading.nodes),
    ),
    Resource(
        "api-node-pods",
        f"{_C}/nodes/<path:node>/pods",
        "A node's pods",
        "As far as they are kept.",
        Paged,
        PodsAnswer,
        _within("node", Paged, reading.pods),
    ),
    Resource(
        "api-node-ribbon",
        f"{_C}/nodes/<path:node>/ribbon",
        "A node's ribbon",
        "The worst of its three agents at each moment.",
        RibbonQuery,
        RibbonAnswer,
        _within("node", RibbonQuery, remembered.of_node),
    ),
    Resource(
        "api-node-figures",
        f"{_C}/nodes/<path:node>/figures",
        "A node's figures",
        "The age of its heartbeat, its pods, CPU and memory: mean, least and most of each bucket of time.",
        FiguresQuery,
        FiguresAnswer,
        _within("node", FiguresQuery, remembered.figures_of_node),
    ),
    Resource(
        "api-node-detail",
        f"{_C}/nodes/<path:node>/detail",
        "One node",
        "With its agents' evidence, conditions, taints, labels and events.",
        Nothing,
        NodeAnswer,
        _within("node", Nothing, reading.node),
    ),
    Resource(
        "api-node",
        f"{_C}/nodes/<path:node>",
        "One node, as the picture knows it",
        f"As it is stored, with its pods. {_TOKENS}",
        Nothing,
        NodeReport,
    ),
    Resource(
        "api-search",
        f"{_C}/search",
        "Nodes by label",
        "The names of the nodes that carry a label, asked for as key or key=value.",
        LabelQuery,
        LabelReport,
    ),
    Resource(
        "api-cluster-changes",
        f"{_C}/changes",
        "Its changes",
        "Every announced change of state, newest first.",
        ChangesQuery,
        ChangesAnswer,
        _of_cluster(ChangesQuery, remembered.of_cluster),
    ),
    Resource(
        "api-cluster-incidents",
        f"{_C}/incidents",
        "Its incidents",
        "Runs of states that hang together by order and a known dependency, newest first, and how long they took to heal.",
        IncidentsQuery,
        IncidentsAnswer,
        _of_cluster(IncidentsQuery, incidents.of_cluster),
    ),
    Resource(
        "api-incident-report",
        f"{_C}/incidents/<str:incident>/report",
        "An incident's report",
        "For the post-mortem, as Markdown; its pictures by their addresses.",
        Nothing,
        IncidentReportAnswer,
        _within("incident", Nothing, incidents.report),
    ),
    Resource(
        "api-incident",
        f"{_C}/incidents/<str:incident>",
        "One incident",
        "What was first, what followed, and by which rule each step belongs to an earlier one; with the notes of people.",
        Nothing,
        IncidentAnswer,
        _within("incident", Nothing, incidents.one),
    ),
    Resource(
        "api-uptime",
        f"{_C}/uptime",
        "Its uptime",
        "How long the cluster, its planes and its components were in which state, and for how long nobody watched.",
        FiguresQuery,
        UptimeAnswer,
        _of_cluster(FiguresQuery, remembered.uptimes),
    ),
    Resource(
        "api-certificates",
        f"{_C}/certificates",
        "Its certificates",
        "What can be seen of them, what is over first, then by their ends: API servers', our own, and those that webhooks and API "
        "services are held to.",
        Nothing,
        CertificatesAnswer,
        _of_cluster(Nothing, surveyed.certificates),
    ),
    Resource(
        "api-upgrade",
        f"{_C}/upgrade",
        "What the next minor version would meet",
        "Versions by the skew policy, nodes left behind, deprecated APIs in use, webhooks that refuse what they do not answer.",
        Nothing,
        UpgradeAnswer,
        _of_cluster(Nothing, surveyed.upgrade),
    ),
    Resource(
        "api-watched",
        f"{_C}/watched",
        "When it was watched",
        "What lies between two of these spans is unknown.",
        RibbonQuery,
        WatchedAnswer,
        _of_cluster(RibbonQuery, remembered.watched),
    ),
    Resource(
        "api-compare",
        f"{_C}/compare",
        "Compared to another",
        "To another cluster, or to itself at another moment: verdicts, versions, nodes and components, and whether they differ.",
        CompareQuery,
        CompareAnswer,
        lambda access, places, given, now: comparing.compared(access, places["cluster"], asking.read(given, CompareQuery), now),
    ),
    Resource(
        "api-snapshot",
        f"{_C}/snapshot",
        "The whole picture",
        f"Columnar over the nodes; as it is, or as it was at a moment, put together from what is remembered. {_TOKENS}",
        SnapshotQuery,
        Snapshot,
    ),
    Resource(
        "api-changes",
        "changes",
        "Changes of all clusters",
        "Every announced change of state, newest first.",
        ChangesQuery,
        ChangesAnswer,
        _of_all(ChangesQuery, remembered.of_all),
    ),
    Resource(
        "api-incidents",
        "incidents",
        "Incidents of all clusters",
        "The same of every cluster, newest first.",
        IncidentsQuery,
        IncidentsAnswer,
        _of_all(IncidentsQuery, incidents.of_all),
    ),
    Resource(
        "api-displays",
        "displays",
        "Displays on walls",
        "Which one is dark, since when, and what its screen last said of itself.",
        DisplaysQuery,
        DisplaysAnswer,
        _of_all(DisplaysQuery, walls.every),
    ),
    Resource(
        "api-find",
        "search",
        "Find something",
        "Clusters, components, instances, nodes, labels, versions, addresses, pods and incidents: equal ones first, then those "
        "that begin so.",
        SearchQuery,
        SearchAnswer,
        _of_all(SearchQuery, finding.found),
    ),
)
