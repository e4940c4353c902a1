"""`manage.py signin`: print a new one-time sign-in link."""

from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from dashboard import auth
from planes.up.datadir import Running


class Command(BaseCommand):
    help = "Prints a link that signs in the administrator once and is valid for 15 min."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--url", help="address of the dashboard (default: that of the Planewatch that runs on this data directory)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            link = auth.one_time_link(options["url"] or _running() or f"http://127.0.0.1:{settings.UP_PORT or 8765}")
        except DatabaseError as error:
            raise CommandError(
                f"The database is not ready ({type(error).__name__}). Start Planewatch once with `make run`, then try again."
            ) from error
        self.stdout.write(link)


def _running() -> str:
    """The address that `up` has written down; empty if there is none."""
    try:
        return msgspec.json.decode(Path(settings.DATA_DIR / "up.lock").read_bytes(), type=Running).address
    except (OSError, msgspec.DecodeError):
        return ""
