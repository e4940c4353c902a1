"""The report of an incident, for the post-mortem: one HTML file that needs nothing beside it, or Markdown."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from dashboard.incident_pages import IncidentPage
from dashboard.presenters.incidents import StepLine

#: Of a report that is opened by its address: its own style, and the pictures that it holds.
_POLICY = "default-src 'none'; style-src '{}'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 75rem; margin: 0 auto; padding: 1.5rem; font: 1rem/1.5 Inter, system-ui, sans-serif; }
h1 { line-height: 1.25; }
table { width: 100%; border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.35rem 0.6rem; border-bottom: 1px solid; text-align: left; vertical-align: top; overflow-wrap: break-word; }
.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
figure { margin: 1.5rem 0; }
.note { white-space: pre-line; overflow-wrap: anywhere; }
img { display: block; width: 100%; height: auto; }
footer { margin-top: 2rem; font-size: 0.85rem; }
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture of the report. `source`: as an address that holds it; empty: it could not be drawn, and `why` says so."""

    when: str
    at: str
    source: str
    why: str = ""


def moment(at: float) -> str:
    """2026-11-24 13:40:12 UTC: a file is read anywhere, so its times name their zone."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"


def drawn(when: str, at: float, svg: bytes | None, why: str = "") -> Drawn:
    """`at`: epoch seconds; `svg`: None where it could not be drawn."""
    source = "" if svg is None else f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
    return Drawn(when, moment(at), source, why)


def html(page: IncidentPage, pictures: Sequence[Drawn], address: str, now: float) -> str:
    """`address`: of the incident's page; `now`: when the report is made, epoch seconds."""
    return render_to_string(
        "incident_report.html",
        {
            "page": page,
            "figures": _figures(page),
            "rows": [(one, moment(one.at)) for one in page.steps],
            "pictures": pictures,
            "notes": [(one, moment(one.at)) for one in page.notes],
            "address": address,
            "made": moment(now),
            "style": SafeString(f"<style>{_STYLE}</style>"),
        },
    )


def policy() -> str:
    """The content security policy under which a report may be opened by its address."""
    return _POLICY.format(f"sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}")


def markdown(page: IncidentPage, address: str, now: float) -> str:
    """The same as Markdown; of pictures it holds the addresses."""
    lines = [f"# {_plain(page.line.title)}", ""]
    lines += [f"- {name}: {_plain(value)}" for name, value in _figures(page)]
    lines += ["", "## Step by step", "", "| Time | What | Worst | Lasted | As it was told | Why it belongs here |"]
    lines += ["| --- | --- | --- | --- | --- | --- |", *(_row(one) for one in page.steps)]
    lines += ["", "Between steps this claims order and known dependency, not a cause.", "", "## Pictures", ""]
    cluster = address.split("/incidents/", 1)[0]
    lines += [f"- [{one.when}, {moment(one.at)}]({cluster}/?at={one.iso})" for one in page.pictures]
    if page.notes:
        lines += ["", "## Notes", ""]
        lines += [f"- {_plain(one.author)}, {moment(one.at)}: {_plain(one.text)}" for one in page.notes]
    if page.near:
        lines += ["", "## Near in time, and linked by no rule", ""]
        lines += [f"- {moment(one.began)}: {_plain(one.title)}" for one in page.near]
    lines += ["", f"From {address}, made {moment(now)}.", ""]
    return "\n".join(lines)


def _figures(page: IncidentPage) -> list[tuple[str, str]]:
    line = page.line
    return [
        ("Cluster", line.cluster),
        ("Status", line.status),
        ("Began", moment(line.began)),
        ("Ended", "not yet" if line.goes_on else "not on record" if line.ended is None else moment(line.ended)),
        ("Lasted", line.lasted),
        ("First", line.first),
        *([("Cause", f"{page.cause}, all that was wrong with it when it was told")] if page.cause else []),
        ("Worst", f"{line.state}: {page.worst}"),
        ("Nodes affected", page.nodes),
        ("Watched", f"{page.observed} of its time" if page.observed else "not known"),
    ]


def _row(one: StepLine) -> str:
    cells = (moment(one.at), one.what, one.state, one.lasted, one.because, one.why)
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    """Text of a cluster as Markdown shows it: as it is, within its cell, and never as markup."""
    flat = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#&" else letter for letter in flat)
