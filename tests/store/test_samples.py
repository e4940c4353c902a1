"""Figures over time: stored with a flush, once, in each step, and read as they were observed."""

import pytest

from planes.models import Cluster, Sample
from planes.store import clusters, samples, services
from planes.structs.rows import Frame
from planes.structs.samples import Bucket, Moment, alone
from tests.sampling import sample_row
from tests.store.rows import NOW


def flush(cluster: Cluster, epoch: int, offset: int, *scrapes: tuple[float, float]) -> None:
    rows = [sample_row(at=at, inflight=value) for at, value in scrapes]
    services.flush(cluster.pk, epoch, offset, Frame(at=NOW, samples=rows))


def test_each_step_holds_all_that_was_sampled_within_it(cluster: Cluster, epoch: int) -> None:
    flush(cluster, epoch, 1, (NOW, 4.0))
    flush(cluster, epoch, 2, (NOW + 30, 10.0), (NOW + 60, 1.0))
    fine = samples.between(cluster.pk, 10, NOW, NOW + 600)
    assert [(one.began, one.at) for one in fine] == [(int(NOW) + later, NOW + later) for later in (0, 30, 60)]
    assert samples.between(cluster.pk, 60, NOW, NOW + 600) == [
        Moment(int(NOW), NOW + 30, {"inflight": Bucket(2, 4.0, 10.0, 14.0, 10.0)}),
        Moment(int(NOW) + 60, NOW + 60, {"inflight": alone(1.0)}),
    ]
    assert [one.buckets["inflight"].most for one in samples.between(cluster.pk, 600, NOW, NOW + 600)] == [10.0]


def test_a_sample_that_comes_again_counts_once(cluster: Cluster, epoch: int) -> None:
    flush(cluster, epoch, 1, (NOW, 4.0), (NOW + 30, 5.0))
    flush(cluster, epoch, 2, (NOW, 4.0), (NOW + 30, 5.0), (NOW + 31, 6.0))
    assert samples.between(cluster.pk, 600, NOW, NOW)[0].buckets["inflight"] == Bucket(3, 4.0, 6.0, 15.0, 6.0)


def test_a_collector_that_was_relieved_stores_no_figures(cluster: Cluster, epoch: int) -> None:
    services.take(cluster.pk)
    with pytest.raises(services.Fenced):
        flush(cluster, epoch, 1, (NOW, 4.0))
    assert not Sample.objects.exists()


def test_a_figure_that_was_not_observed_is_not_there_and_another_clusters_are_not_ours(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, samples=[sample_row(at=NOW, requests=2.0)]))
    other = clusters.declare([clusters.Declaration("kubeconfig", "Other", "/etc/kube", "other")])[0]
    flush(other, services.take(other.pk), 1, (NOW, 4.0))
    assert samples.between(cluster.pk, 10, NOW, NOW) == [Moment(int(NOW), NOW, {"requests": alone(2.0)})]
