"""What the page of an upgrade shows: what the next minor version would meet, read and put in order."""

from dataclasses import dataclass

from django.conf import settings

from dashboard import pulses
from dashboard.presenters.words import counted
from planes.assess import upgrade
from planes.assess.survey import RUN_BY_PODS
from planes.assess.upgrade import ORDER, Met, Target, Weight
from planes.components.registry import title_of
from planes.live.wire import Lateness
from planes.store.freshness import believed, lateness
from planes.store.selectors import ClusterHead
from planes.store.survey import survey
from planes.structs.survey import GapRow, RunRow, SurveyRow
from planes.structs.thresholds import Thresholds

#: A weight as a state's shape and as a word.
_SHAPES = {
    Weight.BLOCKS: ("degraded", "see to it first"),
    Weight.LOOK: ("unknown", "may stand in the way"),
    Weight.UNTOLD: ("not_observable", "cannot be told"),
    Weight.FINE: ("healthy", "fine"),
}
#: Lines of a part that are shown one by one.
LIMIT = 100
#: What of those that run by pods every cluster has, so that its lack is worth a line.
_EXPECTED = tuple(kind for kind in RUN_BY_PODS if kind != "cloud-controller-manager")


@dataclass(frozen=True, slots=True)
class AllMet:
    """Everything that an upgrade to `goal` meets, each part with the heaviest first. `goal` None: no version is known."""

    goal: Target | None
    weight: Weight
    versions: tuple[Met, ...]
    left_behind: tuple[RunRow, ...]
    apis: tuple[Met, ...]
    hooks: tuple[Met, ...]


@dataclass(frozen=True, slots=True)
class MetLine:
    """`query` finds the nodes it is about in the table of nodes."""

    state: str
    word: str
    what: str
    name: str
    said: str
    count: str
    names: str
    query: str


@dataclass(frozen=True, slots=True)
class UpgradePage:
    """`verdict`: in a few words. `more`: lines that are not shown. `servers`, `scraped`: how many were seen, in
    words; `scraped_at`: epoch seconds."""

    cluster: ClusterHead
    goal: Target | None
    looked: bool
    verdict: str
    state: str
    versions: tuple[MetLine, ...]
    left_behind: tuple[MetLine, ...]
    nodes: str
    apis: tuple[MetLine, ...]
    scraped: str
    scraped_at: float | None
    hooks: tuple[MetLine, ...]
    calm_hooks: str
    more: int
    unsettled: bool
    gaps: tuple[GapRow, ...]
    late: Lateness | None


def context(head: ClusterHead, now: float) -> dict[str, object]:
    """For the template. `now`: epoch seconds."""
    fresh = pulses.freshness(head)
    late = lateness(fresh, now)
    blind = late is not None and late.cause != "cluster"
    shown = page(head, survey(head.id), Thresholds(**settings.BOUNDS), late)
    return {"page": shown, "fresh": believed(fresh, late), "late": late, "blind": blind, "served": now, "now": now}


def met(found: SurveyRow, thresholds: Thresholds) -> AllMet:
    """All of it, in order."""
    goal = upgrade.target(found.versions)
    if goal is None:
        hooks = _ordered(list(upgrade.hooks(found.hooks)))
        return AllMet(None, Weight.UNTOLD, (), (), (), hooks)
    versions = [*upgrade.servers(found, goal), *(upgrade.component(row, goal, thresholds) for row in found.runs)]
    seen = {one.kind for one in versions}
    versions += [
        Met(Weight.UNTOLD, kind, "", "no pod of it is seen, so its version is not known.", 0)
        for kind in _EXPECTED
        if kind not in seen
    ]
    apis, hooks = _ordered([upgrade.api(one, goal) for one in found.deprecated]), _ordered(list(upgrade.hooks(found.hooks)))
    weight = upgrade.heaviest([*versions, *apis, *hooks])
    return AllMet(goal, weight, _ordered(versions), tuple(upgrade.left_behind(found)), apis, hooks)


def _ordered(met: list[Met]) -> tuple[Met, ...]:
    return tuple(sorted(met, key=lambda one: ORDER.index(one.weight)))


def page(head: ClusterHead, found: SurveyRow | None, thresholds: Thresholds, late: Lateness | None = None) -> UpgradePage:
    """All of it. `found` None: nothing was looked at yet."""
    row = found or SurveyRow()
    told = met(row, thresholds)
    weights = [one.weight for one in (*told.versions, *told.apis, *told.hooks)]
    calm = [one for one in told.hooks if one.weight is Weight.FINE]
    return UpgradePage(
        cluster=head,
        goal=told.goal,
        looked=found is not None,
        verdict=_verdict(told.goal, weights, late),
        state=_SHAPES[told.weight][0] if late is None else "unknown",
        versions=tuple(_line(one) for one in told.versions)[:LIMIT],
        left_behind=tuple(_behind(one) for one in told.left_behind)[:LIMIT],
        nodes=counted(sum(one.count for one in row.runs if one.kind == "kubelet"), "node"),
        apis=tuple(_line(one) for one in told.apis)[:LIMIT],
        scraped=_scraped(row),
        scraped_at=row.scraped_at,
        hooks=tuple(_line(one) for one in told.hooks if one.weight is not Weight.FINE)[:LIMIT],
        calm_hooks=f"Beside these, {counted(len(calm), 'webhook')} of failurePolicy Fail with an answering backend and rules that "
        f"catch nothing of an upgrade, and {row.hooks_open:,} of failurePolicy Ignore, which let requests pass unanswered.",
        more=sum(max(0, len(one) - LIMIT) for one in (told.versions, told.left_behind, told.apis, told.hooks)),
        unsettled=row.unsettled,
        gaps=row.gaps,
        late=late,
    )


def _verdict(goal: Target | None, weights: list[Weight], late: Lateness | None) -> str:
    if goal is None:
        return "the API server’s version is not known"
    first, look, untold = (weights.count(one) for one in (Weight.BLOCKS, Weight.LOOK, Weight.UNTOLD))
    parts = [f"{counted(first, 'thing')} to see to first"] if first else []
    parts += [f"{look:,} may stand in the way"] if look else []
    parts += [f"{untold:,} cannot be told"] if untold else []
    said = ", ".join(parts) or "nothing in the way, as far as can be seen"
    return f"{said}, when last seen" if late is not None else said


def _scraped(row: SurveyRow) -> str:
    if not row.scraped:
        return "No API server’s metrics have been read"
    of = f" of {row.servers}" if row.servers is not None and row.servers >= row.scraped else ""
    return f"Told by {row.scraped}{of} API server{'' if (row.servers or row.scraped) == 1 else 's'}"


def _line(one: Met) -> MetLine:
    state, word = _SHAPES[one.weight]
    more = f" and {one.count - len(one.names):,} more" if one.count > len(one.names) else ""
    what = "" if one.kind in ("api", "webhook") else title_of(one.kind)
    names = f"{', '.join(one.names)}{more}" if one.names else ""
    query = f"version:{one.name}" if one.kind == "kubelet" and one.name else ""
    return MetLine(state, word, what, one.name, one.said, f"{one.count:,}", names, query)


def _behind(one: RunRow) -> MetLine:
    return _line(Met(Weight.FINE, one.kind, one.version, "", one.count, one.names))
