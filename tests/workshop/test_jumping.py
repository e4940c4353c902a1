"""Virtual time: an hour passes at once, and what can never happen ends with an error instead of holding up every test."""

import asyncio
import time

import pytest

from tests.bench import jumping
from tests.bench.jumping import JumpingLoop


def test_an_hour_passes_at_once() -> None:
    begun = time.monotonic()
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        loop = runner.get_loop()
        before = loop.time()
        runner.run(asyncio.sleep(3600))
        assert loop.time() - before == pytest.approx(3600, abs=0.1)
    assert time.monotonic() - begun < 60


def test_a_loop_in_which_nothing_can_happen_any_more_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jumping, "STUCK", 0.2)
    with asyncio.Runner(loop_factory=JumpingLoop) as runner, pytest.raises(RuntimeError, match="cannot happen any more"):
        runner.run(asyncio.Event().wait())
