"""Settings are documented, refuse nonsense with a sentence, and make cookies and pages strict."""

import errno
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from dashboard import env, services
from planes.structs import thresholds

ROOT = Path(settings.BASE_DIR)

#: Read by the code but no settings: Django's own name for the settings module, and a switch of the tests of `up`.
NOT_SETTINGS = {"CELERY_SKIP_CHECKS", "DJANGO_SETTINGS_MODULE", "PLANEWATCH_WATCH_FROM_ASIDE"}

_READ = re.compile(r"""(?:\benv\.\w+\(|environ(?:\.\w+)?[(\[])\s*"([A-Z][A-Z0-9_]+)"|"([A-Z][A-Z0-9_]+)" (?:not )?in os\.environ""")
_ROW = re.compile(r"^\| `([A-Z0-9_]+)(?:<NAME>)?` \|", re.MULTILINE)  # <NAME>: a family, read by its prefix


def variables_read() -> set[str]:
    sources = [path.read_text() for folder in ("dashboard", "planes") for path in (ROOT / folder).rglob("*.py")]
    return {one or other for text in sources for one, other in _READ.findall(text)} - NOT_SETTINGS


def test_every_variable_that_is_read_is_documented_and_the_reverse() -> None:
    documented = _ROW.findall((ROOT / "docs" / "settings.md").read_text())
    assert len(documented) == len(set(documented))
    assert set(documented) == variables_read()


def test_every_secret_is_marked_as_one() -> None:
    text = (ROOT / "dashboard" / "settings.py").read_text()
    secrets = set(re.findall(r'env\.secret\("([A-Z_]+)"\)', text))
    rows = (ROOT / "docs" / "settings.md").read_text().splitlines()
    marked = {match[1] for row in rows if "*Secret.*" in row and (match := _ROW.match(row))}
    assert marked == secrets


def environment(**variables: str) -> dict[str, str]:
    """What is set here, but nothing of ours, and those."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PLANEWATCH_", "DJANGO_", "DATABASE_URL"))}
    return {**clean, "PLANEWATCH_DATA_DIR": str(settings.DATA_DIR), **variables}


Configured = Callable[..., dict[str, object]]


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Configured:
    """The product's settings, read once more with those variables. Raises as they do."""

    def read(**variables: str) -> dict[str, object]:
        with monkeypatch.context() as patched:
            patched.setattr(os, "environ", environment(**variables))
            return runpy.run_path(str(ROOT / "dashboard" / "settings.py"))

    return read


def test_over_https_cookies_are_secure_and_bound_to_this_host(configured: Configured) -> None:
    secure, plain = configured(PLANEWATCH_HTTPS="1"), configured()
    assert (secure["SESSION_COOKIE_SECURE"], secure["CSRF_COOKIE_SECURE"]) == (True, True)
    assert (secure["SESSION_COOKIE_NAME"], secure["CSRF_COOKIE_NAME"]) == ("__Host-planewatch_session", "__Host-planewatch_csrf")
    assert (plain["SESSION_COOKIE_SECURE"], plain["CSRF_COOKIE_SECURE"]) == (False, False)


def test_a_process_whose_settings_make_no_sense_ends_with_their_sentence() -> None:
    """Once for all of those below."""
    ended = subprocess.run(
        [sys.executable, "-c", "from dashboard import settings"],
        env=environment(PLANEWATCH_HTTPS="maybe"),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        cwd=ROOT,
    )
    assert ended.returncode != 0
    assert "PLANEWATCH_HTTPS" in ended.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLANEWATCH_HTTPS", "maybe"),
        ("PLANEWATCH_SESSION_DAYS", "0"),
        ("PLANEWATCH_SESSION_DAYS", "a fortnight"),
        ("PLANEWATCH_LOG_LEVEL", "LOUD"),
        ("PLANEWATCH_PORT", "70000"),
        ("DATABASE_URL", "mysql://localhost/planewatch"),
        ("PLANEWATCH_SECRET_KEY_FILE", "/nowhere/key"),
        ("PLANEWATCH_BOUND_ERROR_RATIO", "2"),
        ("PLANEWATCH_BOUND_ERROR_RATIO", "one in twenty"),
        ("PLANEWATCH_BOUND_LATENCY", "nan"),
        ("PLANEWATCH_BOUND_KUBELET_SLOW", "1.5"),
        ("PLANEWATCH_BOUND_LEADER_DOWN", "0.5"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_a_sentence_that_names_it(
    configured: Configured, name: str, value: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        configured(**{name: value})
    last = str(refused.value).splitlines()[-1]
    assert name in last
    assert last.endswith(".")


def test_a_choice_is_read_in_whatever_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEVEL", "debug")
    assert env.choice("LEVEL", "INFO", among=("DEBUG", "INFO")) == "DEBUG"
    monkeypatch.setenv("LEVEL", "loud")
    with pytest.raises(ImproperlyConfigured, match="set it to one of DEBUG, INFO"):
        env.choice("LEVEL", "INFO", among=("DEBUG", "INFO"))


def test_a_bound_that_is_not_known_is_refused_with_names_that_are_near(configured: Configured) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        configured(PLANEWATCH_BOUND_KUBELET_SILNT="30")
    last = str(refused.value).splitlines()[-1]
    assert "PLANEWATCH_BOUND_KUBELET_SILNT is not a setting; did you mean PLANEWATCH_BOUND_KUBELET_SILENT" in last
    assert last.endswith("?")


def test_every_bound_can_be_set_within_its_range_and_not_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    ranges = {one.name: (one.low, one.high) for one in thresholds.declared()}
    for one in thresholds.declared():
        assert one.low <= one.default <= one.high, one
        variable = f"PLANEWATCH_BOUND_{one.name.upper()}"
        for value in (one.low, one.high):
            monkeypatch.setenv(variable, repr(value))
            assert env.family("PLANEWATCH_BOUND_", ranges) == {one.name: value}
        monkeypatch.setenv(variable, repr(one.high * 1.01))
        with pytest.raises(ImproperlyConfigured, match=f"{variable} is .*; it must be between"):
            env.family("PLANEWATCH_BOUND_", ranges)
        monkeypatch.delenv(variable)
    assert env.family("PLANEWATCH_BOUND_", ranges) == {}
    assert settings.BOUNDS == {}


def test_a_port_that_a_kubelet_left_for_a_service_is_ignored_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PLANEWATCH_PORT", "tcp://10.96.0.17:80")
    assert env.port("PLANEWATCH_PORT") == 0
    assert "enableServiceLinks" in caplog.text
    monkeypatch.setenv("PLANEWATCH_PORT", "9000")
    assert env.port("PLANEWATCH_PORT") == 9000
    monkeypatch.delenv("PLANEWATCH_PORT")
    assert env.port("PLANEWATCH_PORT") == 0


@pytest.mark.parametrize(
    ("said", "hosts", "https", "url"),
    [
        ("", ["localhost", "127.0.0.1"], False, ""),
        ("", ["localhost", "127.0.0.1"], True, ""),
        ("", ["planes.example.org"], False, ""),
        ("", ["localhost", ".example.org", "planes.example.org"], True, "https://planes.example.org"),
        ("https://planes.example.org:8443/", ["planes.example.org"], True, "https://planes.example.org:8443"),
    ],
)
def test_links_begin_with_where_people_open_it(said: str, hosts: list[str], https: bool, url: str) -> None:
    assert services.public_url(said, hosts, https=https) == url


@pytest.mark.parametrize(
    "said", ["planes.example.org", "ftp://x", "https://", "https://x/path", "https://user:secret@x", "https://x?a=1"]
)
def test_what_is_no_address_of_a_site_is_refused(said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PLANEWATCH_URL"):
        services.public_url(said, [], https=True)


def test_a_secret_key_is_made_once_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    key = services.secret_key(tmp_path / "data")
    assert len(key) >= 50
    assert services.secret_key(tmp_path / "data") == key
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret-key"]
    assert (tmp_path / "data" / "secret-key").stat().st_mode & 0o777 == 0o600


def test_of_several_that_make_a_secret_key_at_once_all_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: services.secret_key(tmp_path), range(32)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_a_disk_that_is_full_at_the_first_start_leaves_no_key_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(ImproperlyConfigured, match="No space left"):
            services.secret_key(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert services.secret_key(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_secret_key_that_is_none_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret-key").write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match=r"The secret key .* (is empty|cannot be read)"):
        services.secret_key(tmp_path)


def test_a_bound_that_is_no_more_is_ignored_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An upgrade does not stop at what an environment of before it sets."""
    monkeypatch.setenv("PLANEWATCH_BOUND_CERTIFICATE_CRITICAL", "2")
    assert env.family("PLANEWATCH_BOUND_", {"latency": (0.1, 10.0)}, thresholds.RETIRED) == {}
    assert "PLANEWATCH_BOUND_CERTIFICATE_CRITICAL is ignored: a serving certificate is down when it is over" in caplog.text
    assert not thresholds.RETIRED.keys() & {one.name for one in thresholds.declared()}


@pytest.mark.parametrize("sign", "/@#?[]")
@pytest.mark.parametrize("variable", ["DATABASE_URL", "REDIS_URL"])
def test_a_sign_in_a_password_that_breaks_an_address_is_told_without_any_of_it(variable: str, sign: str) -> None:
    for password in (f"hunt{sign}er2", f"12{sign}34", f"{sign}x", f"x{sign}"):
        told, parts = "", None
        try:
            parts = services.address(variable, f"postgresql://u:{password}@db/planes")
        except ImproperlyConfigured as refused:
            told = str(refused)
        if parts is not None:  # the same as if it had been written as it should be
            assert (parts.password, parts.hostname, parts.path) == (password, "db", "/planes")
            continue
        assert told.startswith(f"{variable} cannot be read as an address. In its user and password, write / as %2F")
        assert password not in told


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunt%2Fer2@db:5432/planes",
        "postgresql://db/planes?user=u%40realm&host=/run/postgresql",
        "postgresql:///planes?host=/run/postgresql",
        "redis://:secret@cache:6379/0",
        "unix://me:secret@/run/a@b.sock",
        "redis://[::1]:6379/0",
    ],
)
def test_an_address_that_is_right_is_taken(url: str) -> None:
    assert services.address("DATABASE_URL", url) == urlsplit(url)
