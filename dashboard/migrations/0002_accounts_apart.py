"""Accounts, sessions and links come along into their own database, where there is one: from that in which all stood before."""

from django.apps.registry import Apps
from django.db import DEFAULT_DB_ALIAS, connections, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_MODELS = (("auth", "User"), ("sessions", "Session"), ("dashboard", "SignInLink"))


def copy(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What stands in the old place stays there: who goes back to the version before finds it. Nothing is copied twice."""
    alias = schema_editor.connection.alias
    if alias == DEFAULT_DB_ALIAS:
        return
    there = set(connections[DEFAULT_DB_ALIAS].introspection.table_names())
    for app, name in _MODELS:
        model = apps.get_model(app, name)
        if model._meta.db_table in there and not model._default_manager.using(alias).exists():
            model._default_manager.using(alias).bulk_create(model._default_manager.using(DEFAULT_DB_ALIAS).all(), batch_size=200)


class Migration(migrations.Migration):
    dependencies = [
        ("dashboard", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("sessions", "0001_initial"),
    ]

    operations = [migrations.RunPython(copy, migrations.RunPython.noop)]
