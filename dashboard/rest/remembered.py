"""The answers of the API about what was: changes, what was watched, and ribbons of states."""

from collections.abc import Callable, Sequence

import msgspec

from dashboard import figures, uptime_pages, wanted_changes, wanted_window
from dashboard.figures import Charts
from dashboard.presenters.history import up_to
from dashboard.rest import cursors
from dashboard.rest.access import Access
from dashboard.rest.problems import RefusedError
from dashboard.rest.queries import WINDOWS, ChangesQuery, FiguresQuery, RibbonQuery
from dashboard.rest.reading import Dates, across, dated
from dashboard.rest.shapes import (
    ChangeItem,
    ChangesAnswer,
    FigureItem,
    FiguresAnswer,
    RibbonAnswer,
    UptimeAnswer,
    UptimeItem,
    WatchedAnswer,
)
from dashboard.ribbons import histories_of_gone, states_of_component, states_of_node
from dashboard.wanted_changes import WrongError
from dashboard.wanted_window import Window
from planes.assess.ribbon import shares
from planes.assess.uptime import uptime
from planes.components.spec import Charted
from planes.store import changes, gone_nodes, history, selectors
from planes.store.changes import Found, Place
from planes.store.selectors import ClusterHead
from planes.structs.history import Stretch
from planes.structs.samples import Bucket


def of_all(access: Access, asked: ChangesQuery, now: float) -> ChangesAnswer:
    """The changes of every cluster that may be known of. Raises RefusedError (400)."""
    heads = access.heads()
    return _listed(heads, "", None if access.clusters is None else tuple(head.id for head in heads), asked, now)


def of_cluster(head: ClusterHead, asked: ChangesQuery, now: float) -> ChangesAnswer:
    """The changes of one cluster. Raises RefusedError (400)."""
    return _listed([head], head.slug, None, asked, now)


def _listed(
    heads: Sequence[ClusterHead], slug: str, among: tuple[int, ...] | None, asked: ChangesQuery, now: float
) -> ChangesAnswer:
    given = {name: value for name, value in msgspec.to_builtins(asked).items() if name not in ("limit", "cursor") and value}
    try:
        wanted = wanted_changes.asked(given, slug, now)
    except WrongError as error:
        raise RefusedError(400, str(error)) from None
    of = ("changes", slug, *(f"{name}={value}" for name, value in sorted(given.items())))
    place = cursors.read(asked.cursor, Place, *of)
    found = changes.page(msgspec.structs.replace(wanted.wanted, among=among), place, asked.limit)
    told = across(heads, now)
    return ChangesAnswer(
        as_of=told.as_of,
        late=told.late,
        clusters=told.clusters,
        count=found.count,
        next=cursors.written(found.older, *of) if found.older else None,
        changes=tuple(_change(one) for one in found.found),
        watched=found.spans,
    )


def watched(head: ClusterHead, asked: RibbonQuery, now: float) -> WatchedAnswer:
    """When it was watched."""
    told, began = dated(head, now), now - WINDOWS[asked.window]
    spans = up_to(history.spans(head.id, began), told.as_of)
    return WatchedAnswer(cluster=told.cluster, as_of=told.as_of, late=told.late, began=began, ended=now, spans=spans)


def of_component(head: ClusterHead, kind: str, asked: RibbonQuery, now: float) -> RibbonAnswer:
    """Which state a component was in. Raises RefusedError (404)."""
    found = selectors.component(head.slug, kind)
    if found is None:
        raise RefusedError(404, f"Cluster {head.slug} has no component {kind}.")
    began = now - WINDOWS[asked.window]
    told = dated(head, now)
    states = states_of_component(head.id, kind, found.row.state, found.row.since, began, now, told.as_of)
    return _ribbon(told, kind, states, began, now)


def figures_of(head: ClusterHead, kind: str, asked: FiguresQuery, now: float) -> FiguresAnswer:
    """A component's figures over time. Raises RefusedError (400, 404)."""
    found = selectors.component(head.slug, kind)
    if found is None:
        raise RefusedError(404, f"Cluster {head.slug} has no component {kind}.")
    window = _window(asked, now)
    told = dated(head, now)
    charts = figures.of_component(head.id, kind, found.row.state, found.row.since, window, now, told.as_of)
    return _figures(told, kind, window, charts)


def figures_of_node(head: ClusterHead, name: str, asked: FiguresQuery, now: float) -> FiguresAnswer:
    """A node's figures over time, also of one that went. Raises RefusedError (400, 404)."""
    window, told = _window(asked, now), dated(head, now)
    if (found := selectors.node(head.slug, name)) is not None:
        charts = figures.of_node(head.id, found.row, window, now, told.as_of)
    elif (gone := gone_nodes.gone_node(head.slug, name)) is not None:
        charts = figures.of_gone_node(gone, histories_of_gone(gone, now), window, now)
    else:
        raise RefusedError(404, f"Cluster {head.slug} has no node {name}.")
    return _figures(told, "node", window, charts)


def _figures(told: Dates, kind: str, window: Window, charts: Charts) -> FiguresAnswer:
    return FiguresAnswer(
        cluster=told.cluster,
        as_of=told.as_of,
        late=told.late,
        kind=kind,
        began=window.began,
        ended=window.ended,
        step=charts.seconds,
        at=charts.lines.at,
        figures=tuple(_figure(one, charts.lines.buckets[one.key]) for one in charts.figures),
        stretches=charts.stretches,
    )


def uptimes(head: ClusterHead, asked: FiguresQuery, now: float) -> UptimeAnswer:
    """Of everything of a cluster that has an uptime. Raises RefusedError (400)."""
    window, told = _window(asked, now), dated(head, now)
    ended, found = uptime_pages.subjects(head, window)
    items = tuple(UptimeItem(one.key, uptime(one.stretches)) for one in found)
    return UptimeAnswer(cluster=told.cluster, as_of=told.as_of, late=told.late, began=window.began, ended=ended, uptimes=items)


def _window(asked: FiguresQuery, now: float) -> Window:
    try:
        return wanted_window.asked({name: value for name, value in msgspec.to_builtins(asked).items() if value}, now)
    except WrongError as error:
        raise RefusedError(400, str(error)) from None


def _figure(one: Charted, buckets: Sequence[Bucket | None]) -> FigureItem:
    def each(read: Callable[[Bucket], float]) -> tuple[float | None, ...]:
        return tuple(None if bucket is None else round(read(bucket), one.digits) for bucket in buckets)

    return FigureItem(
        one.key,
        one.told,
        one.form,
        one.least,
        mean=each(lambda bucket: bucket.mean),
        least=each(lambda bucket: bucket.least),
        most=each(lambda bucket: bucket.most),
    )


def of_node(head: ClusterHead, name: str, asked: RibbonQuery, now: float) -> RibbonAnswer:
    """The worst state of a node's three agents. Raises RefusedError (404)."""
    found = selectors.node(head.slug, name)
    if found is None:
        raise RefusedError(404, f"Cluster {head.slug} has no node {name}.")
    began, told = now - WINDOWS[asked.window], dated(head, now)
    return _ribbon(told, name, states_of_node(head.id, found.row, began, now, told.as_of), began, now)


def _ribbon(told: Dates, subject: str, stretches: tuple[Stretch, ...], began: float, now: float) -> RibbonAnswer:
    seconds = shares(stretches)
    return RibbonAnswer(
        cluster=told.cluster,
        as_of=told.as_of,
        late=told.late,
        subject=subject,
        began=began,
        ended=now,
        stretches=stretches,
        seconds={state.value: round(value, 1) for state, value in seconds.seconds.items()},
        unwatched=round(seconds.unwatched, 1),
    )


def _change(one: Found) -> ChangeItem:
    row = one.row
    return ChangeItem(
        one.id, one.slug, row.subject_kind, row.subject, row.agent, row.before, row.after, row.because, row.at, row.group
    )
