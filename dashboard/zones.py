"""Time zones of the IANA database: what a clock there says, and where its namesake lies."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

#: ISO 6709, as zone1970.tab has it: ±DDMM±DDDMM or ±DDMMSS±DDDMMSS.
_PLACE = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")


def clock(zone: str, now: float) -> tuple[str, str]:
    """The time of day and the short name of the zone: ("15:42:10", "CET"). `now`: epoch seconds. No zone is UTC."""
    then = _there(zone, now)
    return f"{then:%H:%M:%S}", then.tzname() or ""


def offset(zone: str, now: float) -> float:
    """Seconds by which clocks there are ahead of UTC."""
    ahead = _there(zone, now).utcoffset()
    return 0.0 if ahead is None else ahead.total_seconds()


def place(zone: str) -> tuple[float, float] | None:
    """Latitude and longitude, degrees, of the place that a zone is named after; None: it is named after none."""
    return _places().get(zone)


def _there(zone: str, now: float) -> datetime:
    return datetime.fromtimestamp(now, ZoneInfo(zone) if zone else UTC)


@lru_cache(maxsize=1)
def _places() -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines():
        _, _, rest = line.partition("\t")
        where, _, rest = rest.partition("\t")
        match = None if line.startswith("#") else _PLACE.fullmatch(where)
        if match is not None:
            found[rest.partition("\t")[0]] = (_degrees(*match.groups()[:4]), _degrees(*match.groups()[4:]))
    return found


def _degrees(sign: str | None, degrees: str | None, minutes: str | None, seconds: str | None) -> float:
    value = int(degrees or 0) + int(minutes or 0) / 60 + int(seconds or 0) / 3600
    return -value if sign == "-" else value
