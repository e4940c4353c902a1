"""Pages of errors are told without the database, the session, or anybody signed in."""

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client, RequestFactory

from dashboard.views import errors

pytestmark = pytest.mark.any_database


class GoneSession(SessionBase):
    """A session whose store cannot be reached."""

    def load(self) -> dict[str, object]:
        raise OperationalError("connection refused")


@pytest.mark.parametrize(
    ("view", "status"), [(errors.failed, 500), (errors.not_found, 404), (errors.not_permitted, 403), (errors.database_away, 503)]
)
def test_an_error_is_said_with_the_database_gone(view: object, status: int) -> None:
    request = RequestFactory().get("/c/prod/")
    request.session = GoneSession("gone")
    assert callable(view)
    response = view(request)
    assert response.status_code == status
    assert "<h1" in response.content.decode()


@pytest.mark.parametrize(
    ("path", "status", "seconds"),
    [
        ("/wall/lobby/", 503, 15),
        ("/wall/lobby/basic/", 500, 15),
        ("/pair/", 503, 15),
        ("/pair/", 429, 15),
        ("/wall/lobby/", 404, 0),
        ("/c/prod/", 503, 0),
        ("/", 500, 0),
    ],
)
def test_a_screen_on_a_wall_asks_again_by_itself_after_what_passes(path: str, status: int, seconds: int) -> None:
    assert errors.again(path, status) == seconds
    answer = errors.database_away(RequestFactory().get(path))
    assert answer.headers.get("Refresh") == ("15" if path.startswith(("/wall/", "/pair/")) else None)


@pytest.mark.django_db
def test_a_500_is_a_page_with_one_sentence_while_every_query_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OperationalError("connection refused by 10.0.0.7")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a defect")

    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    monkeypatch.setattr(CursorWrapper, "execute", fails)
    away = client.get("/")
    assert away.status_code == 503
    assert "The database does not answer" in away.content.decode()
    monkeypatch.setattr("django.core.handlers.base.BaseHandler.resolve_request", broken)
    failed = client.get("/wall/")
    assert failed.status_code == 500
    assert "An error in Planewatch" in failed.content.decode()
    assert "10.0.0.7" not in failed.content.decode()
