"""Readers of the environment: each setting has a type and a default, and an unknown value is refused with a sentence.

A secret may also come from a file: NAME_FILE=/run/secrets/name (style.md, habit 9).
"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

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
    raise ImproperlyConfigured(f"{name} is {value!r}; say 1 or 0.")


def number(name: str, default: float, *, low: float, high: float) -> float:
    """A number within bounds."""
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        parsed = float(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; say a number.") from None
    if not low <= parsed <= high:
        raise ImproperlyConfigured(f"{name} is {value}; it must lie between {low:g} and {high:g}.")
    return parsed


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def choice(name: str, default: str, *, among: tuple[str, ...]) -> str:
    """One of a few words, in whatever case."""
    value = os.environ.get(name, default).upper()
    if value not in among:
        raise ImproperlyConfigured(f"{name} is {value!r}; say one of {', '.join(among)}.")
    return value
