"""Which checks of /livez and /readyz fail, told when that changes, so that their failures are remembered one by one."""

from dataclasses import dataclass

from planes.cache.cluster import ClusterCache
from planes.components.divided import LATELY
from planes.structs.moments import NEVER, Epoch, Mono
from planes.structs.observations import Answered
from planes.structs.rows import ChecksRow

PATHS = ("/livez", "/readyz")


@dataclass(slots=True)
class _Failing:
    """When it was seen to fail last, and the reason that was given first."""

    last: Mono
    reason: str


class CheckHistory:
    """Behind one address several API servers answer in turn. So a check fails from the first answer in which it does until the
    last, and has passed once it did not fail for 15 s (planes.components.divided). While no answer tells, nothing changes."""

    def __init__(self) -> None:
        self._seen: dict[str, Mono] = {}
        self._failing: dict[str, dict[str, _Failing]] = {path: {} for path in PATHS}

    def look(self, cache: ClusterCache, offset: float) -> list[ChecksRow]:
        """What changed since the look before; of each path also what its first answer tells. `offset` leads from our monotonic to
        epoch seconds."""
        made: list[ChecksRow] = []
        for path in PATHS:
            health = cache.reach.health.get(path)
            if health is None:
                continue
            for one in health.lately:
                if one.at > self._seen.get(path, NEVER) and one.checks:
                    made += self._took(path, one, offset)
                    self._seen[path] = one.at
        return made

    def _took(self, path: str, answer: Answered, offset: float) -> list[ChecksRow]:
        made: list[ChecksRow] = []
        failing = self._failing[path]
        over = [name for name, one in failing.items() if answer.at - one.last > LATELY and name not in answer.failed]
        for name in sorted(over, key=lambda name: failing[name].last):
            last = failing.pop(name).last
            made.append(self._row(path, last, offset))
        news = path not in self._seen
        for check in (one for one in answer.checks if not one.ok):
            known = failing.get(check.name)
            reason = known.reason if known is not None else ""  # the first that is given: it is asked for after the answer
            news = news or known is None or (not reason and bool(check.reason))
            failing[check.name] = _Failing(answer.at, reason or check.reason)
        if news:
            made.append(self._row(path, answer.at, offset))
        return made

    def _row(self, path: str, at: Mono, offset: float) -> ChecksRow:
        failing = {name: one.reason for name, one in self._failing[path].items()}
        return ChecksRow(path, Epoch(round(at + offset, 1)), failing)
