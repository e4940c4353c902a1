"""The options that say where everything is kept: they must be in the environment before Django's settings are read.

`manage.py` takes them off the command line of every command, so that `manage.py status --data-dir DIR` works as
`manage.py up --data-dir DIR` does. Nothing of Django may be imported here.

Every user of a machine can read every process's command line, but no other user's environment. So an address with a password is
moved from the one to the other: the process starts again without it.
"""

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path
from urllib.parse import urlsplit

#: Option -> environment variable.
EARLY = {"--data-dir": "PLANEWATCH_DATA_DIR", "--database-url": "DATABASE_URL", "--redis-url": "REDIS_URL"}


def take(argv: list[str], environ: MutableMapping[str, str]) -> list[str]:
    """`argv` without these options, whose values are put into `environ`. An option without a value is left for the command's own
    parser to complain of; what follows `--` is not looked at."""
    kept, given = _apart(argv)
    for option, value in given:
        _set(EARLY[option], value, environ)
    return kept


def hide(argv: list[str], environ: MutableMapping[str, str]) -> None:
    """Does nothing, unless one of the options gives an address with a password: says so, and starts this command again with the
    address in its environment alone."""
    shown = [EARLY[option] for option, value in _apart(argv)[1] if option != "--data-dir" and _has_password(value)]
    if not shown:
        return
    better = " and ".join(f"{variable} or {variable}_FILE" for variable in shown)
    sys.stderr.write(f"planewatch: a password on the command line can be read by every user of this machine; use {better}.\n")
    sys.stderr.flush()
    interpreter = sys.orig_argv[: len(sys.orig_argv) - len(argv)]
    kept = take(argv, environ)
    os.execve(sys.executable, [*interpreter, *kept], dict(environ))  # noqa: S606  ourselves, once more


def _apart(argv: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """What stays on the command line, and the early options with their values."""
    kept: list[str] = []
    given: list[tuple[str, str]] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            kept += [word, *words]
            break
        option, equals, value = word.partition("=")
        if option not in EARLY:
            kept.append(word)
            continue
        if not equals:
            following = next(words, None)
            if following is None:
                kept.append(word)
                break
            value = following
        given.append((option, value))
    return kept, given


def _has_password(url: str) -> bool:
    try:
        return bool(urlsplit(url).password) or "password=" in urlsplit(url).query
    except ValueError:
        return True  # what cannot be read may be one


def _set(variable: str, value: str, environ: MutableMapping[str, str]) -> None:
    """What the command line says outweighs NAME_FILE too."""
    environ.pop(f"{variable}_FILE", None)
    environ[variable] = str(Path(value).expanduser().absolute()) if variable == "PLANEWATCH_DATA_DIR" else value
