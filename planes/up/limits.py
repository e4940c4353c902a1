"""How many connections a process may have open, and how it shares its memory out among its threads."""

import ctypes
import os
import resource

#: Descriptors that are for anything but connections, and connections that one process can serve.
_OURS, _MOST = 256, 20_000
#: What glibc's mallopt calls the number of arenas (malloc.h), and the variable with which an operator says it instead.
_M_ARENA_MAX, _ARENAS = -8, "MALLOC_ARENA_MAX"


def raise_descriptors() -> int:
    """Raise the number of descriptors that we and our parts may have to what is allowed, and return it. A thousand viewers have a
    socket each, and the usual 1,024 would shut out the next one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def connections() -> int:
    """How many connections the web part may serve at once: what is left of the descriptors for files, logs and databases."""
    return max(128, min(_MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _OURS))


def one_arena() -> bool:
    """Have all threads of this process allocate from one arena, where the C library is glibc and the environment does not say
    otherwise; whether it is so now. It must be said before there are threads.

    By default each gets an arena of its own, and keeps what it has freed: a collector's threads, of which one runs at a time, kept
    12 of 185 MB so (tests/bench/bench_collect.py, 1,000 nodes and 21,000 pods)."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None or _ARENAS in os.environ:
        return False
    return bool(mallopt(_M_ARENA_MAX, 1) == 1)
