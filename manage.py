#!/usr/bin/env python
"""Planewatch's command line: `python manage.py help` lists what there is."""

import gc
import os
import sys

from planes.up.early import hide, take


def main() -> int:
    """Run the command; a setting that is wrong is told in one sentence."""
    gc.disable()  # until the command is there: to look through what is imported, which stays, takes a tenth of a start
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    hide(sys.argv, os.environ)
    argv = take(sys.argv, os.environ)
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import BaseCommand, ManagementUtility

    class Utility(ManagementUtility):
        def fetch_command(self, subcommand: str) -> BaseCommand:
            command = super().fetch_command(subcommand)
            gc.freeze()
            gc.enable()
            return command

    try:
        Utility(argv).execute()
    except ImproperlyConfigured as error:
        sys.stderr.write(f"planewatch: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
