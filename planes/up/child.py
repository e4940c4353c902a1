"""The launcher of a part: `python -m planes.up.child PARENT COMMAND…` runs COMMAND so that it does not outlive process PARENT.

On Linux the kernel sees to it (PR_SET_PDEATHSIG, which survives exec). Elsewhere a small watcher stays in the part's process group
and ends the group when PARENT has gone. Standard library only: this runs before every part, and must start fast.
"""

import os
import signal
import sys
import time

_PR_SET_PDEATHSIG = 1
_GRACE_S = 5.0
_LOOK_EVERY_S = 0.5


def die_with_parent(parent: int) -> None:
    """Be killed when the parent process ends. The parent may have ended before this was said: then end now."""
    import ctypes

    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def watch_from_aside(parent: int) -> None:
    """Fork a watcher that ends this process group when `parent` has gone: kindly first, then by force."""
    if os.fork() != 0:
        return
    part = os.getppid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the part's stopping is the part's affair; `up` sweeps the group afterwards
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.closerange(3, 1024)
    while _lives(parent):
        if os.getppid() != part:
            os._exit(0)  # the part has ended by itself
        time.sleep(_LOOK_EVERY_S)
    os.killpg(0, signal.SIGTERM)
    end = time.monotonic() + _GRACE_S
    while os.getppid() == part and time.monotonic() < end:
        time.sleep(0.05)
    os.killpg(0, signal.SIGKILL)  # ourselves with it


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def main(argv: list[str]) -> None:
    """Replaces this process by the command."""
    parent, command = int(argv[1]), argv[2:]
    if sys.platform == "linux" and "PLANEWATCH_WATCH_FROM_ASIDE" not in os.environ:
        die_with_parent(parent)
    else:
        watch_from_aside(parent)
    os.execvp(command[0], command)  # noqa: S606 (no shell is wanted)


if __name__ == "__main__":
    main(sys.argv)
