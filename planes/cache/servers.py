"""What /version and its connections told of the API servers of one cluster: their versions, and the certificates they show.

Behind a load balancer each answer may be another server's, so what one said is kept for a while beside what the others say.
"""

from dataclasses import dataclass

from planes.structs.events import Server
from planes.structs.moments import Mono
from planes.structs.observations import ServerSeen
from planes.structs.versions import order

#: For so long after its last answer a server's version counts: it is asked every minute, and a load balancer deals. [rule]
LATELY = 600.0


@dataclass(slots=True)
class _Answered:
    first: Mono
    last: Mono


class Servers:
    """The API servers as their answers tell them apart."""

    __slots__ = ("_versions", "seen")

    def __init__(self) -> None:
        self.seen = ServerSeen()
        self._versions: dict[str, _Answered] = {}

    def took(self, event: Server) -> None:
        """/version was answered. What was known before stays where the new answer does not tell."""
        before = self.seen
        ends = event.certificate_not_after if event.certificate_not_after is not None else before.certificate_not_after
        skew = event.clock_skew if event.clock_skew is not None else before.clock_skew
        version = event.git_version or before.version
        if version:
            known = self._versions.setdefault(version, _Answered(event.at, event.at))
            known.last = event.at
        self.seen = ServerSeen(at=event.at, version=version, certificate_not_after=ends, certificate_left=None, clock_skew=skew)

    def versions(self, now: Mono) -> set[str]:
        """The versions that answered lately. One that has not answered since a newer one was first heard is gone: of a single
        server that was upgraded only the new version counts, while several answer in turn."""
        self._versions = {version: one for version, one in self._versions.items() if now - one.last <= LATELY}
        return {
            version
            for version, one in self._versions.items()
            if not any(order(other) > order(version) and heard.first > one.last for other, heard in self._versions.items())
        }
