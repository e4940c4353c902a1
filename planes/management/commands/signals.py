"""`manage.py signals [--write]`: what every state rests on, as docs/signals.md has it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from planes.components.signals_reference import handbook


class Command(BaseCommand):
    help = "Print what each component is judged by, with every bound, as Markdown."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write docs/signals.md instead of printing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it, or write it."""
        if not options["write"]:
            self.stdout.write(handbook(), ending="")
            return
        path = Path(settings.BASE_DIR) / "docs" / "signals.md"
        try:
            path.write_text(handbook(), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from error
        self.stdout.write(f"Wrote {path}.")
