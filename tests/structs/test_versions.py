"""Versions and timestamps as Kubernetes and its images write them."""

import pytest

from planes.structs.timestamps import epoch
from planes.structs.versions import behind, image_version, is_kubernetes_own, minor, order


@pytest.mark.parametrize(
    ("version", "pair"),
    [
        ("v1.36.2", (1, 36)),
        ("v1.36.2+k3s1", (1, 36)),
        ("v1.33.5-gke.1080000", (1, 33)),
        ("1.9", (1, 9)),
        ("v2.0.0", (2, 0)),
        ("latest", None),
        ("v1", None),
        ("", None),
    ],
)
def test_the_minor_version(version: str, pair: tuple[int, int] | None) -> None:
    assert minor(version) == pair


@pytest.mark.parametrize(
    ("version", "server", "minors"),
    [
        ("v1.36.2", "v1.36.0", 0),
        ("v1.33.0", "v1.36.2", 3),
        ("v1.37.0", "v1.36.2", -1),
        ("v2.36.0", "v1.36.2", None),
        ("latest", "v1.36.2", None),
        ("v1.36.2", "", None),
        ("", "", None),
    ],
)
def test_how_many_minors_one_is_older_than_its_server(version: str, server: str, minors: int | None) -> None:
    assert behind(version, server) == minors


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("registry.k8s.io/kube-proxy:v1.36.2", "v1.36.2"),
        ("registry.k8s.io/kube-proxy:v1.36.2@sha256:0123", "v1.36.2"),
        ("localhost:5000/kube-proxy:v1.36.2", "v1.36.2"),
        ("localhost:5000/kube-proxy", ""),
        ("kube-proxy:latest", ""),
        ("kube-proxy@sha256:0123", ""),
        ("", ""),
    ],
)
def test_the_version_of_an_image_is_its_tag_if_that_is_one(image: str, version: str) -> None:
    assert image_version(image) == version


@pytest.mark.parametrize(
    ("timestamp", "seconds"),
    [
        ("1970-01-01T00:01:00Z", 60.0),
        ("1970-01-01T00:00:00.500000Z", 0.5),
        ("1970-01-01T01:00:00+01:00", 0.0),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_a_timestamp_in_epoch_seconds(timestamp: str | None, seconds: float | None) -> None:
    assert epoch(timestamp) == seconds


def test_versions_are_ordered_by_number_and_not_by_letter() -> None:
    told = ["v1.10.0", "v1.9.12", "v1.9.2", "1.27", "v1.27.0+k3s1", "nonsense"]
    assert sorted(told, key=order) == ["nonsense", "v1.9.2", "v1.9.12", "v1.10.0", "1.27", "v1.27.0+k3s1"]


@pytest.mark.parametrize(
    ("image", "own"),
    [
        ("registry.k8s.io/cloud-controller-manager:v1.36.2", True),
        ("k8s.gcr.io/cloud-controller-manager-amd64:v1.20.0", True),
        ("registry.k8s.io/cloud-provider-gcp/cloud-controller-manager:v30.0.0", False),
        ("hetznercloud/hcloud-cloud-controller-manager:v1.20.0", False),
        ("cloud-controller-manager:v1.36.2", False),
        ("registry.k8s.io/kube-proxy:v1.36.2", False),
        ("", False),
    ],
)
def test_a_cloud_controller_manager_is_kubernetes_own_right_below_its_registry(image: str, own: bool) -> None:
    assert is_kubernetes_own(image) is own
