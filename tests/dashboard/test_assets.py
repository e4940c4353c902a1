"""Static files: an address that changes with the content, kept for good, and of npm packages only what a browser needs."""

import gzip
from pathlib import Path

import pytest
from django.conf import settings as live_settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings
from whitenoise.middleware import WhiteNoiseMiddleware

from dashboard import assets
from dashboard.assets import StaticFiles
from dashboard.finders import NpmFinder

pytestmark = pytest.mark.any_database


def test_the_version_changes_with_content_and_names_and_with_nothing_else(tmp_path: Path) -> None:
    folder, lock = tmp_path / "static", tmp_path / "package-lock.json"
    (folder / "js").mkdir(parents=True)
    script = folder / "js" / "a.js"
    script.write_text("one")
    first = assets.version(folder, lock)
    script.touch()
    assert assets.version(folder, lock) == first
    script.write_text("two")
    second = assets.version(folder, lock)
    lock.write_text("{}")
    third = assets.version(folder, lock)
    script.rename(folder / "js" / "b.js")
    fourth = assets.version(folder, lock)
    assert len({first, second, third, fourth}) == 4


@pytest.mark.django_db
def test_our_own_files_are_served_for_good_and_with_the_strict_headers() -> None:
    response = Client().get(f"{live_settings.STATIC_URL}js/signin-link.js")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/javascript")
    assert "immutable" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert b"requestSubmit" in response.content
    assert "Access-Control-Allow-Origin" not in response
    again = Client().get(f"{live_settings.STATIC_URL}js/signin-link.js", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_a_file_that_is_edited_or_taken_away_while_we_run_is_still_answered_for(
    tmp_path: Path, settings: Settings, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StaticFiles, "add_files_from_finders", WhiteNoiseMiddleware.add_files_from_finders)  # not the session's
    settings.STATICFILES_DIRS, settings.STATICFILES_FINDERS = [tmp_path], live_settings.STATICFILES_FINDERS[:1]
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]  # an lru_cache, which the stubs do not say
    script = tmp_path / "edited.js"
    script.write_text("1")
    try:
        served = StaticFiles(lambda request: HttpResponse(status=500))
        script.write_text("123456")
        response = served(rf.get(f"{live_settings.STATIC_URL}edited.js"))
        assert (response.content, response["Content-Length"]) == (b"123456", "6")
        script.unlink()
        assert served(rf.get(f"{live_settings.STATIC_URL}edited.js")).status_code == 404
    finally:
        finders.get_finder.cache_clear()  # type: ignore[attr-defined]  # an lru_cache, which the stubs do not say


@pytest.mark.django_db
def test_text_goes_out_compressed_and_fonts_as_they_are() -> None:
    address = f"{live_settings.STATIC_URL}js/socket.js"
    plain, zipped = Client().get(address), Client().get(address, headers={"Accept-Encoding": "gzip"})
    assert zipped["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content
    assert zipped["Content-Length"] == str(len(zipped.content))
    assert plain["Vary"] == zipped["Vary"] == "Accept-Encoding"
    font = "npm/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"
    if finders.find(font):
        assert "Content-Encoding" not in Client().get(live_settings.STATIC_URL + font, headers={"Accept-Encoding": "gzip"})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["../dashboard/settings.py", "js/../../manage.py", "npm/lit-html/package.json", "npm/typescript/lib/tsc.js"]
)
def test_nothing_else_is_served(path: str) -> None:
    assert Client().get(live_settings.STATIC_URL + path).status_code == 404


@pytest.fixture
def npm(tmp_path: Path, settings: Settings) -> NpmFinder:
    files = {
        "package.json": '{"dependencies": {"lit": "1.0.0", "@scope/font": "1.0.0"}, "devDependencies": {"tool": "1.0.0"}}',
        "node_modules/lit/lit.js": "",
        "node_modules/lit/README.md": "",
        "node_modules/lit/node_modules/inner/inner.js": "",
        "node_modules/@scope/font/files/font.woff2": "",
        "node_modules/tool/tool.js": "",
        "node_modules/lit-other/other.js": "",
        "secret.js": "",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    settings.BASE_DIR = tmp_path
    return NpmFinder()


def test_packages_named_in_dependencies_are_found(npm: NpmFinder, tmp_path: Path) -> None:
    assert npm.find("npm/lit/lit.js") == str(tmp_path / "node_modules/lit/lit.js")
    assert npm.find("npm/@scope/font/files/font.woff2", find_all=True) == [
        str(tmp_path / "node_modules/@scope/font/files/font.woff2")
    ]
    listed = {f"{storage.prefix}/{path}" for path, storage in npm.list(None)}
    assert listed == {"npm/lit/lit.js", "npm/@scope/font/files/font.woff2"}


@pytest.mark.parametrize(
    "path",
    [
        "npm/lit/README.md",
        "npm/tool/tool.js",
        "npm/lit-other/other.js",
        "npm/lit/../tool/tool.js",
        "npm/lit/../../secret.js",
        "lit/lit.js",
        "npm/lit",
    ],
)
def test_what_is_not_a_browsers_business_is_not_found(npm: NpmFinder, path: str) -> None:
    assert npm.find(path) is None
    assert npm.find(path, find_all=True) == []


def test_a_machine_without_npm_packages_still_starts(tmp_path: Path, settings: Settings) -> None:
    settings.BASE_DIR = tmp_path
    assert list(NpmFinder().list(None)) == []


def test_every_library_a_template_names_is_found() -> None:
    templates = (Path(live_settings.BASE_DIR) / "templates").rglob("*.html")
    named = {part.split("'")[0] for path in templates for part in path.read_text().split("{% static 'npm/")[1:]}
    if not (Path(live_settings.BASE_DIR) / "node_modules").is_dir():
        pytest.skip("npm packages are not installed")
    for name in named:
        assert finders.find(f"npm/{name}"), name
