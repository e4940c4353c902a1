"""Deprecated APIs that were requested, as each API server's own metrics tell: `apiserver_requested_deprecated_apis`, since 1.19
(kubernetes.io, "Kubernetes Metrics Reference"). An API server tells what was asked of it since it started, and not by whom."""

from dataclasses import dataclass

from planes.cache.certificates import LATELY
from planes.structs.events import Metrics
from planes.structs.moments import Mono
from planes.structs.survey import DeprecatedApi

FAMILY = "apiserver_requested_deprecated_apis"
#: API servers that are told apart, and APIs of one of them.
_SERVERS, _APIS = 32, 500


@dataclass(frozen=True, slots=True)
class _Told:
    apis: frozenset[DeprecatedApi]
    at: Mono


class DeprecatedApis:
    """By the API server that told, which its start tells from the others."""

    __slots__ = ("_told",)

    def __init__(self) -> None:
        self._told: dict[float | None, _Told] = {}

    def took(self, event: Metrics) -> None:
        """/metrics was scraped. One that has not been scraped for long is gone, or a new process took its place."""
        if event.fault is not None:
            return
        found = [dict(one.labels) for one in event.families.get(FAMILY, ()) if one.value > 0][:_APIS]
        apis = frozenset(
            DeprecatedApi(
                one.get("group", ""),
                one.get("version", ""),
                one.get("resource", ""),
                one.get("subresource", ""),
                one.get("removed_release", ""),
            )
            for one in found
        )
        self._told[event.instance] = _Told(apis, event.at)
        kept = sorted(self._told.items(), key=lambda item: -item[1].at)[:_SERVERS]
        self._told = {key: one for key, one in kept if event.at - one.at <= LATELY}

    @property
    def apis(self) -> list[DeprecatedApi]:
        """Of all API servers that were scraped lately, in order."""
        return sorted({one for told in self._told.values() for one in told.apis})

    @property
    def count(self) -> int:
        """How many were scraped lately."""
        return len(self._told)

    @property
    def at(self) -> Mono | None:
        """When one was scraped last."""
        return max((one.at for one in self._told.values()), default=None)
