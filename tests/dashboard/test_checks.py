"""The checks of the API server on its page: when each failed, for how long, and what of that was not watched."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.presenters.checks import checks_part
from planes.live.wire import Lateness
from planes.store.checks import CheckFailure
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import ChecksRow, Frame
from tests.dashboard.rows import AT, Collecting, component


def failure(began: float, ended: float | None) -> CheckFailure:
    return CheckFailure("/readyz", "etcd", "no leader", Epoch(began), None if ended is None else Epoch(ended))


@pytest.mark.parametrize(
    ("ended", "spans", "said", "state"),
    [
        (None, [(0, 500)], "fails still", "degraded"),
        (100.0, [(0, 500)], "once", "healthy"),
        (172.0, [(0, 500)], "for 1 min 12 s", "healthy"),
        (172.0, [(0, 110), (119, 500)], "for 1 min 12 s", "healthy"),
        (172.0, [(0, 110), (120, 500)], "for 1 min 12 s, 10 s of it not watched", "healthy"),
        (172.0, [], "for 1 min 12 s, 1 min 12 s of it not watched", "healthy"),
    ],
)
def test_a_failure_says_how_long_it_was_and_what_of_it_was_not_watched(
    ended: float | None, spans: list[tuple[int, int]], said: str, state: str
) -> None:
    watched = [Span(Epoch(first), Epoch(last)) for first, last in spans]
    part = checks_part([failure(100.0, ended)], watched, several=False, late=None)
    assert [(one.title, one.said, one.state) for one in part.lines] == [("/readyz/etcd", said, state)]


def test_what_failed_when_last_seen_is_not_said_to_fail_now() -> None:
    late = Lateness("collector", "", 400.0)
    (line,) = checks_part([failure(100.0, None)], [], several=False, late=late).lines
    assert (line.said, line.state) == ("failing when last seen", "unknown")


@pytest.mark.any_database
def test_the_page_lists_the_checks_that_failed(visitor: User, collecting: Collecting) -> None:
    client = Client()
    client.force_login(visitor)
    collecting.flush(Frame(at=AT, components=[component("kube-apiserver")]))
    page = client.get("/c/prod/kube-apiserver/").content.decode()
    assert "No check has been seen to fail since these are kept." in page
    told = [ChecksRow("/readyz", AT, {"etcd": "<b>no leader</b>"}), ChecksRow("/readyz", Epoch(AT + 72), {})]
    collecting.flush(Frame(at=AT, checks=told))
    page = client.get("/c/prod/kube-apiserver/").content.decode()
    part = page.partition('data-panel="checks"')[2].partition("</section>")[0]
    assert "&lt;b&gt;no leader" in part
    text = " ".join(re.sub(r"<[^>]+>", " ", part).replace("\xa0", " ").split())
    assert "/readyz/etcd for 1 min 12 s" in text
    assert "Several API servers" not in text
    assert 'data-panel="checks"' not in client.get("/c/prod/kube-scheduler/").content.decode()
