"""The options that say where everything is kept: they must be in the environment before Django's settings are read.

`manage.py` takes them off the command line of every command, so that `manage.py status --data-dir DIR` works as
`manage.py up --data-dir DIR` does. Nothing of Django may be imported here.
"""

from collections.abc import MutableMapping
from pathlib import Path

#: Option -> environment variable.
EARLY = {"--data-dir": "PLANEWATCH_DATA_DIR", "--database-url": "DATABASE_URL", "--redis-url": "REDIS_URL"}


def take(argv: list[str], environ: MutableMapping[str, str]) -> list[str]:
    """`argv` without these options, whose values are put into `environ`. An option without a value is left for the command's own
    parser to complain of; what follows `--` is not looked at."""
    kept: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            return [*kept, word, *words]
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
        _set(EARLY[option], value, environ)
    return kept


def _set(variable: str, value: str, environ: MutableMapping[str, str]) -> None:
    """What the command line says outweighs NAME_FILE too."""
    environ.pop(f"{variable}_FILE", None)
    environ[variable] = str(Path(value).expanduser().absolute()) if variable == "PLANEWATCH_DATA_DIR" else value
