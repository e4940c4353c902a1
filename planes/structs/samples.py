"""Figures over time, as they are remembered: buckets of 10 s, 1 min and 10 min, each with what keeps a peak visible.

A bucket in which a figure was not observed is not there: a gap in a chart is a gap in what was observed, and never the last value
carried on.
"""

from collections.abc import Iterable

import msgspec


class Bucket(msgspec.Struct, frozen=True, array_like=True):
    """What was observed of one figure within a stretch of time, in the figure's own unit (planes.components.spec.Figure): how many
    values, the least, the most, their sum, and the last."""

    count: int
    least: float
    most: float
    total: float
    last: float

    @property
    def mean(self) -> float:
        return self.total / self.count


#: The figures that were observed within a stretch of time, by key. Those that were not are missing.
Buckets = dict[str, Bucket]


class Step(msgspec.Struct, frozen=True):
    """Buckets of `seconds` are kept for `kept` seconds."""

    seconds: int
    kept: float


class Moment(msgspec.Struct, frozen=True):
    """The buckets that begin at `began`; `at` is when the last of their values was observed. Epoch seconds."""

    began: int
    at: float
    buckets: Buckets


class Lines(msgspec.Struct, frozen=True):
    """Charts with one axis of time: `at` in epoch seconds, in order; of each figure as many buckets, None where its line is broken:
    nothing was observed there."""

    at: tuple[float, ...]
    buckets: dict[str, tuple[Bucket | None, ...]]


def alone(value: float) -> Bucket:
    """The bucket of one value."""
    return Bucket(1, value, value, value, value)


def joined(earlier: Bucket, later: Bucket) -> Bucket:
    """Both as one. No peak is lost, and the mean is that of all values."""
    return Bucket(
        earlier.count + later.count,
        min(earlier.least, later.least),
        max(earlier.most, later.most),
        earlier.total + later.total,
        later.last,
    )


def all_joined(earlier: Buckets, later: Buckets) -> Buckets:
    """The same for each figure; one that was observed in one of the two only is as it was there."""
    return {**earlier, **{key: joined(earlier[key], one) if key in earlier else one for key, one in later.items()}}


def beginning(at: float, seconds: int) -> int:
    """When the bucket begins in which a moment lies, epoch seconds."""
    return int(at // seconds) * seconds


def coarser(moments: Iterable[Moment], seconds: int) -> list[Moment]:
    """Buckets of `seconds`, a multiple of those of `moments`, which are in order."""
    made: dict[int, Moment] = {}
    for one in moments:
        began = beginning(one.began, seconds)
        before = made.get(began)
        made[began] = Moment(began, one.at, one.buckets if before is None else all_joined(before.buckets, one.buckets))
    return list(made.values())


def finest(steps: Iterable[Step], began: float, now: float, most: int) -> Step:
    """The finest of `steps` that is kept since `began` and holds no more than `most` buckets since then; the coarsest where none
    does. `steps` are in order, the finest first."""
    last = None
    for last in steps:
        if now - began <= last.kept and now - began <= most * last.seconds:
            return last
    if last is None:
        raise ValueError("no steps")
    return last


def width(span: float, step: int, most: int) -> int:
    """Seconds of the buckets that a chart of `span` seconds has: a multiple of `step`, so that there are at most `most`."""
    times = max(1, -int(-span // (step * most)))
    return times * step


def lines(moments: Iterable[Moment], keys: Iterable[str], seconds: int, gap: float) -> Lines:
    """Of each figure a value in the middle of each bucket of `seconds`, of the newest where its last value is at most. All lines
    are broken where more than `gap` seconds lie between the last value of one bucket and the beginning of the next, and each where
    its figure was not observed."""
    at: list[float] = []
    made: dict[str, list[Bucket | None]] = {key: [] for key in keys}
    before: Moment | None = None
    for one in moments:
        if before is not None and one.began - before.at > gap:
            at.append((before.at + one.began) / 2)
            for line in made.values():
                line.append(None)
        at.append(min(one.began + seconds / 2, one.at))
        for key, line in made.items():
            line.append(one.buckets.get(key))
        before = one
    return Lines(tuple(at), {key: tuple(line) for key, line in made.items()})
