"""Displays for tests, and the browsers that show them."""

from django.test import Client

from dashboard import displays
from dashboard.displays import Known, Wanted

TV = {"User-Agent": "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/87.0.4280.88 Safari/537.36"}


def made(**wanted: object) -> tuple[Known, str]:
    return displays.make(Wanted(**{"name": "Lobby", **wanted}), "grace")  # type: ignore[arg-type]


def screen(secret: str) -> Client:
    """A browser that has opened the link."""
    client = Client(headers=TV)
    assert client.get(f"/wall/in/{secret}/").status_code == 302
    return client
