"""One consistent view of the database over several queries."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_view() -> Iterator[None]:
    """All reads inside see the same state of the database. Nothing may be written inside. Within another, it is that one.

    On SQLite transactions are IMMEDIATE (dashboard.services.database), which would make readers wait for writers; a plain BEGIN
    reads from the write-ahead log beside them. On PostgreSQL the isolation level does it.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            if cursor.connection.in_transaction:
                yield
                return
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
