"""What /version and its connections told of the API servers of one cluster: their versions, and the certificates they show.

Behind a load balancer each answer may be another server's, so what one showed is kept for a while beside what the others show. What
was not shown again since its successor came is gone: it was upgraded, or renewed.
"""

from dataclasses import dataclass

from planes.cache.certificates import ServingCertificates
from planes.structs.certificates import Credentials
from planes.structs.events import Server
from planes.structs.moments import Mono
from planes.structs.observations import ServerSeen
from planes.structs.versions import order

#: For so long after it was last shown a version or a certificate counts: /version is asked every minute, on a connection of its
#: own, and a load balancer deals. [rule]
LATELY = 600.0


@dataclass(slots=True)
class _Shown:
    first: Mono
    last: Mono


@dataclass(frozen=True, slots=True)
class Renewal:
    """A certificate took another's place: when both end, in epoch seconds, and when the new one was first shown."""

    ended: float
    ends: float
    at: Mono


class Servers:
    """The API servers as their answers tell them apart. `answers` is how many there were, each on a connection of its own."""

    __slots__ = ("_certificates", "_renewal", "_versions", "answers", "credentials", "seen", "serving")

    def __init__(self) -> None:
        self.seen = ServerSeen()
        self.answers = 0
        self.serving = ServingCertificates()
        self.credentials: Credentials | None = None  # with which was asked last
        self._renewal: Renewal | None = None
        self._versions: dict[str, _Shown] = {}
        self._certificates: dict[float, tuple[float | None, _Shown]] = {}  # by when they end: from when they are valid

    def took(self, event: Server) -> None:
        """/version was answered. What was known before stays where the new answer does not tell."""
        before = self.seen
        self.answers += 1
        version = event.git_version or before.version
        if version:
            self._versions.setdefault(version, _Shown(event.at, event.at)).last = event.at
        self.credentials = event.credentials or self.credentials
        if event.certificate is not None:
            self.serving.took(event.certificate, event.at)
        begins, ends = before.certificate_not_before, before.certificate_not_after
        if event.certificate_not_after is not None:
            begins, ends = self._showed(event.certificate_not_before, event.certificate_not_after, event.at)
        self.seen = ServerSeen(
            at=event.at,
            version=version,
            certificate_not_after=ends,
            certificate_not_before=begins,
            clock_skew=event.clock_skew if event.clock_skew is not None else before.clock_skew,
        )

    def _showed(self, begins: float | None, ends: float, at: Mono) -> tuple[float | None, float]:
        """The certificate that ends first of those that are shown now, each perhaps by another server."""
        self._certificates.setdefault(ends, (begins, _Shown(at, at)))[1].last = at
        for end, (_, shown) in list(self._certificates.items()):
            if at - shown.last > LATELY:
                if (after := self._successor(end, shown)) is not None:
                    self._renewal = Renewal(end, after[1], after[0])
                del self._certificates[end]
        current = min(end for end, (_, shown) in self._certificates.items() if self._successor(end, shown) is None)
        return self._certificates[current][0], current

    def _successor(self, end: float, shown: _Shown) -> tuple[Mono, float] | None:
        """Of the certificates that end later and were shown first after this one was shown last, the first: when, and its end."""
        ends_later = [(one.first, other) for other, (_, one) in self._certificates.items() if other > end]
        return min((one for one in ends_later if one[0] > shown.last), default=None)

    def take_renewal(self) -> Renewal | None:
        """The renewal that was seen since this was last asked."""
        renewal, self._renewal = self._renewal, None
        return renewal

    def versions(self, now: Mono) -> set[str]:
        """The versions that answered lately. One that has not answered since a newer one was first heard is gone: of a single
        server that was upgraded only the new version counts, while several answer in turn."""
        self._versions = {version: one for version, one in self._versions.items() if now - one.last <= LATELY}
        return {
            version
            for version, one in self._versions.items()
            if not any(order(other) > order(version) and heard.first > one.last for other, heard in self._versions.items())
        }
