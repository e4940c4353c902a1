"""What walls show of all clusters, made once for everyone who looks: cards, the ribbons of a day, and what changed a moment ago.

static/js/board draws it, in the browser and in the server's painter, and judges by each cluster's pulse whether it is the present.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from dashboard import acknowledged, answers, presenters, pulses
from dashboard.acknowledged import Acknowledged
from dashboard.presenters.cards import CardPlane, Trouble, WallCard, further
from dashboard.presenters.history import DAY, NOTED_WITHIN, up_to
from planes.assess import ribbon as ribbons
from planes.live.wire import Encoded
from planes.store import history, incidents, moments, selectors
from planes.store.freshness import Freshness, lateness
from planes.store.selectors import ClusterSummary
from planes.structs.history import Stretch
from planes.structs.moments import Epoch

#: Seconds for which what was made holds: walls are told at most once a second of each cluster that it changed.
HOLDS = 1.0
#: Seconds for which the ribbons of a day hold; those that are drawn again at a time, and the seconds after which no other is begun:
#: they take some milliseconds each, of a large cluster with a long record half a second.
DAY_HOLDS, DAYS_AT_ONCE, DAYS_TIME = 120.0, 8, 0.2
#: Seconds for which a change is announced.
ANNOUNCED = 20.0
#: Seconds after which nobody has looked: what is different then changed at some time, and is no news. A wall looks once a minute.
WATCHED = 90.0
#: Changes that are remembered for that.
_CHANGES = 200

#: From when on (epoch seconds) a plane was in which state; empty while nobody watched.
Turn = tuple[float, str]


class BoardCluster(msgspec.Struct, frozen=True):
    """One cluster: static/js/board/told.js says what each field is. `sky` and `ground` are None until they have been read."""

    card: WallCard
    pulse: float | None
    heard: float | None
    apart: float
    sky: tuple[Turn, ...] | None
    ground: tuple[Turn, ...] | None
    calm: float | None
    open: bool
    watched: float | None
    acknowledged: str = ""
    further: tuple[Trouble, ...] = ()


class BoardChange(msgspec.Struct, frozen=True):
    """A plane of a cluster went from one state to another; this process saw it at `at`, epoch seconds."""

    at: float
    slug: str
    cluster: str
    plane: str
    before: str
    after: str
    because: str


class BoardScene(msgspec.Struct, frozen=True):
    """`at`: when it was made, epoch seconds."""

    at: float
    clusters: tuple[BoardCluster, ...]
    changes: tuple[BoardChange, ...]


class BoardNews(msgspec.Struct, frozen=True, tag="wall_news"):
    """How one cluster is now, over the sockets of displays; static/js/wall/feed.js puts it in its place."""

    at: float
    slug: str
    cluster: BoardCluster
    changes: tuple[BoardChange, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A scene as it goes out."""

    scene: BoardScene
    etag: str
    plain: bytes


class _Day(msgspec.Struct, frozen=True):
    """What is remembered of one cluster; `read`: when, by this process's clock, with the states that its planes had then."""

    read: float
    states: tuple[str, str]
    sky: tuple[Turn, ...]
    ground: tuple[Turn, ...]
    calm: float | None
    open: bool
    watched: float | None


class Boards:
    """This process's scenes. One thread makes them at a time, and the others take what it made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scene: BoardScene | None = None
        self._ids: tuple[int, ...] = ()
        self._until = 0.0
        self._begun = -WATCHED  # when its making began, by this process's clock
        self._made: dict[frozenset[int] | None, Made] = {}
        self._days: dict[int, _Day] = {}
        self._states: dict[tuple[int, str], str] = {}
        self._changes: deque[tuple[int, BoardChange]] = deque(maxlen=_CHANGES)
        self.scenes = 0  # how many were made, for tests

    def get(self, clusters: frozenset[int] | None = None) -> Made:
        """The scene of the clusters with these ids; None: of all. At most HOLDS old."""
        with self._lock:
            if self._scene is None or time.monotonic() >= self._until:
                self._make()
            found = self._made.get(clusters)
            if found is None:
                found = self._made[clusters] = self._encoded(clusters)
            return found

    def news(self, cluster_id: int) -> Encoded | None:
        """How a cluster is that has just changed, for those who show it; None: it is watched no longer. Of several that ask
        together one makes it for all."""
        asked = time.monotonic()
        with self._lock:
            if self._scene is None or self._begun < asked:
                self._make()
            scene = self._scene
            if scene is None or cluster_id not in self._ids:
                return None
            cluster = scene.clusters[self._ids.index(cluster_id)]
            changes = tuple(one for number, one in self._changes if number == cluster_id and scene.at - one.at < ANNOUNCED)
            return Encoded(msgspec.json.encode(BoardNews(scene.at, cluster.card.slug, cluster, changes)).decode())

    def outdate(self) -> None:
        """Something was said that is in no scene yet: the next who asks has one made."""
        with self._lock:
            self._until = 0.0

    def days(self) -> dict[int, tuple[tuple[Turn, ...], tuple[Turn, ...]]]:
        """Of the clusters whose day is known already, by their ids: its control plane and its data plane. Nothing is read."""
        return {number: (day.sky, day.ground) for number, day in self._days.copy().items()}

    def _encoded(self, clusters: frozenset[int] | None) -> Made:
        scene = self._scene
        assert scene is not None, "it has just been made"
        shown = tuple(one for number, one in zip(self._ids, scene.clusters, strict=True) if clusters is None or number in clusters)
        changes = tuple(
            one for number, one in self._changes if scene.at - one.at < ANNOUNCED and (clusters is None or number in clusters)
        )
        cut = BoardScene(scene.at, shown, changes)
        plain = msgspec.json.encode(cut)
        return Made(cut, answers.etag_of(plain), plain)

    def _make(self) -> None:
        now, at = time.time(), time.monotonic()
        watched, self._begun = at - self._begun < WATCHED, at
        if not watched:
            self._states.clear()
        summaries = selectors.clusters()
        fresh = pulses.all_freshness([one.head for one in summaries])
        self._read_days(summaries, fresh, now, at)
        self._ids = tuple(one.head.id for one in summaries)
        known = acknowledged.every()
        made = [self._cluster(one, seen, known, now) for one, seen in zip(summaries, fresh, strict=True)]
        self._scene = BoardScene(now, tuple(made), ())
        self._made.clear()
        self._until = time.monotonic() + HOLDS
        self.scenes += 1

    def _cluster(self, summary: ClusterSummary, fresh: Freshness, known: dict[int, Acknowledged], now: float) -> BoardCluster:
        late = lateness(fresh, now)
        card = presenters.cluster_card(summary, fresh, late)
        self._note(summary, "control plane", card.card.control, now)
        self._note(summary, "data plane", card.card.data, now)
        day = self._days.get(summary.head.id)
        return BoardCluster(
            card=card.card,
            pulse=card.pulse,
            heard=card.heard,
            apart=late.apart if late is not None else 0.0,
            sky=None if day is None else day.sky,
            ground=None if day is None else day.ground,
            calm=None if day is None else day.calm,
            open=day is not None and day.open,
            watched=None if day is None else day.watched,
            acknowledged=_seen_by(summary, card.card, known.get(summary.head.id)),
            further=further(summary),
        )

    def _note(self, summary: ClusterSummary, title: str, plane: CardPlane, now: float) -> None:
        """Remember that a plane is in another state than when it was last looked at."""
        key = (summary.head.id, title)
        before = self._states.get(key)
        self._states[key] = plane.state
        if before is not None and before != plane.state:
            change = BoardChange(now, summary.slug, summary.name, title, before, plane.state, plane.because)
            self._changes.append((summary.head.id, change))

    def _read_days(self, summaries: list[ClusterSummary], fresh: list[Freshness], now: float, at: float) -> None:
        """Read the days that are missing, out of date, or of which the end is another now: some at a time, the oldest first."""
        ids = {one.head.id for one in summaries}
        self._days = {number: day for number, day in self._days.items() if number in ids}
        self._states = {key: state for key, state in self._states.items() if key[0] in ids}
        due: list[tuple[float, ClusterSummary, Freshness]] = []
        for summary, seen in zip(summaries, fresh, strict=True):
            day = self._days.get(summary.head.id)
            if day is None or day.states != _states(summary) or at - day.read >= DAY_HOLDS:
                due.append((-1.0 if day is None else day.read, summary, seen))
        due.sort(key=lambda one: one[0])
        for _, summary, seen in due[:DAYS_AT_ONCE]:
            self._days[summary.head.id] = _day(summary, seen, now, at)
            if time.monotonic() - at > DAYS_TIME:
                break


@lru_cache(maxsize=1)
def shared() -> Boards:
    """This process's scenes, the ones for all of its views."""
    return Boards()


def _seen_by(summary: ClusterSummary, card: WallCard, found: Acknowledged | None) -> str:
    """Who has acknowledged what is wrong. What heals of it is acknowledged no longer; of a plane that is unknown nothing is known
    to."""
    by = acknowledged.said((card.control, card.data), acknowledged.wrong_with(summary), found)
    if by and found is not None and found.wrong is not None and "unknown" not in (card.control.state, card.data.state):
        remains = acknowledged.remains(summary, found.wrong)
        if remains != found.wrong:
            acknowledged.heal(summary.head.id, found, remains)
    return by


def _states(summary: ClusterSummary) -> tuple[str, str]:
    control, data = summary.row.control, summary.row.data
    return ("" if control is None else control.state, "" if data is None else data.state)


def _day(summary: ClusterSummary, fresh: Freshness, now: float, at: float) -> _Day:
    head, began, ended = summary.head, Epoch(now - DAY), Epoch(now)
    found = moments.tracks(head.slug, began, ended)
    kept = [msgspec.structs.replace(one, spans=up_to(one.spans, fresh.collected_at)) for one in found.control]
    record = incidents.lately(head.slug)
    spans = history.spans(head.id, 0.0)
    ends = [one.ended for one in record if one.ended is not None]
    return _Day(
        read=at,
        states=_states(summary),
        sky=_turns(ribbons.worst([ribbons.ribbon(one, began, ended) for one in kept]), now),
        ground=_turns(ribbons.cut(found.data, began, ended), now),
        calm=max(ends, default=None),
        open=any(one.goes_on for one in record),
        watched=spans[0].began if spans else None,
    )


def _turns(stretches: tuple[Stretch, ...], now: float) -> tuple[Turn, ...]:
    """That somebody watches is noted every few seconds: an end without it that is as short as that is no gap."""
    kept = [one for one in stretches if one.state is not None or one.ended < now or one.seconds > NOTED_WITHIN]
    return tuple((round(one.began, 1), "" if one.state is None else str(one.state)) for one in kept)
