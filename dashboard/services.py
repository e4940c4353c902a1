"""Where the database, Valkey and the secret key are, from their URLs or the data directory."""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from planes.structs.thresholds import Thresholds, contradiction

# A Unix socket's path may have 107 bytes on Linux and 103 on macOS.
_SOCKET_LIMIT = 100


def database(url: str, data_dir: Path) -> dict[str, Any]:
    """Django's DATABASES entry: SQLite in the data directory, or what a postgresql:// URL says.

    SQLite runs with a write-ahead log and immediate transactions: deferred ones gave 522 "locked" errors with 8 writers.
    PostgreSQL runs with psycopg's pool and no persistent connections (the pool keeps them).
    """
    if not url or url.startswith("sqlite:"):
        path = unquote(urlsplit(url).path) if url else str(data_dir / "planewatch.sqlite3")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {parts.scheme!r}; say postgresql://user:password@host:5432/name, or leave it out for SQLite."
        )
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 16, "timeout": 10}, "connect_timeout": 5, **query},
    }


def bounds(changed: dict[str, float]) -> dict[str, float]:
    """The bounds that were set, once they are seen not to contradict each other or the defaults of the others."""
    made = Thresholds(**changed)
    pair = contradiction(made)
    if pair is not None:
        lower, upper = (f"PLANEWATCH_BOUND_{name.upper()} ({getattr(made, name):g})" for name in pair)
        raise ImproperlyConfigured(f"{lower} must not be above {upper}.")
    return changed


def embedded_redis(data_dir: Path) -> str:
    """The socket of the Valkey that `manage.py up` starts. In a directory of mode 0700, so that it needs no password."""
    path = data_dir / "valkey.sock"
    if len(str(path)) > _SOCKET_LIMIT:
        digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
        path = Path(tempfile.gettempdir()) / f"planewatch-{os.getuid()}-{digest}" / "valkey.sock"
    return f"unix://{path}"


def secret_key(data_dir: Path) -> str:
    """Django's secret key, made once and kept in the data directory with mode 0600."""
    path = data_dir / "secret-key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ImproperlyConfigured(f"The secret key {path} cannot be read: {error.strerror}.") from error
    key = secrets.token_urlsafe(48)
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        # O_EXCL: of several processes that start at once, one writes and the others read what it wrote.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(key)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data directory {data_dir} cannot be written: {error.strerror}. "
            "Name another with --data-dir or PLANEWATCH_DATA_DIR, or mend its rights."
        ) from error
    return key
