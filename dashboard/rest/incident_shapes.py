"""What the API answers about incidents. Times are epoch seconds. It claims order and known dependency, not a cause."""

import msgspec

from dashboard.rest.shapes import Across, Dated


class IncidentItem(msgspec.Struct, frozen=True):
    """`id` names it within its cluster. `ended`: null while it goes on, and where no end is on record. `state` is the worst of it,
    `first` what began it, `steps` how many steps it has, `nodes` how many nodes have a part in it."""

    cluster: str
    id: str
    title: str
    state: str
    goes_on: bool
    began: float
    ended: float | None
    first: str
    steps: int
    nodes: int


class Healing(msgspec.Struct, frozen=True):
    """Of those that began in the last 30 days and have an end on record: how many there are, and the seconds that they took; null:
    there are none."""

    incidents: int
    mean: float | None
    longest: float | None


class IncidentsAnswer(Across, frozen=True, kw_only=True):
    """Newest first. `healing` is of all that may be known of, whatever else was asked. Nothing is known of the time before `since`;
    null: nothing was watched."""

    count: int
    next: str | None
    incidents: tuple[IncidentItem, ...]
    healing: Healing
    since: float | None


class SpellItem(msgspec.Struct, frozen=True):
    """For how long one subject was degraded, down or unknown. `kind` is Component, Node or Cluster, `agent` that of a node."""

    kind: str
    subject: str
    agent: str
    state: str
    goes_on: bool
    began: float
    ended: float | None
    because: str


class StepItem(msgspec.Struct, frozen=True):
    """`to`: the number of the step that it belongs to, from 0; null: it was first. `tie` is "together with", "after" or "cannot
    work without", `why` the dependency as a sentence, `seconds` how long after that step it began."""

    what: str
    state: str
    goes_on: bool
    began: float
    ended: float | None
    because: str
    to: int | None
    tie: str
    why: str
    seconds: float
    spells: tuple[SpellItem, ...]


class NoteItem(msgspec.Struct, frozen=True):
    """What somebody wrote about it."""

    author: str
    at: float
    text: str


class IncidentAnswer(Dated, frozen=True, kw_only=True):
    """`observed`: the share of its time that was watched, in percent, never rounded up; empty where its end is not on record.
    `near`: names of others that were near in time, and are linked by no rule."""

    incident: IncidentItem
    observed: str
    steps: tuple[StepItem, ...]
    near: tuple[str, ...]
    notes: tuple[NoteItem, ...]


class IncidentReportAnswer(Dated, frozen=True, kw_only=True):
    """The report for the post-mortem, in Markdown."""

    id: str
    markdown: str
