"""Versions as Kubernetes and its images write them."""

import re
from functools import lru_cache

_PATCH = re.compile(r"v?\d+\.\d+\.(\d+)")
_VERSION = re.compile(r"v?(\d+)\.(\d+)")


@lru_cache(maxsize=1024)
def minor(version: str) -> tuple[int, int] | None:
    """(1, 36) of "v1.36.2", "v1.36.2+k3s1", "v1.33.5-gke.1080000"; None if it is no version."""
    match = _VERSION.match(version)
    return (int(match[1]), int(match[2])) if match else None


def order(version: str) -> tuple[int, ...]:
    """What to sort versions by: v1.9.0 before v1.10.0, which is before v1.10.1. What is none comes first."""
    found = minor(version)
    if found is None:
        return ()
    patch = _PATCH.match(version)
    return (*found, int(patch[1])) if patch else found


def behind(version: str, server: str) -> int | None:
    """How many minor versions `version` is older than `server`; negative if newer; None if either is not known."""
    one, other = minor(version), minor(server)
    if one is None or other is None or one[0] != other[0]:
        return None
    return other[1] - one[1]


@lru_cache(maxsize=4096)
def is_kubernetes_own(image: str) -> bool:
    """Whether an image of a cloud controller manager is that of Kubernetes itself (registry.k8s.io/cloud-controller-manager), whose
    tag is a version of Kubernetes. What a provider publishes has versions of its own, also below Kubernetes' registry
    (registry.k8s.io/cloud-provider-gcp/cloud-controller-manager:v30.0.0, hetznercloud/hcloud-cloud-controller-manager:v1.20.0)."""
    parts = image.split("/")
    return len(parts) == 2 and parts[1].startswith("cloud-controller-manager")


def image_version(image: str) -> str:
    """The tag of an image if it is a version: "v1.36.2" of "registry.k8s.io/kube-proxy:v1.36.2@sha256:…"; else empty."""
    tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2]
    return tag if minor(tag) is not None else ""
