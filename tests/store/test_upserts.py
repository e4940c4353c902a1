"""The fixed statements: held to the models, and to writing no more than changed."""

import msgspec
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext

from planes.models import Cluster, Component, Instance, Node, Transition
from planes.store import columns, selectors, services
from planes.store.stored import Stored
from planes.store.upserts import Insert, Statement, Update
from planes.structs.rows import Frame, NodeRow
from tests.store.rows import NOW, component, full, node


@pytest.mark.parametrize("statement", [columns.NODE, columns.COMPONENT, columns.INSTANCE, columns.TRANSITION, columns.WATCHED])
def test_what_is_inserted_is_every_column_of_the_model(statement: Insert) -> None:
    """A column that a migration adds has to be written, or its rows would be refused or hold its default for ever."""
    expected = {field.attname for field in statement.model._meta.concrete_fields if not field.primary_key}
    assert set(statement.names) == expected
    assert len(statement.names) == len(expected)


def test_every_column_of_a_node_is_updated_by_one_statement_or_another() -> None:
    assert set(columns.NODE_FACTS.names) | set(columns.NODE_PODS.names) == set(columns.NODE.names)
    assert set(columns.NODE_FIGURES.names) == set(columns.NODE_FACTS.names) & set(columns.NODE_PODS.names)


@pytest.mark.parametrize("statement", [columns.NODE, columns.COMPONENT, columns.WATCHED])
def test_what_rows_are_known_by_is_a_unique_constraint_of_the_model(statement: Insert) -> None:
    (constraint,) = statement.model._meta.constraints
    key = {"cluster_id" if name == "cluster" else name for name in getattr(constraint, "fields", ())}
    quoted = ", ".join(f'"{name}"' for name in statement.names if name in key)
    assert f"ON CONFLICT ({quoted})" in statement.sql


def test_a_column_that_is_none_is_refused_when_the_statement_is_made() -> None:
    with pytest.raises(LookupError, match="no column colour"):
        Insert(Node, ("colour",))
    with pytest.raises(ValueError, match="must come last"):
        Update(Node, ("name", "state"), key=("name",))


@pytest.mark.parametrize(
    ("text", "stored"), [("nul\x00here", "nul\ufffdhere"), ("x" * 300, "x" * 253), ("\x00" * 300, "\ufffd" * 253), ("", "")]
)
def test_a_text_is_made_to_fit_its_column(text: str, stored: str) -> None:
    statement = Insert(Instance, columns.InstanceColumns._fields)
    row = columns.InstanceColumns(1, text, "host", False, "healthy", "why", "1", None, b"null")
    assert statement.fit(row) == row._replace(name=stored)


def node_statements(cluster: Cluster, epoch: int, offset: int, frame: Frame, stored: Stored) -> list[Statement]:
    """Which of the statements a flush has run."""
    with CaptureQueriesContext(connection) as captured:
        services.flush(cluster.pk, epoch, offset, frame, stored=stored)
    said = [query["sql"].replace("?", "%s") for query in captured.captured_queries]
    known = {
        "facts and pods": columns.NODE,
        "facts": columns.NODE_FACTS,
        "figures and pods": columns.NODE_PODS,
        "figures": columns.NODE_FIGURES,
    }
    return [one for one in known.values() if any(one.sql in sql for sql in said)]


def moved(row: NodeRow, **fields: object) -> Frame:
    return Frame(at=NOW + 1, nodes={row.name: msgspec.structs.replace(row, **fields)})


def test_only_what_changed_of_a_node_is_written(cluster: Cluster, epoch: int) -> None:
    stored, row = Stored(), node("node-1")
    more = node("node-1", pods=3)
    frames = [
        (Frame(at=NOW, nodes={"node-1": row}), [columns.NODE]),
        (Frame(at=NOW, nodes={"node-1": row}), []),
        (moved(row, cpu_used=2.0), [columns.NODE_FIGURES]),
        (moved(row, cpu_used=2.0, pods=more.pods, pods_used=3), [columns.NODE_PODS]),
        (moved(more, cpu_used=2.0, state="down", because="It is silent."), [columns.NODE_FACTS]),
        (moved(more, cpu_used=2.0, pods=(), pods_used=0), [columns.NODE]),
    ]
    for offset, (frame, expected) in enumerate(frames, 1):
        assert node_statements(cluster, epoch, offset, frame, stored) == expected, offset
        sent = frame.nodes["node-1"]
        assert selectors.node_rows(cluster.pk) == [sent], offset
        assert Node.objects.values_list("state", "because", "pods_used", "cpu").get() == (
            sent.state,
            sent.because,
            sent.pods_used,
            (sent.cpu_used or 0.0) / 4,
        )


def test_a_node_that_went_and_came_back_is_written_whole(cluster: Cluster, epoch: int) -> None:
    stored, row = Stored(), node("node-1")
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, nodes={"node-1": row}), stored=stored)
    services.flush(cluster.pk, epoch, 2, Frame(at=NOW, gone_nodes=["node-1"]), stored=stored)
    services.flush(cluster.pk, epoch, 3, Frame(at=NOW, nodes={"node-1": row}), stored=stored)
    services.flush(cluster.pk, epoch, 4, Frame(at=NOW, gone_nodes=["node-1"], nodes={"node-1": row}), stored=stored)
    assert selectors.node_rows(cluster.pk) == [row]
    services.flush(cluster.pk, epoch, 5, Frame(at=NOW, full=True), stored=stored)
    services.flush(cluster.pk, epoch, 6, Frame(at=NOW, nodes={"node-1": row}), stored=stored)
    assert selectors.node_rows(cluster.pk) == [row]


def test_instances_come_back_with_their_component(cluster: Cluster, epoch: int) -> None:
    stored, etcd = Stored(), component()
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, components=[etcd]), stored=stored)
    services.flush(cluster.pk, epoch, 2, Frame(at=NOW, gone_components=["etcd"], components=[etcd]), stored=stored)
    services.flush(cluster.pk, epoch, 3, Frame(at=NOW, components=[component(instances=("b", "a"))]), stored=stored)
    assert [one.name for one in selectors.component_rows(cluster.pk)[0].instances] == ["b", "a"]


def test_after_a_write_that_failed_everything_is_written_anew(cluster: Cluster, epoch: int) -> None:
    stored, row = Stored(), node("node-1")
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, nodes={"node-1": row}), stored=stored)
    odd = node("node-2", because="half of a surrogate pair: \ud800")
    with pytest.raises(ValueError, match="surrogate"):
        services.flush(cluster.pk, epoch, 2, Frame(at=NOW, nodes={"node-2": odd}), stored=stored)
    assert not stored.nodes
    services.flush(cluster.pk, epoch, 2, moved(row, cpu_used=3.0), stored=stored)
    assert [one.cpu_used for one in selectors.node_rows(cluster.pk)] == [3.0]


def test_what_one_term_stored_means_nothing_to_the_next(cluster: Cluster, epoch: int) -> None:
    stored, row = Stored(), node("node-1")
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, nodes={"node-1": row}), stored=stored)
    epoch = services.take(cluster.pk)
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, full=True), stored=Stored())
    epoch = services.take(cluster.pk)
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, nodes={"node-1": row}), stored=stored)
    assert selectors.node_rows(cluster.pk) == [row]


def test_without_a_memory_all_is_written(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    services.flush(cluster.pk, epoch, 2, full(at=NOW + 1))
    assert selectors.node_rows(cluster.pk) == list(full().nodes.values())
    assert Component.objects.count() == 2
    assert Transition.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_database_of_the_version_before_keeps_its_nodes_and_their_pods() -> None:
    """Its rows hold their pods; they are read so until they are written anew."""
    before = [("planes", "0001_initial")]
    executor = MigrationExecutor(connection)
    after = executor.loader.graph.leaf_nodes("planes")
    old = executor.migrate(before).apps
    try:
        cluster = old.get_model("planes", "Cluster").objects.create(slug="old", name="old", source="kubeconfig", epoch=7)
        row = node("node-1")
        old.get_model("planes", "Node").objects.create(
            cluster=cluster, name="node-1", state="healthy", since=NOW, row=msgspec.json.encode(row)
        )
    finally:
        MigrationExecutor(connection).migrate(after)
    assert selectors.node_rows(cluster.pk) == [row]
    detail = selectors.node("old", "node-1")
    assert detail is not None
    assert detail.row == row
    services.flush(cluster.pk, 7, 1, moved(row, pods=row.pods[:1], pods_used=1))
    assert [len(one.pods) for one in selectors.node_rows(cluster.pk)] == [1]
