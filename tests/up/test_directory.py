"""A directory of kubeconfigs: its clusters come, change and go with the files, and rubbish in it ends none."""

import os
from pathlib import Path

import pytest

from planes.store import selectors
from planes.up.choice import Contexts, UnreadableError
from planes.up.directory import LONGEST, MOST_FILES, Directories
from planes.up.kubeconfigs import of_file

ME = "up by directory"


def config(*contexts: str, current: str = "") -> str:
    listed = ", ".join(f"{{name: {one}, context: {{cluster: c, user: u}}}}" for one in contexts)
    server = "https://127.0.0.1:9"
    return f"clusters: [{{name: c, cluster: {{server: '{server}'}}}}]\ncontexts: [{listed}]\ncurrent-context: '{current}'\n"


def watched() -> list[tuple[str, str]]:
    return sorted((head.name, head.context) for head in selectors.watched())


@pytest.mark.django_db
def test_clusters_come_change_and_go_with_their_files(tmp_path: Path) -> None:
    directories = Directories([str(tmp_path)], of_file)
    directories.declare(ME)
    assert watched() == []
    (tmp_path / "prod.yaml").write_text(config("default"))
    (tmp_path / "many").write_text(config("a", "b"))
    (tmp_path / "current.conf").write_text(config("x", "y", current="y"))
    directories.declare(ME)
    assert watched() == [("current", "y"), ("many a", "a"), ("many b", "b"), ("prod", "default")]
    slugs = {head.context: head.slug for head in selectors.watched()}
    (tmp_path / "current.conf").write_text(config("x", "y", current="x"))
    (tmp_path / "many").unlink()
    directories.declare(ME)
    assert watched() == [("current", "x"), ("prod", "default")]
    (tmp_path / "many").write_text(config("a", "b"))
    directories.declare(ME)
    assert slugs["a"] == next(head.slug for head in selectors.watched() if head.context == "a"), "it is itself again"


@pytest.mark.django_db
@pytest.mark.parametrize("rubbish", [b"", b"{{{", b"\xff\xfe\x00", b"[1, 2]", b"kind: Secret", b"x" * (LONGEST + 1)])
def test_a_file_that_is_written_just_now_ends_no_cluster(tmp_path: Path, rubbish: bytes, caplog: pytest.LogCaptureFixture) -> None:
    directories = Directories([str(tmp_path)], of_file)
    (tmp_path / "prod").write_text(config("default"))
    (tmp_path / "other").write_text(config("default"))
    directories.declare(ME)
    (tmp_path / "prod").write_bytes(rubbish)
    directories.declare(ME)
    directories.declare(ME)
    assert watched() == [("other", "default"), ("prod", "default")]
    assert len([one for one in caplog.messages if one.startswith("Left out: ") and "prod" in one]) == 1, "it is said once"
    (tmp_path / "prod").unlink()
    directories.declare(ME)
    assert watched() == [("other", "default")]


@pytest.mark.django_db
def test_a_directory_that_is_not_there_for_a_moment_ends_no_cluster(tmp_path: Path) -> None:
    place = tmp_path / "configs"
    place.mkdir()
    (place / "prod").write_text(config("default"))
    directories = Directories([str(place)], of_file)
    directories.declare(ME)
    place.rename(tmp_path / "away")
    directories.declare(ME)
    assert watched() == [("prod", "default")]
    assert directories.look().complaints == (f"The directory {place} cannot be read (No such file or directory).",)


@pytest.mark.django_db
def test_what_is_no_kubeconfig_of_this_directory_is_passed_over(tmp_path: Path) -> None:
    place = tmp_path / "configs"
    place.mkdir()
    for name in (".hidden", "..data"):
        (place / name).write_text(config("hidden"))
    (place / "below").mkdir()
    (place / "below" / "config").write_text(config("below"))
    (tmp_path / "linked").write_text(config("linked"))
    (place / "link").symlink_to(tmp_path / "linked")
    (place / "dangling").symlink_to(tmp_path / "nowhere")
    os.mkfifo(place / "pipe")
    directories = Directories([str(place)], of_file)
    directories.declare(ME)
    assert watched() == [("link", "linked")]
    assert [one for one in directories.look().complaints if "dangling" not in one] == []


def test_a_file_is_read_anew_only_when_it_has_changed_and_no_more_than_so_many_are(tmp_path: Path) -> None:
    read: list[str] = []

    def reading(path: str) -> Contexts:
        read.append(Path(path).name)
        raise UnreadableError("no")

    for number in range(MOST_FILES + 3):
        (tmp_path / f"{number:04}").touch()
    directories = Directories([str(tmp_path)], reading)
    assert len(directories.look().unread) == MOST_FILES + 3
    directories.look()
    assert len(read) == MOST_FILES
    (tmp_path / "0007").write_text("changed")
    directories.look()
    assert read[MOST_FILES:] == ["0007"]


@pytest.mark.django_db
def test_what_others_declare_is_left_alone(tmp_path: Path) -> None:
    from planes.store.clusters import Declaration, declare

    declare([Declaration("kubeconfig", "hand", "/x", "hand")], "somebody")
    Directories([str(tmp_path)], of_file).declare(ME)
    assert watched() == [("hand", "hand")]
