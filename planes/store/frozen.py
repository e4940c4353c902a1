"""Transactions of processes that stand still: they hold what they have locked for as long as they stand.

Only PostgreSQL can be asked to end them. It ends by itself what is idle between two statements
(idle_in_transaction_session_timeout), but not what was stopped in the middle of a pipeline of them: to the server that is at work.
On SQLite, which has one machine and one `up`, the process itself is ended (planes.up.health).
"""

import logging

from django.db import DatabaseError, connection

from planes.models import Cluster

logger = logging.getLogger(__name__)

#: Seconds for which taking a cluster waits for its row, and for which a transaction has held one before it counts as frozen.
#: Flushing 5,000 nodes takes two.
PATIENCE = 3.0
FROZEN = 10.0

_END = """
SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM (
    SELECT DISTINCT a.pid FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
    WHERE a.datname = current_database() AND a.usename = current_user AND a.pid <> pg_backend_pid()
    AND l.relation = %s::regclass AND l.mode = 'RowExclusiveLock' AND l.granted
    AND NOT EXISTS (SELECT 1 FROM pg_locks w WHERE w.pid = a.pid AND NOT w.granted)
    AND a.xact_start < clock_timestamp() - make_interval(secs => %s)
) AS frozen
"""


def be_impatient() -> None:
    """Within a transaction: wait for a lock no longer than PATIENCE."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{PATIENCE * 1000:.0f}ms"])


def end_those_before_us() -> bool:
    """End the transactions of our own user that have written to clusters' rows, wait for nothing, and are older than FROZEN; tells
    whether there were any. What is ended is rolled back; whoever wakes up gets an error, and is fenced."""
    if connection.vendor != "postgresql":
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute(_END, [Cluster._meta.db_table, FROZEN])
            (ended,) = cursor.fetchone()
    except DatabaseError:
        return False
    if ended:
        logger.warning("Ended %d transactions that held a cluster for more than %g s without any progress.", ended, FROZEN)
    return bool(ended)
