"""Which rows are in which database: accounts, sessions and sign-in links in one of their own, where there is one.

SQLite has one writer a file. A worker that is stopped in the middle of a transaction holds what is collected for as long as it
stands, and signing in writes: with a file of its own it waits for nobody (docs/decisions/0014).
"""

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, models

from dashboard.services import ACCOUNTS

_APPS = {"auth", "contenttypes", "sessions", "dashboard"}


def accounts() -> str:
    """The alias of the database of accounts."""
    return ACCOUNTS if ACCOUNTS in settings.DATABASES else DEFAULT_DB_ALIAS


class Accounts:
    """A router of Django's."""

    def db_for_read(self, model: type[models.Model], **hints: object) -> str:
        return accounts() if model._meta.app_label in _APPS else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[models.Model], **hints: object) -> str:
        return self.db_for_read(model)

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == (accounts() if app_label in _APPS else DEFAULT_DB_ALIAS)
