"""Versions, and how far apart they may be (Kubernetes version skew policy)."""

import re
from functools import lru_cache

from planes.rules.verdict import Evidence, State

_VERSION = re.compile(r"v?(\d+)\.(\d+)")


@lru_cache(maxsize=1024)
def minor(version: str) -> tuple[int, int] | None:
    """(1, 36) of "v1.36.2", "v1.36.2+k3s1", "v1.33.5-gke.1080000"; None if it is no version."""
    match = _VERSION.match(version)
    return (int(match[1]), int(match[2])) if match else None


def behind(version: str, server: str) -> int | None:
    """How many minor versions `version` is older than `server`; negative if newer; None if either is not known."""
    one, other = minor(version), minor(server)
    if one is None or other is None or one[0] != other[0]:
        return None
    return other[1] - one[1]


@lru_cache(maxsize=4096)
def image_version(image: str) -> str:
    """The tag of an image if it is a version: "v1.36.2" of "registry.k8s.io/kube-proxy:v1.36.2@sha256:…"; else empty."""
    tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2]
    return tag if minor(tag) is not None else ""


@lru_cache(maxsize=4096)
def weigh(version: str, server: str, allowed: float, source: str, at: float | None) -> tuple[Evidence, str]:
    """The line of evidence for a version against the API server's, and why it is bad (empty if it is not)."""
    should_be = f"at most {allowed:.0f} minor older than the API server, never newer"
    if not version or not server:
        missing = "version not known" if not version else "the API server's version is not known"
        return Evidence("version skew", missing, should_be, State.NOT_OBSERVABLE, source, None), ""
    old = behind(version, server)
    if old is None:
        return Evidence("version skew", f"{version}, API server {server}", should_be, State.NOT_OBSERVABLE, source, at), ""
    now = f"{version}, API server {server}"
    if old < 0:
        said = f"It runs {version}, which is newer than the API server's {server}; that is not supported."
        return Evidence("version skew", now, should_be, State.DEGRADED, source, at), said
    if old > allowed:
        said = f"It runs {version}, {old} minor versions older than the API server's {server}; at most {allowed:.0f} is supported."
        return Evidence("version skew", now, should_be, State.DEGRADED, source, at), said
    return Evidence("version skew", now, should_be, State.HEALTHY, source, at), ""
