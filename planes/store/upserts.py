"""Fixed SQL statements: one a table, made once from the model's fields, run with many rows.

The ORM builds its SQL anew for each batch, and asks every field of every row how it is to be written: at 50 changed nodes a second
that was over half of a collector's CPU. SQLite and PostgreSQL take the same text; each backend's own executemany prepares or
pipelines it.
"""

from collections.abc import Iterable, Sequence

from django.db import connection, models
from django.db.models import CharField, Model, TextField

Value = str | bytes | int | float | bool | None
#: A row as it is written: values in the order of a statement's names.
Values = tuple[Value, ...]
_TEXTS = (CharField, TextField)


class Statement:
    """One statement that takes values of the columns `names`. Raises LookupError where the model has no such."""

    def __init__(self, model: type[Model], names: tuple[str, ...]) -> None:
        self.model = model
        self.names = names
        fields = [_field(model, name) for name in names]
        #: Where texts stand, and how long they may be.
        self._texts = [(at, one.max_length) for at, one in enumerate(fields) if isinstance(one, _TEXTS)]
        self.sql = ""

    def run(self, rows: Sequence[Values]) -> None:
        """Run it with each row. Raises django.db.DatabaseError."""
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(self.sql, [self.fit(row) for row in rows])

    def fit(self, row: Values) -> Values:
        """What a cluster says, made to fit: PostgreSQL takes no NUL, and no more than a column's length. JSON has it whole."""
        fitted: list[Value] | None = None
        for at, length in self._texts:
            text = row[at]
            if isinstance(text, str) and ("\x00" in text or (length is not None and len(text) > length)):
                fitted = list(row) if fitted is None else fitted
                fitted[at] = text.replace("\x00", "\ufffd")[:length]
        return row if fitted is None else tuple(fitted)

    def _quoted(self, names: Iterable[str]) -> list[str]:
        return [f'"{_field(self.model, name).column}"' for name in names]

    @property
    def _table(self) -> str:
        return f'"{self.model._meta.db_table}"'


class Insert(Statement):
    """New rows; with a `key`, which a unique constraint of the model names, those that are there are updated instead."""

    def __init__(self, model: type[Model], names: tuple[str, ...], key: tuple[str, ...] = ()) -> None:
        super().__init__(model, names)
        places = ", ".join(["%s"] * len(names))
        self.sql = f"INSERT INTO {self._table} ({', '.join(self._quoted(names))}) VALUES ({places})"  # noqa: S608  names of ours
        if key:
            rest = self._quoted(name for name in names if name not in key)
            sets = ", ".join(f"{column} = EXCLUDED.{column}" for column in rest)
            self.sql += f" ON CONFLICT ({', '.join(self._quoted(key))}) DO UPDATE SET {sets}"


class Update(Statement):
    """Some columns of rows that are there. The last of `names` are the `key` that says which."""

    def __init__(self, model: type[Model], names: tuple[str, ...], key: tuple[str, ...]) -> None:
        super().__init__(model, names)
        if names[-len(key) :] != key:
            raise ValueError(f"{model.__name__}: {', '.join(key)} must come last, in this order")
        sets = ", ".join(f"{column} = %s" for column in self._quoted(names[: -len(key)]))
        wheres = " AND ".join(f"{column} = %s" for column in self._quoted(key))
        self.sql = f"UPDATE {self._table} SET {sets} WHERE {wheres}"  # noqa: S608  names of ours


def _field(model: type[Model], name: str) -> "models.Field[object, object]":
    """The concrete field by the name of its attribute ("cluster_id"); Meta.get_field knows the relation's name as well."""
    for field in model._meta.concrete_fields:
        if field.attname == name:
            return field
    raise LookupError(f"{model.__name__} has no column {name}")
