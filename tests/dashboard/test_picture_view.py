"""The picture by its address: who may have it, in which sizes, under which name, and that it never passes old for new."""

import base64
import gzip
import hashlib
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from dashboard import picture, pictured
from dashboard.picture import typeface
from dashboard.snapshots import Snapshots
from dashboard.views import picture as views
from tests.dashboard.rows import Collecting

pytestmark = pytest.mark.any_database

SVG, PNG = "/c/prod/picture.svg", "/c/prod/picture.png"


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictured, "_snapshots", Snapshots())


@pytest.fixture
def browser(transactional_db: None, visitor: User, collecting: Collecting) -> Client:
    client = Client()
    client.force_login(visitor)
    return client


@pytest.mark.parametrize("address", [SVG, PNG])
def test_who_is_not_signed_in_is_asked_to(collecting: Collecting, address: str) -> None:
    response = Client().get(address)
    assert response.status_code == 302
    assert response["Location"] == f"/signin/?next={address}"


@pytest.mark.parametrize("address", [SVG, PNG])
def test_the_picture_can_only_be_read(browser: Client, address: str) -> None:
    assert browser.post(address).status_code == 405


def test_svg_is_the_cluster_and_is_kept_by_nobody(browser: Client) -> None:
    response = browser.get(SVG)
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    root = ElementTree.fromstring(response.content)  # noqa: S314  # our own document
    assert (root.get("width"), root.get("height")) == ("1920", "1080")
    assert "node-1, " in response.content.decode()


def test_svg_goes_out_compressed_where_that_is_taken(browser: Client) -> None:
    response = browser.get(SVG, headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content).startswith(b"<svg")


def test_png_is_one(browser: Client) -> None:
    response = browser.get(f"{PNG}?w=640&h=480")
    assert response["Content-Type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")


def test_the_file_is_named_after_the_cluster_and_the_moment(browser: Client) -> None:
    shown = browser.get(SVG)["Content-Disposition"]
    assert re.fullmatch(r'inline; filename="prod-\d{4}-\d\d-\d\dT\d{6}Z\.svg"; filename\*=UTF-8\'\'prod-[\dTZ-]+\.svg', shown)
    assert browser.get(f"{SVG}?download=")["Content-Disposition"].startswith("attachment; ")


@pytest.mark.parametrize(
    ("name", "plain"),
    [("arn:aws:eks/blue", "arn-aws-eks-blue"), ('"\r\nX: y', "X-y"), ("Кластер", "cluster"), ("../../etc", "etc")],
)
def test_no_name_of_a_cluster_breaks_the_header(name: str, plain: str) -> None:
    told = views._disposition(name, 1_795_448_530.0, "svg", download=True)
    assert f'filename="{plain}-2026-11-23T154210Z.svg"' in told
    assert told.isascii()
    assert told.isprintable()


@pytest.mark.parametrize(
    "query",
    ["w=319", "w=3841", "h=0", "h=99999", "w=1e3", "w=-1", "w=", "h=nan", "theme=pink", "group=colour", "sort=smell", "w=１９２０"],
)
def test_what_is_out_of_bounds_is_400_with_the_bounds(browser: Client, query: str) -> None:
    response = browser.get(f"{SVG}?{query}")
    assert response.status_code == 400
    assert response.content.decode().strip().endswith(".")


def test_theme_and_size_are_taken_from_the_address(browser: Client) -> None:
    dark, light = (browser.get(f"{SVG}?w=1080&h=1920&theme={theme}").content.decode() for theme in ("dark", "light"))
    assert 'width="1080" height="1920"' in light
    assert dark != light


@pytest.mark.parametrize("form", ["svg", "png"])
def test_a_cluster_that_is_not_there_is_404_with_a_sentence(browser: Client, form: str) -> None:
    response = browser.get(f"/c/nowhere/picture.{form}")
    assert response.status_code == 404
    assert response.content.decode() == "There is no cluster nowhere here.\n"


def test_a_cluster_whose_collector_is_silent_is_drawn_late(browser: Client) -> None:
    # The fixture was flushed at a moment long ago, and no collector pulses.
    assert "not live" in browser.get(SVG).content.decode()


def test_too_many_at_once_are_asked_to_come_back(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object, user: int) -> bytes:
        raise picture.TooManyError("Too many pictures are being drawn. Try again in a few seconds.")

    monkeypatch.setattr(picture.painter(), "painted", refuse)
    response = browser.get(SVG)
    assert response.status_code == 503
    assert response["Retry-After"] == "3"


def test_without_its_typeface_png_says_what_to_do(browser: Client, settings: Settings, tmp_path: Path) -> None:
    browser.get(SVG)  # what is read from the tree is kept
    settings.BASE_DIR = tmp_path
    response = browser.get(PNG)
    assert response.status_code == 503
    assert "npm ci" in response.content.decode()
    assert browser.get(SVG).status_code == 200


def test_svg_brings_its_typeface_and_allows_itself_nothing_else(browser: Client) -> None:
    response = browser.get(SVG)
    text = response.content.decode()
    style = re.search(r"<style>(.*?)</style>", text)
    assert style is not None
    assert text.index("<style>") == text.index(">") + 1
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = response["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    data = re.fullmatch(r'@font-face\{font-family:"Inter";.*?base64,([\w+/=]+)\).*', style[1])
    assert data is not None
    assert base64.b64decode(data[1]).startswith(b"wOF2")


def test_without_its_typeface_svg_is_drawn_all_the_same(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeface, "_FILE", Path("nowhere.woff2"))
    typeface.style.cache_clear()
    try:
        text = browser.get(SVG).content.decode()
    finally:
        typeface.style.cache_clear()
    assert text.startswith("<svg")
    assert "<style>" not in text
