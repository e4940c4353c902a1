"""How many connections a process may have open."""

import resource

#: Descriptors that are for anything but connections, and connections that one process can serve.
_OURS, _MOST = 256, 20_000


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
