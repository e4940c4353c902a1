"""How the rows that a test has committed are removed again.

Django's `flush` truncates some forty tables, of which a test has written to five, and then writes all content types and permissions
anew: on PostgreSQL that makes a hundred files, and took longer than most tests that needed it. To delete from tables that are empty
is nothing, and what migrations wrote has not changed.
"""

from functools import cache

from django.db import OperationalError, connections, transaction
from django.test import TransactionTestCase

#: What migrations and Django itself wrote; no test changes it.
_LAID = {"auth_permission", "django_content_type"}
#: So often it is tried.
_TRIES = 3


@cache
def _deleting(alias: str) -> str:
    """The statements for one database, a line each."""
    connection = connections[alias]
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    names = [connection.ops.quote_name(one) for one in sorted(tables) if one not in _LAID]
    lines = [f"DELETE FROM {name};" for name in names]  # noqa: S608  names of our own tables
    if connection.vendor == "postgresql":
        # As TRUNCATE would, it waits for whoever still writes: none of them may leave a row that refers to one that is gone.
        lines.insert(0, f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE;")
        lines = [" ".join(lines)]
    return "\n".join(lines)


def empty(alias: str) -> None:
    """Remove all rows of a database, but for those that were there before any test. A collector that a test has held up may still
    write its last, once, meanwhile: PostgreSQL may then end one of the two, and it is tried again."""
    for tried in range(1, _TRIES + 1):
        try:
            with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
                for line in _deleting(alias).splitlines():
                    cursor.execute(line)
        except OperationalError as error:
            if tried == _TRIES or "deadlock" not in str(error):
                raise
        else:
            return


def after_a_test(self: TransactionTestCase) -> None:
    """In place of `TransactionTestCase._fixture_teardown`."""
    for alias in self._databases_names(include_mirrors=False):  # type: ignore[attr-defined]  # Django's own
        empty(alias)
