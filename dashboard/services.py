"""Where the database, Valkey and the secret key are, from their URLs or the data directory."""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from planes.structs.thresholds import Thresholds, contradiction

# A Unix socket's path may have 107 bytes on Linux and 103 on macOS.
_SOCKET_LIMIT = 100
#: Nothing waits for ever. A way that swallows all is noticed after 14 s, on a connection that waits for an answer (keepalives) as
#: on one that has sent something (TCP_USER_TIMEOUT, milliseconds). The server ends what takes too long, a lock or a statement, and,
#: before a lease runs out (15 s), what was left open by a process that stands still. Each may be said otherwise in DATABASE_URL
#: (?tcp_user_timeout=…).
_BOUNDED = {
    "connect_timeout": "5",
    "keepalives": "1",
    "keepalives_idle": "5",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": "14000",
    "options": "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=10s",
}
#: The alias of the database of accounts and sessions, where it is one of its own.
ACCOUNTS = "accounts"
_LOCAL = ("localhost", "127.0.0.1", "[::1]")


def databases(url: str, data_dir: Path) -> dict[str, dict[str, Any]]:
    """Django's DATABASES. SQLite has one writer a file: accounts and sessions have a file of their own there, so that signing in
    waits for no collector (dashboard/routing.py). PostgreSQL locks rows, and has all in one database."""
    made = {"default": database(url, data_dir)}
    if _is_sqlite(url):
        path = _sqlite_path(url, data_dir)
        made[ACCOUNTS] = _sqlite(path.with_name(f"{path.stem}-accounts{path.suffix}"))
    return made


def _is_sqlite(url: str) -> bool:
    return not url or url.startswith("sqlite:")


def _sqlite_path(url: str, data_dir: Path) -> Path:
    return Path(unquote(urlsplit(url).path)) if url else data_dir / "planewatch.sqlite3"


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "dashboard.sqlite",
        "NAME": str(path),
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
        },
    }


def database(url: str, data_dir: Path) -> dict[str, Any]:
    """Django's DATABASES entry: SQLite in the data directory, or what a postgresql:// URL says.

    SQLite runs with a write-ahead log and immediate transactions: deferred ones gave 522 "locked" errors with 8 writers.
    PostgreSQL runs with psycopg's pool and no persistent connections (the pool keeps them).
    """
    if _is_sqlite(url):
        return _sqlite(_sqlite_path(url, data_dir))
    parts = address("DATABASE_URL", url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {parts.scheme!r}; use postgresql://user:password@host:5432/name, or leave it out for SQLite."
        )
    from dashboard.bounded import BoundedConnection  # the driver takes a while to import, and SQLite needs none

    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": 16, "timeout": 10, "connection_class": BoundedConnection},
            **_BOUNDED,
            **query,
        },
    }


def address(variable: str, url: str) -> SplitResult:
    """The parts of an address. Raises ImproperlyConfigured, in a sentence that repeats nothing of it, where a sign in its password
    has made something else of it."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  ValueError: the beginning of a password, most often
        # What stands before the last "@" is user and password: it has ended too early where one is left over.
        left = f"{'' if parts.scheme == 'unix' else parts.path}{parts.fragment}{'' if '@' in parts.netloc else parts.query}"
        if "@" not in left:
            return parts
    except ValueError:
        pass
    raise ImproperlyConfigured(
        f"{variable} cannot be read as an address. In its user and password, write / as %2F, @ as %40, : as %3A, # as %23, "
        "? as %3F, [ as %5B, ] as %5D and % as %25."
    )


def bounds(changed: dict[str, float]) -> dict[str, float]:
    """The bounds that were set, once they are seen not to contradict each other or the defaults of the others."""
    made = Thresholds(**changed)
    pair = contradiction(made)
    if pair is not None:
        lower, upper = (f"PLANEWATCH_BOUND_{name.upper()} ({getattr(made, name):g})" for name in pair)
        raise ImproperlyConfigured(f"{lower} must not be above {upper}.")
    return changed


def public_url(said: str, hosts: list[str], *, https: bool) -> str:
    """Where people open Planewatch: what PLANEWATCH_URL says; else, over HTTPS, the first allowed name that is not this machine's
    own (over plain HTTP no one could sign in); else empty, for wherever it listens."""
    if not said:
        names = [host for host in hosts if host not in _LOCAL and not host.startswith((".", "*"))]
        return f"https://{names[0]}" if https and names else ""
    parts = urlsplit(said)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
        raise ImproperlyConfigured(
            f"PLANEWATCH_URL is {said!r}; set it to the address that people open, such as https://planes.example.org."
        )
    return said.rstrip("/")


def webhook(name: str, said: str) -> str:
    """The address of a webhook, or empty. It may be a secret, so that a wrong one is not repeated."""
    if not said:
        return ""
    wrong = any(not "!" <= sign <= "~" for sign in said)
    try:
        parts = urlsplit(said)
        wrong = wrong or parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0
    except ValueError:
        wrong = True
    if wrong:
        raise ImproperlyConfigured(f"{name} is no address; set it to one such as https://hooks.example.org/planewatch.")
    return said


def redis_url(said: str, data_dir: Path) -> str:
    """What REDIS_URL says, or where the Valkey is that `manage.py up` starts."""
    if said:
        address("REDIS_URL", said)
    return said or embedded_redis(data_dir)


def embedded_redis(data_dir: Path) -> str:
    """The socket of the Valkey that `manage.py up` starts. In a directory of mode 0700, so that it needs no password."""
    path = data_dir / "valkey.sock"
    if len(str(path)) > _SOCKET_LIMIT:
        digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
        path = Path(tempfile.gettempdir()) / f"planewatch-{os.getuid()}-{digest}" / "valkey.sock"
    return f"unix://{path}"


def secret_key(data_dir: Path) -> str:
    """Django's secret key, made once and kept in the data directory with mode 0600.

    It comes to its place whole: written beside it, brought to the disk, then linked. On a full disk nothing is left behind.
    """
    path = data_dir / "secret-key"
    if found := _read_key(path):
        return found
    key = secrets.token_urlsafe(48)
    beside = data_dir / f".secret-key-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
            # A link never replaces: of several processes that start at once, one makes it and the others read what it made.
            os.link(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except FileExistsError:
        return _read_key(path)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data directory {data_dir} cannot be written: {error.strerror}. "
            "Name another with --data-dir or PLANEWATCH_DATA_DIR, or correct its permissions."
        ) from error
    return key


def _read_key(path: Path) -> str:
    """The key; empty if there is no file."""
    try:
        key = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds something else"
        raise ImproperlyConfigured(f"The secret key {path} cannot be read: {reason}.") from error
    if not key:
        raise ImproperlyConfigured(
            f"The secret key {path} is empty, as a full disk may leave it. Remove the file: a new key is made at the next start, "
            "and everyone signs in again."
        )
    return key
