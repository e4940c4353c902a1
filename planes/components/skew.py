"""How far apart versions may be (Kubernetes version skew policy)."""

from functools import lru_cache

from planes.structs.moments import Mono
from planes.structs.verdicts import Evidence, State
from planes.structs.versions import behind, minor

#: Kubelets and kube-proxies older than this may be two minor versions apart from others, and no more (version skew policy).
_WIDE = (1, 25)
_NARROW = 2.0


def allowed_of(version: str, allowed: float) -> float:
    """How many minor versions a kubelet or kube-proxy of `version` may be apart."""
    found = minor(version)
    return min(allowed, _NARROW) if found is not None and found < _WIDE else allowed


def not_applicable(version: str, source: str, at: Mono | None) -> Evidence:
    """The line of what is no kubelet of Kubernetes: its project says what it goes with."""
    text = f"{version or 'version not known'}, which is no version of Kubernetes"
    return Evidence("version skew", text, "told by its own project", State.NOT_OBSERVABLE, source, at)


def minors(count: float) -> str:
    """ "1 minor version", "3 minor versions"."""
    return f"{count:.0f} minor version{'' if count == 1 else 's'}"


@lru_cache(maxsize=4096)
def check(version: str, server: str, allowed: float, source: str, at: Mono | None, unsettled: bool = False) -> tuple[Evidence, str]:
    """The line of evidence for a version against the API server's, and why it is bad (empty if it is not). Of several API servers
    it is the newest's that counts: to be newer is to be newer than all of them, which nobody knows while they are `unsettled`, and
    to be too old is to be so for one of them."""
    should_be = f"at most {minors(allowed)} older than the API server, never newer"
    if not version or not server:
        missing = "version not known" if not version else "the API server's version is not known"
        return Evidence("version skew", missing, should_be, State.NOT_OBSERVABLE, source, None), ""
    old = behind(version, server)
    if old is None:
        return Evidence("version skew", f"{version}, API server {server}", should_be, State.NOT_OBSERVABLE, source, at), ""
    now = f"{version}, API server {server}"
    if old < 0 and unsettled:
        text = f"{now}; not every API server has reported its version yet"
        return Evidence("version skew", text, should_be, State.UNKNOWN, source, at), ""
    if old < 0:
        said = f"It runs {version}, newer than the API server's {server}; that is not supported."
        return Evidence("version skew", now, should_be, State.DEGRADED, source, at), said
    if old > allowed:
        limit = f"at most {allowed:.0f} {'is' if allowed < 2 else 'are'} supported"
        said = f"It runs {version}, {minors(old)} older than the API server's {server}; {limit}."
        return Evidence("version skew", now, should_be, State.DEGRADED, source, at), said
    return Evidence("version skew", now, should_be, State.HEALTHY, source, at), ""
