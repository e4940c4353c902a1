"""The history of changes for other programs: as an Atom feed (RFC 4287), and as rows of a table."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from planes.components.registry import title_of
from planes.store.changes import Found
from planes.structs.rows import ChangeRow

#: The columns of the table, in order.
COLUMNS = ("at", "cluster", "kind", "subject", "agent", "before", "after", "because", "group")


def atom(found: Sequence[Found], *, title: str, address: str, site: str, now: float) -> str:
    """The feed, newest first. `address`: its own, `site`: what the addresses of pages begin with ("https://planes.example.org")."""
    updated = _iso(found[0].row.at if found else now)
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{_text(title)}</title>\n<id>{_text(address)}</id>\n<updated>{updated}</updated>\n"
        f"<link rel={quoteattr('self')} href={_attribute(address)}/>\n<author><name>Planewatch</name></author>\n"
    )
    return head + "".join(_entry(one, site) for one in found) + "</feed>\n"


def rows(found: Iterable[Found]) -> Iterable[Sequence[str]]:
    """The table, its head first."""
    yield COLUMNS
    for one in found:
        row = one.row
        told = (row.subject_kind, row.subject, row.agent, row.before.value, row.after.value, row.because, row.group)
        yield (_iso(row.at), one.slug, *told)


def _entry(one: Found, site: str) -> str:
    row = one.row
    link = site + page_of(one.slug, row)
    changed = f"{row.before.value} → {row.after.value}" if row.before is not row.after else row.after.value
    named = title_of(row.subject) if row.subject_kind == "Component" else row.subject
    subject = f"{named} {title_of(row.agent)}".strip()
    return (
        f"<entry>\n<title>{_text(f'{one.cluster}: {subject} {changed}'.replace('_', ' '))}</title>\n"
        f"<id>{_text(f'{site}/c/{one.slug}/changes/#{one.id}')}</id>\n<updated>{_iso(row.at)}</updated>\n"
        f"<link href={_attribute(link)}/>\n<summary>{_text(row.because)}</summary>\n</entry>\n"
    )


def page_of(slug: str, row: ChangeRow) -> str:
    """The path of the page about what changed."""
    if row.subject_kind == "Node":
        return f"/c/{slug}/nodes/{row.subject}/"
    return f"/c/{slug}/{row.subject}/" if row.subject_kind == "Component" else f"/c/{slug}/"


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _clean(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(
        sign if sign in "\t\n" or (sign >= " " and not "\ud800" <= sign <= "\udfff" and sign not in "\ufffe\uffff") else "\ufffd"
        for sign in text
    )


def _text(text: str) -> str:
    return escape(_clean(text))


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))
