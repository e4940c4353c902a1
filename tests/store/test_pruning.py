"""What is forgotten: by age, by number and by size, the oldest first, and never without saying since when the rest is whole."""

import pytest
from django.db import connection

from planes.models import Cluster, Sample, Transition, Watched
from planes.store import history, pruning, services
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import Frame
from planes.structs.samples import Step
from tests.bench.living import Life, live
from tests.sampling import sample_row
from tests.store.rows import NOW, change

DAY = 86_400.0
LIMITS = pruning.Limits(history=90 * DAY, changes=10_000, size=1e12)


def remembered(cluster: Cluster, epoch: int, days: int, *, a_day: int) -> None:
    """Changes of so many days until NOW, and one span over all of them."""
    step = DAY / a_day
    changes = [change("x" * 400, at=NOW - step * number) for number in reversed(range(days * a_day))]
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, changes=changes))
    services.touch(cluster.pk, epoch, NOW, span=Span(Epoch(NOW - days * DAY), Epoch(NOW)))


def test_of_a_time_whose_changes_were_too_old_nothing_is_said_to_be_watched(cluster: Cluster, epoch: int) -> None:
    remembered(cluster, epoch, 100, a_day=1)
    assert pruning.prune(NOW, LIMITS).changes == 9
    assert history.spans(cluster.pk, 0.0) == (Span(Epoch(NOW - 90 * DAY), Epoch(NOW)),)


def test_figures_go_step_by_step(cluster: Cluster, epoch: int) -> None:
    rows = [sample_row(at=NOW - ago, inflight=1.0) for ago in (31 * DAY, 29 * DAY, 3 * DAY, DAY, 3 * 3600.0, 3600.0)]
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, samples=rows))
    pruning.prune(NOW, LIMITS)
    kept = {step: Sample.objects.filter(step=step).count() for step in (10, 60, 600)}
    assert kept == {10: 1, 60: 3, 600: 5}
    pruning.prune(NOW, pruning.Limits(90 * DAY, 10, 1e12, (Step(10, 60.0), Step(60, 7200.0), Step(600, 2 * DAY))))
    assert {step: Sample.objects.filter(step=step).count() for step in (10, 60, 600)} == {10: 0, 60: 1, 600: 3}


def test_what_has_no_room_goes_oldest_first_and_is_said_to_be_gone(cluster: Cluster, epoch: int) -> None:
    remembered(cluster, epoch, 30, a_day=400)
    most = pruning.size() - 2_000_000
    done = pruning.prune(NOW, pruning.Limits(90 * DAY, 100_000, most))
    assert done.room is not None
    assert done.size <= most
    cluster.refresh_from_db()
    assert cluster.remembered_from == done.room
    oldest = Transition.objects.order_by("at").values_list("at", flat=True)[0]
    assert done.room <= oldest < done.room + DAY
    assert Transition.objects.count() == 12_000 - done.changes > 3_000
    assert history.spans(cluster.pk, 0.0) == (Span(Epoch(done.room), Epoch(NOW)),)


def test_the_last_hour_stays_however_little_room_there_is(cluster: Cluster, epoch: int, caplog: pytest.LogCaptureFixture) -> None:
    changes = [change(at=NOW - ago) for ago in (7200.0, 3601.0, 3599.0, 5.0)]
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, changes=changes))
    services.touch(cluster.pk, epoch, NOW, span=Span(Epoch(NOW - 7200), Epoch(NOW)))
    assert pruning.prune(NOW, pruning.Limits(90 * DAY, 100, 0.0)).changes == 2
    assert Transition.objects.count() == 2
    assert Watched.objects.count() == 1
    assert "more than it may" in caplog.text


def test_where_there_is_room_nothing_goes(cluster: Cluster, epoch: int) -> None:
    remembered(cluster, epoch, 10, a_day=2)
    done = pruning.prune(NOW, LIMITS)
    assert (done.changes, done.room) == (0, None)
    cluster.refresh_from_db()
    assert cluster.remembered_from is None


def test_what_sqlite_frees_is_given_back_to_the_disk(cluster: Cluster, epoch: int) -> None:
    if connection.vendor != "sqlite":
        assert pruning.give_back() == 0
        return
    remembered(cluster, epoch, 10, a_day=1_000)
    done = pruning.prune(NOW, pruning.Limits(DAY, 100_000, 1e12))
    assert done.changes == 8_999
    assert done.given_back > 2_000_000


def test_thirty_days_of_500_nodes_hold_no_more_than_is_promised_and_never_more_than_the_cap(cluster: Cluster, epoch: int) -> None:
    """docs/operating.md: 1,000 bytes of a node and day with two changes. Scraped every 10 minutes: what that adds does not depend
    on the number of nodes (tests.bench.bench_history lives them whole)."""
    before = pruning.size()
    life = Life(cluster.pk, epoch, 500, scrape=600)
    ended = live(life, float(NOW), 30, pruning.Limits(90 * DAY, 50_000, 2e9))
    assert Transition.objects.count() == 30_000
    held = pruning.size() - before
    assert held / 500 / 30 < 1_000
    most = before + held / 2
    done = pruning.prune(ended, pruning.Limits(90 * DAY, 50_000, most))
    assert done.size <= most
    assert done.room is not None
    assert ended - 25 * DAY < done.room < ended - 5 * DAY
    assert Transition.objects.filter(at__lt=done.room).count() == 0
