"""`manage.py changepassword`: Django's own, in the database in which the accounts are."""

from django.contrib.auth.management.commands import changepassword
from django.core.management.base import CommandParser

from dashboard import routing


class Command(changepassword.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=routing.accounts())
