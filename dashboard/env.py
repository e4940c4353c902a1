"""Readers of the environment: each setting has a type and a default, and an unknown value is refused with a sentence.

A secret may also come from a file: NAME_FILE=/run/secrets/name (style.md, habit 9).
"""

import difflib
import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

logger = logging.getLogger(__name__)

#: What a kubelet puts into the environment for a Service, here one that is called "planewatch".
_OF_A_SERVICE = re.compile(r"^(?:tcp|udp|sctp)://\S+$")

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """The variable as it stands."""
    return os.environ.get(name, default)


def secret(name: str) -> str:
    """The variable, or the content of the file that NAME_FILE names; empty if neither is set."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from error


def flag(name: str, default: bool = False) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; set it to 1 or 0.")


def number(name: str, default: float, *, low: float, high: float) -> float:
    """A number within bounds."""
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        parsed = float(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to a number.") from None
    if not low <= parsed <= high:
        raise ImproperlyConfigured(f"{name} is {value}; it must be between {low:g} and {high:g}.")
    return parsed


def port(name: str) -> int:
    """A port; 0 where none is set. A kubelet sets PLANEWATCH_PORT=tcp://10.0.0.7:80 for a Service called "planewatch": no port."""
    value = os.environ.get(name, "")
    if _OF_A_SERVICE.match(value):
        logger.warning("%s is %s, set for a Service of that name; it is ignored (enableServiceLinks: false).", name, value)
        return 0
    return int(number(name, 0, low=0, high=65535))


def family(prefix: str, members: Mapping[str, tuple[float, float]], retired: Mapping[str, str] | None = None) -> dict[str, float]:
    """Those of many numbers that are set, each by a variable of its own: PREFIX and its name in capitals. `members`: name -> lowest
    and highest. `retired`: name -> why there is no such number any more; an environment of before an upgrade may still set it."""
    gone = {f"{prefix}{name.upper()}": why for name, why in (retired or {}).items()}
    names = {f"{prefix}{name.upper()}": name for name in members}
    found: dict[str, float] = {}
    for variable in sorted(os.environ):
        if not variable.startswith(prefix):
            continue
        if variable in gone:
            logger.warning("%s is ignored: %s", variable, gone[variable])
            continue
        if variable not in names:
            near = difflib.get_close_matches(variable, names, n=3, cutoff=0.6)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(list(names)[:3])} and others."
            raise ImproperlyConfigured(f"{variable} is not a setting; {hint}")
        low, high = members[names[variable]]
        found[names[variable]] = number(variable, low, low=low, high=high)
    return found


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def choice(name: str, default: str, *, among: tuple[str, ...]) -> str:
    """One of a few words, in whatever case."""
    value = os.environ.get(name, default).upper()
    if value not in among:
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to one of {', '.join(among)}.")
    return value
