"""Tables as CSV files (RFC 4180) that a spreadsheet may open: no cell is a formula, whatever a cluster says."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def line(values: Sequence[str]) -> str:
    """A row, with the end of its line."""
    written = io.StringIO()
    csv.writer(written).writerow([_cell(value) for value in values])
    return written.getvalue()


def answer(name: str, rows: Iterable[Sequence[str]]) -> HttpResponse:
    """A file to be saved under a name; the first row is the head."""
    response = HttpResponse("".join(line(row) for row in rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
