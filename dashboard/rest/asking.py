"""What an address asks, read into a struct: a parameter that is unknown or is given twice is refused, not passed over, for whoever
wrote it expects that it did something."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, TypeVar

import msgspec
from django.http import QueryDict

from dashboard.rest.cursors import LONGEST
from dashboard.rest.problems import RefusedError

#: Entries of a page.
MOST = 500

Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST, description="Entries of a page.")]
Cursor = Annotated[str, msgspec.Meta(max_length=LONGEST, description="`next` of the page before; without it the first page.")]

#: By these names others send secrets in addresses, which end up in histories and logs.
_SECRET = ("token", "access_token", "api_token", "api_key", "apikey", "authorization", "bearer")


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


class Paged(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a list."""

    limit: Limit = 50
    cursor: Cursor = ""


Query = TypeVar("Query", bound=msgspec.Struct)


def read(query: QueryDict, kind: type[Query]) -> Query:
    """Raises RefusedError with a sentence that says which parameters there are."""
    no_secret(query)
    values: dict[str, str] = {}
    known = {field.encode_name for field in msgspec.structs.fields(kind)}
    for name, given in query.lists():
        if name not in known:
            raise RefusedError(400, f"There is no parameter {_shown(name)} here. {_listed(known)}")
        if len(given) != 1:
            raise RefusedError(400, f"{name}= is given {len(given)} times. Give it once.")
        if "\x00" in given[0]:
            raise RefusedError(400, f"{name}= holds a NUL character, which no name has.")
        values[name] = given[0]
    for name, choices in _choices(kind).items():
        if values.get(name, "") not in ("", *choices):
            raise RefusedError(400, f"{name}= is one of: {', '.join(choices)}.")
    try:
        return msgspec.convert({name: value for name, value in values.items() if value}, kind, strict=False)
    except msgspec.ValidationError as error:
        raise RefusedError(400, _said(str(error))) from None


def no_secret(query: Mapping[str, object]) -> None:
    """Raises RefusedError where a token may stand in the address."""
    found = next((name for name in query if name.lower() in _SECRET), None)
    if found is not None:
        raise RefusedError(
            400,
            f"{_shown(found)}= does not belong in an address, where others can read it. Revoke that token, make another, and send "
            "it in the header “Authorization: Bearer …”.",
        )


def _listed(known: set[str]) -> str:
    return f"There are: {', '.join(sorted(known))}." if known else "This address takes none."


def _shown(name: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in name[:40])


@cache
def _choices(kind: type[msgspec.Struct]) -> dict[str, tuple[str, ...]]:
    """The values that a parameter may have, where it is chosen from a list, as its schema has them."""
    known = msgspec.json.schema(kind)["$defs"][kind.__name__]["properties"]
    return {name: tuple(one for one in schema["enum"] if one) for name, schema in known.items() if "enum" in schema}


def _said(error: str) -> str:
    """msgspec's "Expected `int` <= 500 - at `$.limit`" as a sentence about the parameter."""
    what, _, where = error.partition(" - at `$.")
    name = where.rstrip("`")
    return f"{name}=: {what[0].lower()}{what[1:].replace('`', '')}." if name else f"{what}."
