"""What the next minor version would meet in a cluster. Pure.

Versions by the Kubernetes version skew policy (kubernetes.io, "Version Skew Policy"): API servers go up one minor version at a time
and stay within one of each other; controller manager, scheduler and cloud controller manager are at most one older than the API
server, kubelets and kube-proxies at most three (two before 1.25), and none is newer. Deprecated APIs by what API servers say that
they were asked for; webhooks by what they catch (planes/assess/survey.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

import msgspec

from planes.components.skew import allowed_of, minors
from planes.structs.survey import DeprecatedApi, HookRow, RunRow, SurveyRow
from planes.structs.thresholds import Thresholds
from planes.structs.versions import behind, minor, order

APISERVER = "kube-apiserver"


class Weight(StrEnum):
    """What something means to an upgrade, the heaviest first."""

    BLOCKS = "blocks"  # it has to be seen to before
    LOOK = "look"  # it may stand in the way
    UNTOLD = "untold"  # nothing can be said of it
    FINE = "fine"


#: The heaviest first.
ORDER = tuple(Weight)


class Target(msgspec.Struct, frozen=True):
    """`version`: the minor version to go to, such as "1.37"; `under_way`: some API servers are there already."""

    version: str
    under_way: bool = False


class Met(msgspec.Struct, frozen=True):
    """Something that the upgrade meets: what it is, in words that go on from its name, and how many of it there are."""

    weight: Weight
    kind: str
    name: str
    said: str
    count: int = 1
    names: tuple[str, ...] = ()


def target(versions: Sequence[str]) -> Target | None:
    """The minor version after the newest API server's; while they differ, the newest's, for one upgrade is finished first. None:
    no version is known."""
    known = sorted({found for one in versions if (found := minor(one)) is not None})
    if not known:
        return None
    newest = known[-1]
    return Target(f"{newest[0]}.{newest[1]}", True) if known[0] != newest else Target(f"{newest[0]}.{newest[1] + 1}")


def heaviest(met: Iterable[Met]) -> Weight:
    """Of all; of nothing it is fine."""
    return min((one.weight for one in met), key=ORDER.index, default=Weight.FINE)


# --- versions -----------------------------------------------------------------------------------------------------------------


def servers(found: SurveyRow, goal: Target) -> list[Met]:
    """Each version of an API server, the oldest first."""
    met = []
    for version in found.versions:
        far = behind(version, goal.version)
        if far is None:
            met.append(Met(Weight.UNTOLD, APISERVER, version, "is no version that can be compared."))
        elif far == 0:
            met.append(Met(Weight.FINE, APISERVER, version, f"is at {goal.version} already."))
        elif far == 1:
            met.append(Met(Weight.FINE, APISERVER, version, f"can go to {goal.version}, one minor version up."))
        else:
            said = f"is {minors(far)} older than {goal.version}: API servers go up one at a time and stay within one of each other."
            met.append(Met(Weight.BLOCKS, APISERVER, version, said))
    return met


def component(row: RunRow, goal: Target, thresholds: Thresholds) -> Met:
    """Whether this version may stay while API servers go to the target."""
    if row.own:
        return _of(row, Weight.UNTOLD, "is no version of Kubernetes: its own project says what it goes with.")
    if not row.version:
        return _of(row, Weight.UNTOLD, "does not tell its version.")
    far, allowed = behind(row.version, goal.version), _allowed(row, thresholds)
    if far is None:
        return _of(row, Weight.UNTOLD, "is no version that can be compared.")
    if far < 0:
        return _of(row, Weight.BLOCKS, f"is {minors(-far)} newer than {goal.version}, and nothing may be newer than API servers.")
    limit = f"{goal.version} allows {allowed:.0f}"
    if far > allowed:
        said = f"is {minors(far)} older than {goal.version}, and at most {allowed:.0f} may be: upgrade it first."
        return _of(row, Weight.BLOCKS, said)
    if far == 0:
        return _of(row, Weight.FINE, f"is at {goal.version} already.")
    return _of(row, Weight.FINE, f"may stay while API servers go up: {minors(far)} older, {limit}.")


def _allowed(row: RunRow, thresholds: Thresholds) -> float:
    match row.kind:
        case "kubelet":
            return allowed_of(row.version, thresholds.kubelet_skew)
        case "kube-proxy":
            return allowed_of(row.version, thresholds.proxy_skew)
        case _:
            return thresholds.leader_skew


def _of(row: RunRow, weight: Weight, said: str) -> Met:
    return Met(weight, row.kind, row.version, said, row.count, row.names)


def left_behind(found: SurveyRow) -> list[RunRow]:
    """Kubelets of an older minor version than the oldest API server's, the oldest first."""
    oldest = min(found.versions, key=order, default="")
    kubelets = [one for one in found.runs if one.kind == "kubelet" and not one.own]
    return [one for one in kubelets if (behind(one.version, oldest) or 0) > 0]


# --- deprecated APIs ----------------------------------------------------------------------------------------------------------


def api(one: DeprecatedApi, goal: Target) -> Met:
    """Whether the target still serves it."""
    group = f"{one.group}/{one.version}" if one.group else one.version
    name = f"{group} {one.resource}{f'/{one.subresource}' if one.subresource else ''}"
    if not one.removed:
        return Met(Weight.FINE, "api", name, "is deprecated; no release is named that removes it.")
    left = behind(goal.version, one.removed)
    if left is None:
        return Met(Weight.UNTOLD, "api", name, f"is removed in {one.removed}.")
    if left <= 0:
        return Met(Weight.BLOCKS, "api", name, f"is removed in {one.removed}: whoever asks for it is answered 404 from then on.")
    return Met(Weight.FINE, "api", name, f"is still served by {goal.version}, and removed in {one.removed}.")


# --- webhooks -----------------------------------------------------------------------------------------------------------------


def hooks(found: Iterable[HookRow]) -> Iterator[Met]:
    """Those that refuse what they do not answer."""
    for one in found:
        name = f"{one.name} ({one.configuration})" if one.configuration != one.name else one.name
        what = ", ".join(one.catches)
        spares = f" It leaves out {', '.join(one.spares)}." if one.spares else ""
        if one.ready is None:
            catches = f"it catches {what or 'nothing an upgrade does, by its rules'}."
            said = f"calls {one.service or 'nobody'}; whether that is ready cannot be seen, and {catches}"
            yield Met(Weight.UNTOLD if not what else Weight.LOOK, "webhook", name, said + spares)
        elif one.ready == 0 and what:
            said = f"has no ready endpoint in {one.service}, and the API server refuses what it catches: {what}."
            yield Met(Weight.BLOCKS, "webhook", name, said + spares)
        elif one.ready == 0:
            said = f"has no ready endpoint in {one.service}; it catches nothing an upgrade does, by its rules."
            yield Met(Weight.LOOK, "webhook", name, said)
        elif what:
            said = f"answers now; while its own pods in {one.service} are moved, it refuses {what}."
            yield Met(Weight.LOOK, "webhook", name, said + spares)
        else:
            yield Met(Weight.FINE, "webhook", name, "answers, and catches nothing an upgrade does, by its rules.")
