"""Migrations only add, so that the version before still works on the same database (docs/operating.md)."""

import pytest
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel, RunPython
from django.db.migrations.operations.base import Operation

#: There was no version before it.
FIRST = "0001_initial"


def adds(operation: Operation, migration: Migration) -> bool:
    if isinstance(operation, AddField):
        made = {one.name_lower for one in migration.operations if isinstance(one, CreateModel)}
        # In a table that there was, the version before goes on writing rows without it.
        empty = operation.field.null or operation.field.has_db_default() or operation.field.has_default()
        return empty or operation.model_name_lower in made
    return isinstance(operation, (CreateModel, AddIndex, AddConstraint, RunPython))


@pytest.mark.parametrize("app", ["dashboard", "planes"])
def test_a_migration_only_adds(app: str) -> None:
    found = {name: one for (of, name), one in MigrationLoader(None).disk_migrations.items() if of == app and name != FIRST}
    assert found
    wrong = [f"{name}: {one.describe()}" for name, whole in found.items() for one in whole.operations if not adds(one, whole)]
    assert wrong == []
