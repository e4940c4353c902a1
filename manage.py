#!/usr/bin/env python
"""Planewatch's command line: `python manage.py help` lists what there is."""

import os
import sys

from planes.up.early import hide, take


def main() -> int:
    """Run the command; a setting that is wrong is told in one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    hide(sys.argv, os.environ)
    argv = take(sys.argv, os.environ)
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"planewatch: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
