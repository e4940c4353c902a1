"""The watched clusters as a table for terminals: slug, whence, and what was last heard."""

import time

from planes.store import selectors
from planes.store.status_table import clean
from planes.structs.time_tokens import duration


def table() -> str:
    """A line each, under a head; a sentence if there is none."""
    now = time.time()
    rows = [("slug", "name", "context", "kubeconfig", "collected")]
    for head in selectors.watched():
        seen = "never" if head.collected_at is None else f"{duration(max(0.0, now - head.collected_at))} ago"
        whence = head.kubeconfig or "its pod's ServiceAccount"
        fault = f", {head.row.fault.kind}" if head.row.fault is not None else ""
        rows.append((head.slug, clean(head.name), clean(head.context), clean(whence), clean(seen + fault)))
    if len(rows) == 1:
        return "No cluster is watched. `manage.py clusters add` adds one."
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
