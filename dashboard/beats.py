"""A worker says once a second that it lives, through the pipe that `manage.py up` has given it (planes/up/part.py).

From a thread of its own: a process that is stopped, or in which no thread gets on, says nothing. Whether its work gets on is seen
elsewhere: each collector's by its lease, each task's by its time limits.
"""

import os
import threading
from contextlib import suppress

#: As planes/up/part.py names it.
VARIABLE = "PLANEWATCH_BEATS_FD"
EVERY = 1.0


def begin() -> None:
    """Begin, if there is anybody to tell."""
    said = os.environ.pop(VARIABLE, "")
    if not said.isdecimal():
        return
    descriptor = int(said)
    os.set_inheritable(descriptor, False)
    os.set_blocking(descriptor, False)
    threading.Thread(target=_beat, args=(descriptor,), name="beats", daemon=True).start()


def _beat(descriptor: int) -> None:
    pause = threading.Event()
    while True:
        try:
            with suppress(BlockingIOError):  # nobody reads just now
                os.write(descriptor, b".")
        except OSError:
            return  # nobody will any more
        pause.wait(EVERY)
