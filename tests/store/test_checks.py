"""What is remembered of single checks: each failure from its beginning to its end, once."""

from planes.models import Cluster
from planes.store import checks, instances, services
from planes.store.checks import CheckFailure
from planes.structs.moments import Epoch
from planes.structs.rows import ChecksRow, Frame
from tests.store.rows import NOW


def at(seconds: float) -> Epoch:
    return Epoch(NOW + seconds)


def flush(cluster: Cluster, epoch: int, offset: int, *rows: tuple[float, dict[str, str]], path: str = "/readyz") -> None:
    told = [ChecksRow(path, at(when), failing) for when, failing in rows]
    services.flush(cluster.pk, epoch, offset, Frame(at=NOW, checks=told))


def test_a_failure_is_kept_from_its_beginning_to_its_end_with_its_reason(cluster: Cluster, epoch: int) -> None:
    flush(cluster, epoch, 1, (0, {}), (10, {"etcd": ""}), (12, {"etcd": "no leader\x00"}))
    flush(cluster, epoch, 2, (14, {"etcd": "no leader", "log": ""}))
    flush(cluster, epoch, 3, (20, {"log": ""}))
    assert checks.failures(cluster.pk) == (
        CheckFailure("/readyz", "log", "", at(14), None),
        CheckFailure("/readyz", "etcd", "no leader\ufffd", at(10), at(20)),
    )


def test_what_fails_when_the_next_collector_looks_has_not_passed_meanwhile(cluster: Cluster, epoch: int) -> None:
    flush(cluster, epoch, 1, (0, {"etcd": "a", "log": "b"}))
    flush(cluster, services.take(cluster.pk), 1, (300, {"etcd": "a"}))
    assert checks.failures(cluster.pk) == (
        CheckFailure("/readyz", "etcd", "a", at(0), None),
        CheckFailure("/readyz", "log", "b", at(0), at(300)),
    )


def test_a_check_that_failed_in_one_answer_began_and_ended_then_and_may_fail_again(cluster: Cluster, epoch: int) -> None:
    flush(cluster, epoch, 1, (5, {"etcd": ""}), (5, {}), (90, {"etcd": ""}))
    assert [(one.began, one.ended) for one in checks.failures(cluster.pk)] == [(at(90), None), (at(5), at(5))]


def test_both_paths_are_apart_and_so_are_clusters_and_what_goes_on_is_not_forgotten(cluster: Cluster, epoch: int) -> None:
    flush(cluster, epoch, 1, (0, {"etcd": ""}))
    flush(cluster, epoch, 2, (1, {}), path="/livez")
    flush(cluster, epoch, 3, (2, {"log": ""}), (3, {}), path="/livez")
    instances.prune(NOW + 10_000, 100)
    assert [(one.path, one.name) for one in checks.failures(cluster.pk)] == [("/readyz", "etcd")]
    assert checks.failures(cluster.pk + 1) == ()
