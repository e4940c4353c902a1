"""Several API servers behind one address: each answer may be of another one, so that what fails at one may be well at the others.

Each of them speaks to an etcd member of its own where they are stacked (kubernetes.io, "Options for Highly Available Topology"), so
one member that is away fails the checks of one API server, while the others go on writing. [signals.md: "behind a load balancer
each request may reach another instance"]
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from planes.cache.cluster import ClusterCache
from planes.structs.moments import Mono
from planes.structs.observations import HealthSeen, OthersSeen

#: Answers of so many seconds are looked at together. [rule]
LATELY = 15.0
#: A renewal that was made so long after a check began to fail was not on its way before; and after so long without any, nothing
#: shows that others still write. A leader renews every 2 s. Seconds. [rule]
_AFTER, _FRESH = 1.0, 5.0
#: Seconds between two looks while one of them fails: renewals alone make nobody look.
_LOOK = 1.0


@dataclass(frozen=True, slots=True)
class Divided:
    """That some API servers fail a check and others do not: `failed` of the last `of` answers did, or, where there is no such
    record (0), leases are renewed all the same."""

    failed: int = 0
    of: int = 0

    def told(self) -> str:
        """A clause that says what shows it."""
        return f"{self.failed} of the last {self.of} answers failed" if self.failed else "leases are still renewed"


def others(cache: ClusterCache) -> OthersSeen:
    """What tells of other API servers than the one that answered. Several are known by their pods, by identities that were seen to
    be renewed, or by their endpoints."""
    pods = sum(1 for _ in cache.system_pods.of("kube-apiserver"))
    identities = sum(track.confirmed for name, track in cache.system_leases.living() if name.startswith("apiserver-"))
    endpoints = cache.apiserver_endpoints.find("default/kubernetes", None)
    listed = len(endpoints.endpoints) if endpoints is not None else 0
    made = [book.renewed_at for book in (cache.system_leases, cache.node_leases) if book.renewed_at is not None]
    return OthersSeen(several=(pods or max(identities, listed)) > 1, renewed_at=max(made, default=None))


def divided(answers: Sequence[HealthSeen | None], by: OthersSeen, now: Mono, meant: Callable[[str], bool] = bool) -> Divided | None:
    """Whether some API servers fail the checks that are `meant` (by name), and others are well; None: nothing says so. `answers`:
    those to /livez and /readyz, or to one of them."""
    if not by.several:
        return None
    seen = [one for one in answers if one is not None]
    lately = sorted((one for path in seen for one in path.lately if now - one.at <= LATELY), key=lambda one: one.at)
    told = [[check.ok for check in one.checks if meant(check.name)] for one in lately]
    marks = [not all(oks) for oks in told if oks]  # an answer that lists none of them says nothing of them
    fails = [path for path in seen if any(not check.ok and meant(check.name) for check in path.checks)]
    runs = sum(mark and not (index and marks[index - 1]) for index, mark in enumerate(marks))
    if runs > 1 or (runs and not marks[-1] and fails):  # it failed, passed, and failed again, or one of the two paths fails still
        return Divided(sum(marks), len(marks))
    since = max((path.failing_since for path in fails if path.failing_since is not None), default=None)
    if since is None or by.renewed_at is None:
        return None
    return Divided() if by.renewed_at > since + _AFTER and now - by.renewed_at <= _FRESH else None


def unanswered(answers: Sequence[HealthSeen | None], now: Mono) -> tuple[int, int]:
    """How many connections were waited for in vain lately while others were answered, and of how many in all."""
    lately = [one for seen in answers if seen is not None for one in seen.lately if now - one.at <= LATELY]
    lost = sum(one.unanswered for one in lately)
    return lost, lost + len(lately)


def look_again(answers: Sequence[HealthSeen | None], by: OthersSeen, now: Mono) -> Mono | None:
    """When to look again while there is a failure among the last answers; None: there is none, or it makes no difference."""
    lately = (one for seen in answers if seen is not None for one in seen.lately)
    trouble = any((one.unanswered or (by.several and one.failed)) and now - one.at <= LATELY for one in lately)
    return Mono(now + _LOOK) if trouble else None
