"""The OpenAPI 3.1 document of the API, made of what is declared: msgspec gives the schemas of what is asked and answered."""

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec
from django.conf import settings

from dashboard.answers import PROBLEM_TYPE, Problem
from dashboard.rest.declared import PLACES, RESOURCES, Resource

#: What JSON is made of.
Json = Mapping[str, "Json"] | list["Json"] | tuple["Json", ...] | str | int | float | bool | None

#: Of the API, not of Planewatch.
VERSION = "1"
_REFS = "#/components/schemas/{name}"
_PLACE = re.compile(r"<\w+:(\w+)>")
_ABOUT = (
    "Read-only. Every answer about a cluster says how late it is (`as_of`, `late`). Times are epoch seconds. Lists come in pages: "
    "`next` is the `cursor` of the page that follows. Answers carry an ETag; send it back as If-None-Match and get 304 while no "
    "fact has changed. Errors are problem details (RFC 9457) whose `detail` says what to do."
)
_ERRORS = {
    400: "A parameter that is unknown, is given twice or makes no sense; or a token in the address.",
    401: "No session and no token, or a token that opens nothing (any more).",
    404: "There is nothing at this address, or nothing that may be known of.",
    405: "It can only be read.",
    406: "JSON is not accepted.",
    429: "This token asks too often; Retry-After says how many seconds to wait.",
    503: "The database is late or away, or too much is asked at once.",
}
_HEADERS: dict[str, Json] = {"ETag": {"description": "Of these facts; `as_of` is no part of it.", "schema": {"type": "string"}}}


class Parameter(msgspec.Struct, frozen=True):
    """What stands in an address or is asked beside it. `schema` is JSON Schema."""

    name: str
    where: str  # "path" or "query"
    required: bool
    about: str
    schema: Mapping[str, Json]

    @property
    def choices(self) -> list[str]:
        """The values that it may have, where it is chosen from a list."""
        found = self.schema.get("enum", [])
        return [str(one) for one in found if one] if isinstance(found, list) else []

    @property
    def usual(self) -> str:
        """What it is where it is not given, in words; empty: nothing."""
        found = self.schema.get("default", "")
        return "" if found is None else str(found)


def address(resource: Resource) -> str:
    """As OpenAPI has it: /api/v1/c/{cluster}/nodes."""
    return "/api/v1/" + _PLACE.sub(r"{\1}", resource.route)


def parameters(resource: Resource) -> list[Parameter]:
    """Those of the address first."""
    found = []
    for name in _PLACE.findall(resource.route):
        schema, about = PLACES[name]
        found.append(Parameter(name, "path", True, about, dict(schema)))
    known = msgspec.json.schema(resource.query)["$defs"][resource.query.__name__]
    for name, schema in known["properties"].items():
        plain = {key: value for key, value in schema.items() if key != "description"}
        found.append(Parameter(name, "query", name in known.get("required", ()), schema.get("description", ""), plain))
    return found


@lru_cache(maxsize=1)
def document() -> bytes:
    """The document as it goes out, the same for everybody."""
    kinds = [*{resource.answer: None for resource in RESOURCES}, Problem]
    refs, schemas = msgspec.json.schema_components(kinds, ref_template=_REFS)
    answers = dict(zip(kinds, refs, strict=True))
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Planewatch", "version": VERSION, "description": _ABOUT},
            "security": [{"token": []}, {"session": []}],
            "paths": {address(one): {"get": _operation(one, answers[one.answer])} for one in RESOURCES},
            "components": {
                "schemas": schemas,
                "responses": {str(status): _error(status, about, answers[Problem]) for status, about in _ERRORS.items()},
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer", "description": "A personal token."},
                    "session": {
                        "type": "apiKey",
                        "in": "cookie",
                        "name": settings.SESSION_COOKIE_NAME,
                        "description": "Whoever is signed in.",
                    },
                },
            },
        }
    )


def _operation(resource: Resource, answer: Mapping[str, Json]) -> Json:
    return {
        "operationId": resource.name.removeprefix("api-").replace("-", "_"),
        "summary": resource.title,
        "description": resource.about,
        "parameters": [
            {"name": one.name, "in": one.where, "required": one.required, "description": one.about, "schema": one.schema}
            for one in parameters(resource)
        ],
        "responses": {
            "200": {"description": "What was asked for.", "headers": _HEADERS, "content": {"application/json": {"schema": answer}}},
            "304": {"description": "What you have still holds."},
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in _ERRORS},
        },
    }


def _error(status: int, about: str, schema: Mapping[str, Json]) -> Json:
    headers: dict[str, Json] = {}
    if status == 401:
        headers = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    elif status == 405:
        headers = {"Allow": {"schema": {"type": "string"}}}
    elif status == 429:
        headers = {"Retry-After": {"schema": {"type": "string"}}}
    return {"description": about, "headers": headers, "content": {PROBLEM_TYPE: {"schema": schema}}}
