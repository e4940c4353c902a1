"""`manage.py status [--json] [--cluster SLUG]`: the states for terminals and scripts; what it says is planes.store.status."""

import random
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error

from planes.live.stream import VALKEY_AWAY, Peek
from planes.store.away import said
from planes.store.status import Exit, Status, collect_status, exit_code
from planes.store.status_table import as_json, table
from planes.structs.backoff import Backoff
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
        try:
            status, now = found(peek, slug), time.time()
            status = msgspec.structs.replace(status, troubles=self._troubles(peek, now))
        except Error as error:
            return self._nothing(
                wants_json,
                " ".join([*self._troubles(peek, time.time()), f"Planewatch's database cannot be read: it {said(error)}."]),
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
        troubles = health.troubles(settings.DATA_DIR, now) + [said for said in (peek.trouble(),) if said]
        return troubles if peek.alive() else [*troubles, f"{VALKEY_AWAY} Nothing is live until it does."]

    def _nothing(self, wants_json: bool, sentence: str, remedy: str) -> Exit:
        """On standard error, so that --json stays JSON."""
        if wants_json:
            self.stdout.write(as_json(Status([])))
        self.stderr.write(f"{sentence} {remedy}")
        return Exit.UNKNOWN


def found(peek: Peek, slug: str | None, wait: Callable[[float], None] = time.sleep) -> Status:
    """What is stored, with the pulses. A Valkey that does not answer may just be starting again: it is asked until it has been
    silent for so long that open pages are late, unless everything is late already."""
    backoff = Backoff(random.Random(), first=0.5, cap=1.0, floor=0.2)  # noqa: S311 - jitter, not cryptography
    while True:
        if peek.alive():
            return collect_status(peek.pulse, time.time(), slug, age=peek.age, trouble=peek.trouble())
        stored = collect_status(lambda _: None, time.time(), slug, trouble=VALKEY_AWAY, silence=peek.silence())
        if all(one.late for one in stored.clusters):
            return stored
        wait(backoff.failed())
