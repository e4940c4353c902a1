"""How much an etcd may store, as the pod that runs it says.

Source: etcd.io/docs, "Space quota" and "Configuration options": --quota-backend-bytes or ETCD_QUOTA_BACKEND_BYTES, of which the
flag counts first; 0, and neither of them, is 2 GiB; below 0 there is none. What its configuration file says is not seen.
"""

from collections.abc import Iterable

from planes.structs import objects

#: Bytes, unless it is told otherwise (etcd: server/storage, DefaultQuotaBytes).
_DEFAULT = 2.0 * 1024**3
_FLAG = "--quota-backend-bytes"
_VARIABLE = "ETCD_QUOTA_BACKEND_BYTES"
_FILES = ("--config-file", "ETCD_CONFIG_FILE")


def quota_of(pod: objects.SystemPod) -> float | None:
    """The quota of the store that a pod of etcd keeps, in bytes; None: there is none, or it is not seen."""
    told = [_of(one) for one in pod.spec.containers]
    return next((quota for quota in told if quota is not None), None)


def _of(container: objects.Container) -> float | None:
    words = [*container.command, *container.args]
    variables = {one.name: one.value for one in container.env}
    flag = _value(words)
    told = variables.get(_VARIABLE) if flag is None else flag
    if told is None:
        # Whether it is etcd itself that is run, and by nothing but these words.
        plain = bool(words) and words[0].rpartition("/")[2] == "etcd" and _FILES[1] not in variables
        return _DEFAULT if plain and not any(word.startswith(_FILES[0]) for word in words) else None
    try:
        quota = int(told)
    except ValueError:
        return None
    return None if quota < 0 else float(quota) or _DEFAULT


def _value(words: Iterable[str]) -> str | None:
    """Of a flag that is written as --flag=value or --flag value."""
    found: str | None = None
    before = ""
    for word in words:
        if word.startswith(f"{_FLAG}="):
            found = word.partition("=")[2]
        elif before == _FLAG:
            found = word
        before = word
    return found
