"""Where a socket may come from: host and port of the Origin are those of the Host header, which is ours."""

import pytest
from pytest_django import Settings

from dashboard.origin import is_allowed


@pytest.fixture(autouse=True)
def _ours(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["planes.example.org", "127.0.0.1", "[::1]"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://planes.example.org"]


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("[::1]:8765", "http://[::1]:8765"),
        ("planes.example.org", "http://planes.example.org"),
        ("planes.example.org", "http://planes.example.org:80"),
        ("planes.example.org:443", "https://planes.example.org"),
        ("planes.example.org:8443", "https://planes.example.org:8443"),
        ("127.0.0.1:8765", "https://planes.example.org"),  # trusted: a proxy changed the Host
    ],
)
def test_this_very_site_is_let_in(host: str, origin: str) -> None:
    assert is_allowed(host, origin)


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8765", "http://127.0.0.1:3000"),  # another program on the same machine
        ("127.0.0.1:8765", "http://localhost:8765"),
        ("127.0.0.1:8765", "http://127.0.0.1"),
        ("127.0.0.1:8765", "http://127.0.0.1:8765.evil.example"),
        ("127.0.0.1:8765", "http://127.0.0.1:8765@evil.example"),
        ("127.0.0.1:8765", "http://evil.example#127.0.0.1:8765"),
        ("127.0.0.1:8765", "http://127.0.0.1:99999"),
        ("127.0.0.1:8765", "null"),
        ("127.0.0.1:8765", ""),
        ("127.0.0.1:8765", "chrome-extension://127.0.0.1:8765"),
        ("evil.example:8765", "http://evil.example:8765"),  # DNS rebinding
        ("", "http://"),
        ("planes.example.org", "http://planes.example.org.evil.example"),
    ],
)
def test_every_other_site_is_kept_out(host: str, origin: str) -> None:
    assert not is_allowed(host, origin)
