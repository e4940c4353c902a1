"""static/js/registry.js, made of the registry: the kinds and figures that the picture shows, in their order.

A module and not a part of the snapshot, because it is the same for every cluster, and the saved picture is drawn from it too.
"""

import json

from planes.components.distribution import MANAGED, ONE_PROCESS
from planes.components.registry import AGENTS, FIGURES, KINDS
from planes.structs.events import BLAME

_HEAD = """/**
 * The kinds of components and their figures, as planes/components declares them. Written by `manage.py registry --write`; change
 * the declarations, not this.
 */
"""


def browser_registry() -> str:
    """The whole module."""
    kinds = [{"kind": one.kind, "plane": one.plane.value, "title": one.title, "role": one.role} for one in KINDS]
    agents = [{"kind": one.kind, "column": one.column, "title": one.title, "short": one.short} for one in AGENTS]
    figures = [
        {"key": one.key, "kind": kind.kind, "fact": one.fact, "told": one.told, "form": one.form.value, "least": one.least}
        for kind in KINDS
        for one in kind.figures
    ]
    assert [one["key"] for one in figures] == [one.key for one in FIGURES]
    blame = [{"kind": kind.value, "brief": brief, "says": says} for kind, (brief, says) in BLAME.items()]
    parts = (
        ("What is shown, in this order.", "KINDS", kinds),
        ("The agents of a node, each with its column on the wire and a name for where there is little room.", "AGENTS", agents),
        ("The values of a sample after its time, in their order on the wire.", "FIGURES", figures),
        ("Distributions whose control plane somebody else runs.", "MANAGED", sorted(MANAGED)),
        ("Distributions that run the whole control plane in one process.", "ONE_PROCESS", sorted(ONE_PROCESS)),
        ("Who is to blame while a cluster cannot be asked, by the kind of fault; of all others nobody answers.", "BLAME", blame),
    )
    return _HEAD + "".join(
        f"\n/** {says} */\nexport const {name} = /** @type {{const}} */ ({_literal(rows)});\n" for says, name, rows in parts
    )


def _literal(rows: list[dict[str, str]] | list[dict[str, str | float]] | list[str]) -> str:
    lines = "".join(f"  {json.dumps(row, ensure_ascii=False)},\n" for row in rows)
    return f"[\n{lines}]"
