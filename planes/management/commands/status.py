"""`manage.py status [--json] [--cluster SLUG]`: the states for terminals and scripts; what it says is planes.store.status."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error

from planes.live.stream import VALKEY_AWAY, Peek
from planes.store.away import said
from planes.store.status import Exit, Status, collect_status, exit_code
from planes.store.status_table import as_json, table
from planes.up import health


class Command(BaseCommand):
    help = "Print the state of the watched clusters. Exit code: 0 healthy, 1 degraded, 2 down, 3 unknown."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="as JSON, for scripts")
        parser.add_argument("--cluster", metavar="SLUG", help="this cluster only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print and exit."""
        sys.exit(int(self._say(bool(options["json"]), options["cluster"])))

    def _say(self, wants_json: bool, slug: str | None) -> Exit:
        peek = Peek(settings.REDIS_URL)
        now = time.time()
        try:
            trouble = peek.trouble() if peek.alive() else VALKEY_AWAY
            found = collect_status(peek.pulse, now, slug, age=peek.age, trouble=trouble)
            status = msgspec.structs.replace(found, troubles=self._troubles(peek, now))
        except Error as error:
            return self._nothing(
                wants_json,
                " ".join([*self._troubles(peek, now), f"Planewatch's database cannot be read: it {said(error)}."]),
                "Start Planewatch with `manage.py up`, or name its data directory (PLANEWATCH_DATA_DIR) or DATABASE_URL.",
            )
        finally:
            peek.close()
        if wants_json:
            self.stdout.write(as_json(status))
            if status.clusters:
                return exit_code(status)
        if not status.clusters and slug is not None:
            return self._nothing(False, f"No watched cluster has the slug {slug!r}.", "`manage.py status` lists them.")
        if not status.clusters:
            return self._nothing(False, "No cluster is watched.", "Start Planewatch with `manage.py up`.")
        if not wants_json:
            self.stdout.write(table(status, now, colour=self.stdout.isatty()))
        return exit_code(status)

    def _troubles(self, peek: Peek, now: float) -> list[str]:
        """Of Planewatch itself."""
        found = health.troubles(settings.DATA_DIR, now) + [said for said in (peek.trouble(),) if said]
        return found if peek.alive() else [*found, f"{VALKEY_AWAY} Nothing is live until it does."]

    def _nothing(self, wants_json: bool, sentence: str, remedy: str) -> Exit:
        """On standard error, so that --json stays JSON."""
        if wants_json:
            self.stdout.write(as_json(Status([])))
        self.stderr.write(f"{sentence} {remedy}")
        return Exit.UNKNOWN
