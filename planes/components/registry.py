"""What each component is judged by: every line of evidence that the rules emit, where it comes from, and what it may turn.

Documentation is made from this (handbook.py), and a test holds it to what the rules really say, both ways.
"""

import re
from collections.abc import Iterator
from functools import cache

from planes.components.signals_control import CLOUD_CONTROLLER_MANAGER, CONTROLLER_MANAGER, ETCD, SCHEDULER
from planes.components.signals_data import ADDONS, AGENTS
from planes.components.signals_server import APISERVER
from planes.components.spec import Component, Signal

COMPONENTS: tuple[Component, ...] = (
    APISERVER, ETCD, CONTROLLER_MANAGER, SCHEDULER, CLOUD_CONTROLLER_MANAGER, *AGENTS, *ADDONS
)  # fmt: skip


def find(component: str, signal: str) -> Signal | None:
    """The declaration of a line of evidence as a rule emits it; None if there is none."""
    return next((one for one in _of(component) if _pattern(one.name).fullmatch(signal)), None)


def declared() -> Iterator[tuple[str, Signal]]:
    """Every (component, signal)."""
    return ((component.kind, signal) for component in COMPONENTS for signal in component.signals)


@cache
def _of(component: str) -> tuple[Signal, ...]:
    return next((one.signals for one in COMPONENTS if one.kind == component), ())


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """ "identity of {host}" as a pattern."""
    return re.compile("".join(".+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", name)))
