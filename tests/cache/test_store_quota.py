"""How much an etcd may store, by what its pod is told (etcd.io/docs, "Space quota")."""

import pytest

from planes.cache.store_quota import quota_of
from planes.cache.system import PodTrack
from planes.structs.moments import Mono
from planes.structs.objects import Container, EnvVar, LabelledMeta, SystemPod, SystemPodSpec

GIB = 1024.0**3
KUBEADM = ["etcd", "--data-dir=/var/lib/etcd", "--listen-client-urls=https://127.0.0.1:2379"]


def told(*words: str, args: tuple[str, ...] = (), **variables: str) -> SystemPod:
    env = [EnvVar(name, value) for name, value in variables.items()]
    made = Container(name="etcd", command=list(words), args=list(args), env=env)
    return SystemPod(LabelledMeta("etcd-a"), SystemPodSpec("a", containers=[made]))


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        (told(*KUBEADM), 2 * GIB),
        (told(*KUBEADM, "--quota-backend-bytes=8589934592"), 8 * GIB),
        (told(*KUBEADM, "--quota-backend-bytes", "8589934592"), 8 * GIB),
        (told("/usr/local/bin/etcd", args=("--quota-backend-bytes=4294967296",)), 4 * GIB),
        (told(*KUBEADM, "--quota-backend-bytes=0"), 2 * GIB),
        (told(*KUBEADM, "--quota-backend-bytes=-1"), None),
        (told(*KUBEADM, "--quota-backend-bytes=much"), None),
        # OpenShift runs it in a shell, and says it by a variable.
        (told("/bin/sh", "-c", "exec etcd", ETCD_QUOTA_BACKEND_BYTES="8589934592"), 8 * GIB),
        (told(*KUBEADM, "--quota-backend-bytes=1073741824", ETCD_QUOTA_BACKEND_BYTES="8589934592"), GIB),
        # What a file says, or a shell does, is not seen: RKE2, kOps.
        (told("etcd", args=("--config-file=/var/lib/rancher/rke2/server/db/etcd/config",)), None),
        (told(*KUBEADM, ETCD_CONFIG_FILE="/etc/etcd.yaml"), None),
        (told("/bin/sh", "-c", "exec /etcd-manager"), None),
        (told(), None),
    ],
)
def test_the_quota_is_what_the_pod_says_and_what_is_not_seen_is_not_known(pod: SystemPod, expected: float | None) -> None:
    assert quota_of(pod) == expected


def test_of_what_a_pod_is_told_nothing_but_its_quota_is_kept() -> None:
    container = Container(name="etcd", command=[*KUBEADM], args=["--x"], env=[EnvVar("TOKEN", "secret")])
    track = PodTrack(SystemPod(LabelledMeta("etcd-a"), SystemPodSpec("a", containers=[container])), "etcd", Mono(1.0))
    assert track.seen(silent=False).quota == 2 * GIB
    assert "secret" not in repr(track.pod)
    assert (container.command, container.args, container.env) == ([], [], [])


def test_a_quota_that_changes_is_a_change() -> None:
    def made(*words: str) -> SystemPod:
        return SystemPod(LabelledMeta("etcd-a"), SystemPodSpec("a", containers=[Container("etcd", "", [*KUBEADM, *words])]))

    track = PodTrack(made(), "etcd", Mono(1.0))
    assert track.change(made(), Mono(2.0)) is False
    assert track.change(made("--quota-backend-bytes=4294967296"), Mono(3.0)) is True
    assert track.seen(silent=False).quota == 4 * GIB
