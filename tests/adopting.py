"""Runs a command, and waits for what its processes leave behind: `python tests/adopting.py COMMAND…` exits as the command does.

The kernel counts a process's time with whoever waits for it. A browser leaves its helpers behind when it ends, and they go to init,
which tells nobody: two thirds of what the browser tests compute. On Linux they come to us instead (PR_SET_CHILD_SUBREAPER), so that
os.wait4() of this process counts all of it. Elsewhere it is the command alone that is waited for. Standard library only.
"""

import ctypes
import os
import signal
import sys
import time

_PR_SET_CHILD_SUBREAPER = 36
#: Seconds that what is left behind has to end by itself; what stays longer goes to init after all, and is not counted.
PATIENCE = 10.0


def main(command: list[str]) -> int:
    """The exit code of the command; 128 and the signal's number if one has ended it."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # Ctrl-C is for the command, which has the same group; it does not inherit what is done by a function.
    signal.signal(signal.SIGINT, lambda *_: None)
    running = os.posix_spawnp(command[0], command, os.environ)
    ended = -1
    while ended != running:  # what was orphaned meanwhile has ended too
        ended, status = os.wait()
    end = time.monotonic() + PATIENCE
    while _waits_for_one() and time.monotonic() < end:
        time.sleep(0.01)  # os.waitpid() has no time limit of its own
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _waits_for_one() -> bool:
    """Wait for all that have ended. Whether any still runs."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
