"""What the image holds is enough to run: its last stage, laid out as docker/Dockerfile says under a strict umask, but no engine."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from planes.up.parts import free_port
from tests.e2e.fixtures import is_healthy
from tests.e2e.running import ROOT, Up, until

pytestmark = pytest.mark.faults

DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
#: Made by the image's RUN step out of the lock files, as `make run` does; here they are those that the tests run with.
INSTALLED = ("node_modules",)


def laid_out(image: Path) -> Path:
    """The directory /app of the last stage: what git has of what is copied and not removed again, in the modes set there."""
    copied = [word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()]
    removed = re.search(r"rm -rf (\.venv/\.node.+)$", DOCKERFILE, re.MULTILINE)
    assert removed is not None
    gone = [Path(word) for word in removed[1].split()]
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *copied],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout.split("\0")
    before = os.umask(0o077)
    try:
        app = image / "app"
        for name in filter(None, tracked):
            if not any(Path(name).match(str(one)) or one in Path(name).parents for one in gone):
                place = app / name
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, place)
    finally:
        os.umask(before)
    made = re.search(r"^RUN \.venv/bin/python (-m compileall .+) && chmod -R a\+rX /app$", DOCKERFILE, re.MULTILINE)
    assert made is not None
    subprocess.run([sys.executable, *made[1].split()], cwd=app, check=True, timeout=60)
    subprocess.run(["chmod", "-R", "a+rX", str(app)], check=True, timeout=30)
    for name in INSTALLED:
        (app / name).symlink_to(ROOT / name)
    return app


def test_planewatch_runs_from_what_the_image_holds_and_its_health_check_says_so(tmp_path: Path) -> None:
    app = laid_out(tmp_path)
    assert not (app / "tests").exists()
    assert not (app / "Makefile").exists()
    assert [path for path in app.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o044 != 0o044] == []
    port = free_port()
    environ = dict(re.findall(r"(PLANEWATCH_(?!DATA_DIR|PORT|BIND)\w+|PYTHON\w+)=(\S+)", DOCKERFILE))
    check = re.search(r"^HEALTHCHECK .*\n +CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert check is not None
    with Up("--demo", "--nodes", "3", "--no-story", "--port", str(port), environ=environ, root=app) as up:
        until(lambda: is_healthy(up), "a healthy cluster", within=60)
        words = [sys.executable, *json.loads(check[1].replace(":8765/", f":{port}/"))[1:]]
        assert subprocess.run(words, cwd=app, timeout=10, check=False).returncode == 0
        page = up.manage("status")
    assert "kube-apiserver" in page
    assert subprocess.run(words, cwd=app, timeout=10, check=False, stderr=subprocess.DEVNULL).returncode != 0
