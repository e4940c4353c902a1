"""Our own two clocks."""

import time

from planes.structs.moments import Epoch, Mono


def monotonic() -> Mono:
    """Now, on the clock by which events are stamped and silence is measured."""
    return Mono(time.monotonic())


def wall() -> Epoch:
    """Now, as people tell it."""
    return Epoch(time.time())
