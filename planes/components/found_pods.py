"""The pods of a node that were just read: who owns each, and what they ask for together, beside what the node has."""

from collections.abc import Sequence

import msgspec

from planes.structs.lookups import FoundLine, FoundPart
from planes.structs.objects import Item, Meta
from planes.structs.quantity import quantity

_DONE = ("Succeeded", "Failed")
#: Resources that are told; others are told where a pod asks for them.
_USUAL = ("cpu", "memory")
_MOST = 500


class _Owner(msgspec.Struct):
    kind: str = ""
    name: str = ""
    controller: bool = False


class _OwnedMeta(Meta):
    ownerReferences: list[_Owner] = []


class _Resources(msgspec.Struct):
    requests: dict[str, str] = {}


class _Container(msgspec.Struct):
    resources: _Resources = msgspec.field(default_factory=_Resources)
    restartPolicy: str = ""


class _Spec(msgspec.Struct):
    containers: list[_Container] = []
    initContainers: list[_Container] = []
    overhead: dict[str, str] = {}
    resources: _Resources = msgspec.field(default_factory=_Resources)  # of the pod as a whole, from 1.34 on


class _Phase(msgspec.Struct):
    phase: str = ""


class OwnedPod(Item):
    """What is read of a pod to tell whose it is and what it asks for."""

    metadata: _OwnedMeta
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Phase = msgspec.field(default_factory=_Phase)


def requested(pods: Sequence[OwnedPod]) -> dict[str, float]:
    """What pods that are not done ask for together, in base units, as the scheduler counts it."""
    total: dict[str, float] = {}
    for pod in pods:
        if pod.status.phase not in _DONE:
            for name, value in _asked(pod.spec).items():
                total[name] = total.get(name, 0.0) + value
    return total


def _asked(spec: _Spec) -> dict[str, float]:
    """Of one pod: its containers together with its sidecars, or the most that an init container needs with the sidecars that began
    before it, whichever is more, and the overhead of its runtime class (kubernetes.io, "Resource sharing within containers";
    "Pod Overhead"). What the pod asks for as a whole takes the place of that, where it does."""
    running: dict[str, float] = {}
    starting: dict[str, float] = {}
    for one in spec.initContainers:
        needs = _values(one.resources.requests)
        if one.restartPolicy == "Always":  # a sidecar: it goes on
            _add(running, needs)
            needs = {}
        starting = {
            name: max(starting.get(name, 0.0), running.get(name, 0.0) + needs.get(name, 0.0))
            for name in {*starting, *running, *needs}
        }
    for one in spec.containers:
        _add(running, _values(one.resources.requests))
    made = {name: max(running.get(name, 0.0), starting.get(name, 0.0)) for name in {*running, *starting}}
    made |= _values(spec.resources.requests)
    _add(made, _values(spec.overhead))
    return made


def _values(told: dict[str, str]) -> dict[str, float]:
    return {name: value for name, text in told.items() if (value := quantity(text)) is not None}


def _add(total: dict[str, float], more: dict[str, float]) -> None:
    for name, value in more.items():
        total[name] = total.get(name, 0.0) + value


def requests(pods: Sequence[OwnedPod], capacity: dict[str, str], allocatable: dict[str, str], *, cut: bool) -> FoundPart:
    """What is asked for, allocatable and there, a line a resource."""
    asked, has, may = requested(pods), _values(capacity), _values(allocatable)
    asked["pods"] = float(sum(pod.status.phase not in _DONE for pod in pods))
    wanted = [*_USUAL, "pods", *sorted(name for name in {*asked, *may} if name not in (*_USUAL, "pods") and asked.get(name))]
    lines = []
    for name in wanted:
        want, limit = asked.get(name, 0.0), may.get(name)
        share = f" ({want / limit * 100:.0f} %)" if limit else ""
        text = f"{_told(name, want)} of {_told(name, limit)}{share}; capacity {_told(name, has.get(name))}"
        lines.append(FoundLine(name, text, shares=_shares(want, limit, has.get(name))))
    about = "Requests of pods that are not done, of what the node has for pods."
    if any(line.shares for line in lines):
        about += " A bar is the capacity, with what is allocatable of it and what is requested."
    return FoundPart("requests", "Requested, allocatable, capacity", tuple(lines), about=about, brief=True, cut=cut)


def _shares(want: float, limit: float | None, whole: float | None) -> tuple[float, float] | None:
    """What is asked for and what is allocatable, of what is there. Pods that were bound before may ask for more than fits."""
    if not whole or limit is None:
        return None
    return min(1.0, want / whole), min(1.0, limit / whole)


def owners(pods: Sequence[OwnedPod], *, cut: bool) -> FoundPart:
    """Whose pods they are: each owner with its pods."""
    by: dict[tuple[str, str], list[str]] = {}
    for pod in pods:
        owner = next((one for one in pod.metadata.ownerReferences if one.controller), None)
        title = f"{owner.kind} {owner.name}" if owner is not None else "owned by no controller"
        by.setdefault((pod.metadata.namespace, title), []).append(pod.metadata.name)
    lines = tuple(FoundLine(f"{space}: {title}", ", ".join(sorted(names))) for (space, title), names in sorted(by.items()))
    return FoundPart(
        "owners",
        "Owners of its pods",
        lines[:_MOST],
        more=max(0, len(lines) - _MOST),
        cut=cut,
        none="No pod is bound to it.",
        folded=True,
    )


def _told(name: str, value: float | None) -> str:
    if value is None:
        return "not said"
    if name == "memory" or name.startswith("hugepages-") or "storage" in name:
        return f"{value / 2**30:.1f} GiB" if value >= 2**30 else f"{value / 2**20:.0f} MiB"
    return f"{value:.2f}".rstrip("0").rstrip(".")
