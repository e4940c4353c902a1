"""Every component, once: what is told of a kind anywhere is read from here.

A new kind is a module beside this one and a line in COMPONENTS. Documentation, rights, doctor, the picture's kinds and their order,
figures and their charts follow from it, and a test holds the declarations to what the rules really say, both ways.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from planes.components import (
    cloud_controller_manager,
    container_runtime,
    dns,
    etcd,
    konnectivity,
    kube_apiserver,
    kube_controller_manager,
    kube_proxy,
    kube_scheduler,
    kubelet,
    metrics_server,
)
from planes.components.apiserver_figures import ABOUT
from planes.components.spec import Agent, Component, Figure, Kind, Plane, Signal
from planes.structs.thresholds import Thresholds

#: Judged once a cluster, in the order in which they are shown.
COMPONENTS: tuple[Component[Any], ...] = (
    kube_apiserver.COMPONENT,
    etcd.COMPONENT,
    kube_controller_manager.COMPONENT,
    kube_scheduler.COMPONENT,
    cloud_controller_manager.COMPONENT,
    dns.COMPONENT,
    metrics_server.COMPONENT,
    konnectivity.COMPONENT,
)
#: Judged on every node, in the order of their segments in a tile; planes.structs.rows.NodeRow has a field for each.
AGENTS: tuple[Agent, ...] = (kubelet.AGENT, kube_proxy.AGENT, container_runtime.AGENT)
#: All of them in the order in which they are shown: the control plane, the data plane, what stands beside them.
KINDS: tuple[Kind, ...] = (
    *(one for one in COMPONENTS if one.plane is Plane.CONTROL),
    *AGENTS,
    *(one for one in COMPONENTS if one.plane is Plane.ADDON),
)
#: Kinds of the control plane, and of the agents.
CONTROL_PLANE: tuple[str, ...] = tuple(one.kind for one in COMPONENTS if one.plane is Plane.CONTROL)
AGENT_KINDS: tuple[str, ...] = tuple(one.kind for one in AGENTS)

#: All figures, in the order of a sample's values.
FIGURES: tuple[Figure, ...] = tuple(figure for one in KINDS for figure in one.figures)


def figure_abouts(thresholds: Thresholds) -> dict[str, str]:
    """What each figure is, by the name of its fact (of one that has a chart only, by its key), with "…" for the value."""
    return {one.fact or one.key: one.about(thresholds) for one in FIGURES} | ABOUT


_BY_KIND: dict[str, Kind] = {one.kind: one for one in KINDS}
_RANK: dict[str, int] = {one.kind: place for place, one in enumerate(KINDS)}


def of(kind: str) -> Kind | None:
    """What is told of a kind; None for one that nobody declared (of a store that a newer version wrote)."""
    return _BY_KIND.get(kind)


def title_of(kind: str) -> str:
    """What a kind is called; itself where it is not declared."""
    found = of(kind)
    return kind if found is None else found.title


def rank(kind: str) -> tuple[int, str]:
    """By which kinds are sorted: those that nobody declared come last, by name."""
    return _RANK.get(kind, len(_RANK)), kind


def find(kind: str, signal: str) -> Signal | None:
    """The declaration of a line of evidence as a rule emits it; None if there is none."""
    found = _BY_KIND.get(kind)
    return next((one for one in found.signals if _pattern(one.name).fullmatch(signal)), None) if found is not None else None


def declared() -> Iterator[tuple[str, Signal]]:
    """Every (kind, signal)."""
    return ((one.kind, signal) for one in KINDS for signal in one.signals)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """ "identity of {host}" as a pattern."""
    return re.compile("".join(".+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", name)))
