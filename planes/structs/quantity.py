"""Kubernetes quantities ("250m", "16Gi", "1e3") as numbers."""

import re

_SUFFIXES = {
    "": 1.0,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
    "Pi": 2.0**50,
    "Ei": 2.0**60,
}
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d{1,3})|(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]))?")


def quantity(text: str) -> float | None:
    """The value in base units: cores for CPU, bytes for memory. None when it is no quantity.

    Grammar: apimachinery's resource.Quantity: a decimal number with a binary suffix (Ki … Ei), a decimal one (n … E) or an
    exponent.
    """
    found = _QUANTITY.fullmatch(text.strip())
    if found is None:
        return None
    number, exponent, suffix = found.groups()
    try:
        return float(number + (exponent or "")) * _SUFFIXES[suffix or ""]
    except OverflowError:
        return None
