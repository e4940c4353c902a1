"""From the command line alone: `up`, then `status`."""

import pytest

from tests.e2e.fixtures import SEVEN
from tests.e2e.running import Up

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("up")]


def test_all_seven_components_are_named_with_their_evidence(up: Up) -> None:
    (found,) = up.status().clusters
    kinds = {one.kind: one for one in found.components}
    assert set(kinds) >= set(SEVEN)
    for kind in SEVEN:
        assert kinds[kind].state == "healthy", kinds[kind]
        assert kinds[kind].because, kind
        assert kinds[kind].evidence, kind
        assert all(line.signal and line.now and line.source for line in kinds[kind].evidence), kind
    assert found.nodes.total == 12
    assert found.version.startswith("v1.")
    assert {plane: one.state for plane, one in found.planes.items()} == {"control": "healthy", "data": "healthy"}


def test_the_exit_code_says_that_all_is_well(up: Up) -> None:
    assert "kube-apiserver" in up.manage("status", codes=(0,))


def test_no_secret_is_in_what_is_printed_or_logged(up: Up) -> None:
    token = next(
        line.partition("token:")[2].strip()
        for line in (up.data_dir / "demo" / "kubeconfig").read_text().splitlines()
        if "token:" in line
    )
    logs = "".join(up.log(name) for name in ("web", "watch", "jobs", "demo", "valkey"))
    assert token not in logs
    assert token not in "\n".join(up.said)
    assert up.link.rstrip("/").rpartition("/")[2] not in logs


def test_everything_it_keeps_is_closed_to_others(up: Up) -> None:
    assert up.data_dir.stat().st_mode & 0o777 == 0o700
    assert [path for path in up.data_dir.rglob("*") if path.lstat().st_mode & 0o077 and not path.is_symlink()] == []
