"""States as words, numbers with their units."""

import re
from datetime import UTC, datetime

from dashboard import component_help
from planes.components.spec import Form
from planes.store.selectors import ClusterHead
from planes.structs.time_tokens import duration
from planes.structs.verdicts import SEVERITY, State

#: A state as it is read. static/js/states.js holds the same words.
WORDS = {state.value: state.value.replace("_", " ") for state in State}

_SEVERITY = {state.value: rank for state, rank in SEVERITY.items()}
#: A unit after its number, the second half of a duration or of a count after its first.
_UNITS = re.compile(r"(\d) (?=(?:ms|min|[smhd]|[KMGTP]iB|B|cores?)(?!\w)|of \d|%)", re.ASCII)
_HALVES = re.compile("(\\d\u00a0(?:of|min|[hd])) (?=\\d)", re.ASCII)
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def known(state: str) -> str:
    """The state itself, or "unknown" for one that we do not know: it must never pass for healthy."""
    return state if state in WORDS else State.UNKNOWN.value


def word(state: str) -> str:
    """A state as it is read: "not observable"."""
    return WORDS[known(state)]


def severity(state: str) -> int:
    """How bad: worst highest, as planes.structs.verdicts has it."""
    return _SEVERITY[known(state)]


def worst(states: list[str]) -> str:
    """The worst of some states; "unknown" of none."""
    return max(states, key=severity, default=State.UNKNOWN.value)


def figure_text(form: Form, value: float) -> str:
    """A value of a figure with its unit, as static/js/charts/values.js writes it: "1,284", "0.43", "38 ms", "1.5 s", "0.4 %"."""
    match form:
        case Form.MILLISECONDS:
            if value >= 0.9995:
                return f"{value:.1f} s"
            return f"{value * 1000:.1f} ms" if 0 < value < 0.0095 else f"{value * 1000:,.0f} ms"
        case Form.PERCENT:
            return f"{value * 100:.2f} %" if 0 < value < 0.001 else f"{value * 100:.1f} %"
        case Form.SECONDS:
            return duration(value) if value else "0 s"
        case Form.BYTES:
            return size(value)
        case Form.COUNT:
            if value < 10 and not value.is_integer():
                return f"{value:.2f}" if value < 1 else f"{value:.1f}"
            return f"{value:,.0f}"


def number(value: int) -> str:
    """1234567 as "1,234,567"."""
    return f"{value:,}"


def glued(text: str) -> str:
    """A number and its unit stay on one line, where text is shown: "2 min 7 s", "5 of 6". static/js/words.js has the same."""
    return _HALVES.sub("\\1\u00a0", _UNITS.sub("\\1\u00a0", text))


def counted(value: int, singular: str) -> str:
    """ "1 node", "1,200 nodes"."""
    return f"{value:,} {singular}" if value == 1 else f"{value:,} {singular}s"


def cores(value: float) -> str:
    """Cores: "0.25", "3.5", "96"."""
    return f"{value:.2f}" if value < 1 else f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"


def size(value: float) -> str:
    """Bytes in binary units: "512 MiB", "7.6 GiB"."""
    unit = 0
    while value >= 1024 and unit < len(_BINARY) - 1:
        value /= 1024
        unit += 1
    shown = f"{value:.1f}".removesuffix(".0") if value < 10 and unit else f"{value:.0f}"
    return f"{shown} {_BINARY[unit]}"


def share(used: float | None, limit: float | None) -> float | None:
    """Used against limit as a fraction from 0 to 1; None if either was not observed."""
    return min(1.0, max(0.0, used / limit)) if used is not None and limit else None


def iso(moment: float | None) -> str:
    """A moment, epoch seconds, in ISO 8601 and UTC; empty for None."""
    return "" if moment is None else datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def commands(written: tuple[str, ...], head: ClusterHead) -> tuple[str, ...]:
    """Commands for this cluster. The demo stands in nobody's kubeconfig, so it is named by its file."""
    if head.source == "demo":
        return component_help.addressed(written, kubeconfig=head.kubeconfig)
    return component_help.addressed(written, context=head.context)
