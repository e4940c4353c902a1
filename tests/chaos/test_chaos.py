"""The way to a cluster breaks: nothing red is said of what is well; what is dead is told. All ways: tests/bench/bench_chaos.py."""

from pathlib import Path

import pytest

from tests.chaos.living import WAYS, behaving, live_through, rewriting
from tests.chaos.proxy import Manners

#: For `make test` one minute each is too long.
SHORT = {
    "kubeconfig rewritten": rewriting(6.0, 30.0),
    "watches held back": behaving(Manners(only="watch=1", hold=True), 30.0, reset=False),
}


@pytest.mark.parametrize(("name", "when"), [("kubeconfig rewritten", "no fault"), ("watches held back", "fault during")])
def test_nothing_red_is_said_of_what_is_well(name: str, when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WAYS, name, SHORT[name])
    lived = live_through(name, when, tmp_path)
    assert not lived.red, lived
    assert not lived.late, lived
    assert lived.right, lived
