"""`manage.py registry [--write]`: the kinds and figures as the browser has them, static/js/registry.js."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from planes.components.browser_registry import browser_registry


class Command(BaseCommand):
    help = "Print the kinds of components and their figures as the browser has them, as a JavaScript module."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write static/js/registry.js instead of printing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it, or write it."""
        if not options["write"]:
            self.stdout.write(browser_registry(), ending="")
            return
        path = Path(settings.BASE_DIR) / "static" / "js" / "registry.js"
        try:
            path.write_text(browser_registry(), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from error
        self.stdout.write(f"Wrote {path}.")
