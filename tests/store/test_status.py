"""`manage.py status`: exit codes, JSON of the promised shape, and that a late collector is never passed off as the present."""

import io
import json
import time
import unicodedata
from typing import Any

import msgspec
import pytest
import redis
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from planes.live.stream import pulse_key
from planes.live.wire import Pulse
from planes.management.commands.status import Command
from planes.models import Cluster
from planes.store import services
from planes.store.status import collect_status, exit_code
from planes.store.status_table import as_json, table
from planes.structs.moments import Epoch
from planes.structs.rows import Frame
from tests.store.rows import NOW, full, node
from tests.store.rows import cluster as cluster_row


def pulse(epoch: int = 1, at: float = NOW) -> Pulse:
    return Pulse(pulse=at, heard=at, epoch=str(epoch), o=1)


def run(valkey: str, settings: Settings, *arguments: str) -> tuple[int, str, str]:
    """The command: exit code, standard output, standard error."""
    settings.REDIS_URL = valkey
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command(Command(stdout=out, stderr=err), *arguments)
    return int(ended.value.code or 0), out.getvalue(), err.getvalue()


def live(valkey: str, epoch: int) -> None:
    """A collector's pulse of now."""
    with redis.Redis.from_url(valkey) as client:
        client.set(pulse_key(Cluster.objects.get().pk), msgspec.json.encode(pulse(epoch, time.time())))


@pytest.mark.parametrize(
    ("control", "data", "code"),
    [
        ("healthy", "healthy", 0),
        ("healthy", "degraded", 1),
        ("down", "degraded", 2),
        ("healthy", "unknown", 3),
        ("not_observable", "healthy", 0),
        ("unknown", "degraded", 1),
    ],
)
def test_the_exit_code_is_the_worst_plane(
    cluster: Cluster, epoch: int, valkey: str, settings: Settings, control: str, data: str, code: int
) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    services.flush(cluster.pk, epoch, 2, Frame(at=Epoch(time.time()), cluster=cluster_row(control, data)))
    live(valkey, epoch)
    assert run(valkey, settings)[0] == code
    assert run(valkey, settings, "--json")[0] == code


def test_json_has_the_promised_keys(cluster: Cluster, epoch: int, valkey: str, settings: Settings) -> None:
    frame = full(at=time.time())
    frame.nodes["node-2"] = node("node-2", "degraded", because="No heartbeat for ⟨a:1799999969.0⟩.")
    services.flush(cluster.pk, epoch, 1, frame)
    live(valkey, epoch)
    code, out, err = run(valkey, settings, "--json", "--cluster", "prod")
    assert (code, err) == (0, "")
    said: dict[str, Any] = json.loads(out)
    one = said["clusters"][0]
    assert one.keys() == {
        *("slug", "name", "server", "version", "distribution", "age_s", "late", "planes", "components", "nodes", "attention"),
        "missing",
    }
    assert one["planes"].keys() == {"control", "data"}
    assert one["planes"]["control"].keys() == {"state", "because"}
    etcd = one["components"][0]
    assert etcd.keys() >= {"kind", "plane", "state", "since", "because", "instances", "evidence"}
    assert etcd["instances"][0].keys() == {"name", "host", "leader", "state", "because"}
    assert etcd["evidence"][0].keys() == {"signal", "now", "should_be", "state", "source", "age_s"}
    assert one["nodes"] == {"total": 3, "by_state": {"degraded": 1, "healthy": 2}}
    attention = one["attention"]
    assert [entry["name"] for entry in attention] == ["node-2"]
    assert attention[0].keys() == {"kind", "name", "agents", "state", "because", "since"}
    assert attention[0]["agents"] == {"kubelet": "degraded", "kube-proxy": "healthy", "container-runtime": "healthy"}
    assert "⟨" not in out


def test_nodes_unknown_for_one_cause_are_one_entry_and_cordoned_ones_none(cluster: Cluster, epoch: int) -> None:
    frame = full(("a", "b", "c", "d", "e", "f"), at=NOW)
    for name in ("a", "b", "c"):
        frame.nodes[name] = node(name, "unknown", because="All nodes fell silent together.")
    frame.nodes["d"] = node("d", "unknown", because="Its lease was deleted.")
    frame.nodes["e"] = node("e", "cordoned")
    frame.nodes["f"] = node("f", "down")
    services.flush(cluster.pk, epoch, 1, frame)
    status = collect_status(lambda _: pulse(epoch), NOW)
    assert [entry.name for entry in status.clusters[0].attention] == ["f", "3 nodes", "d"]
    assert status.clusters[0].nodes.by_state == {"cordoned": 1, "down": 1, "unknown": 4}


@pytest.mark.django_db
def test_nothing_watched_is_a_sentence_and_unknown(valkey: str, settings: Settings) -> None:
    code, out, err = run(valkey, settings)
    assert (code, out) == (3, "")
    assert err == "No cluster is watched. Start Planewatch with `manage.py up`.\n"
    code, out, _ = run(valkey, settings, "--json")
    assert (code, json.loads(out)) == (3, {"clusters": [], "troubles": []})


def test_an_unknown_slug_is_a_sentence_and_unknown(cluster: Cluster, valkey: str, settings: Settings) -> None:
    code, out, err = run(valkey, settings, "--cluster", "nonsense")
    assert (code, out) == (3, "")
    assert "'nonsense'" in err


def test_a_cluster_that_was_never_collected_is_unknown_and_says_so(cluster: Cluster) -> None:
    status = collect_status(lambda _: None, NOW)
    assert exit_code(status) == 3
    assert status.clusters[0].age_s is None
    assert status.clusters[0].planes["control"].because == "This cluster has not been collected yet."


def test_a_collector_that_is_late_makes_everything_unknown_with_its_reason(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    status = collect_status(lambda _: None, NOW + 42)
    one = status.clusters[0]
    assert exit_code(status) == 3
    assert one.age_s == 42.0
    assert one.planes["data"].because == "Its collector is silent. Last known: healthy."
    assert one.late == "Its collector last reported 42 s ago."
    assert {component.state for component in one.components} == {"unknown"}
    assert one.components[0].last == "healthy"
    assert one.nodes.by_state == {"unknown": 3}
    assert {component.since for component in one.components} == {NOW}, "unknown since it was last heard"
    assert {entry.since for entry in one.attention} == {NOW}


def test_a_dead_collector_whose_clock_was_ahead_is_as_old_as_its_last_pulse(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    for dead, told in ((3.0, None), (8.0, 8.0), (21.0, 21.0), (55.0, 55.0)):
        now = NOW + 60
        last = pulse(epoch, now - dead + 20)
        status = collect_status({cluster.pk: last}.get, now, age={cluster.pk: dead}.get)
        assert exit_code(status) == 3, dead
        assert status.clusters[0].age_s == told


def test_a_clock_set_back_by_an_hour_makes_nothing_fresh(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    status = collect_status(lambda _: None, NOW - 3600)
    one = status.clusters[0]
    assert exit_code(status) == 3
    assert one.age_s is None
    assert one.late == "The clocks of this server and its collector differ by 1 h, so its age is unknown."
    assert one.planes["data"].because == f"{one.late} Last known: healthy."
    assert f"Not live: {one.late}" in table(status, NOW - 3600, colour=False)


def test_a_pulse_of_another_epoch_does_not_vouch_for_the_stored_picture(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    later = NOW + 60
    assert exit_code(collect_status(lambda _: pulse(epoch, later), later)) == 0
    assert exit_code(collect_status(lambda _: pulse(epoch + 1, later), later)) == 3


def test_the_table_has_colours_only_when_asked_and_no_control_characters(cluster: Cluster, epoch: int) -> None:
    frame = full()
    frame.nodes["node-1"] = node("node-1", "down", because="\x1b[2Jgone")
    services.flush(cluster.pk, epoch, 1, frame)
    status = collect_status(lambda _: pulse(), NOW)
    plain = table(status, NOW, colour=False)
    assert "\x1b" not in plain
    assert "node-1" in plain
    assert "kubelet down" in plain
    assert "Control plane: All five kinds do their job." in plain
    assert "\x1b[31m◆ down" in table(status, NOW, colour=True)


def test_json_says_the_same_and_drives_no_terminal(cluster: Cluster, epoch: int) -> None:
    said = "a\x7fb\x9bc\u202ed\u2066e\u2028f\U000e0041g é 東京 ▲ \U0001f600"
    frame = full()
    frame.nodes["node-1"] = node("node-1", "down", because=said)
    services.flush(cluster.pk, epoch, 1, frame)
    status = collect_status(lambda _: pulse(), NOW)
    text = as_json(status)
    assert msgspec.json.decode(text) == msgspec.to_builtins(status)
    assert said in [one["because"] for one in json.loads(text)["clusters"][0]["attention"]]
    assert not [char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")]
    assert "é 東京 ▲ \U0001f600" in text


@pytest.mark.django_db
def test_a_database_without_tables_is_a_sentence_and_unknown(valkey: str, settings: Settings) -> None:
    with connection.cursor() as cursor:  # rolled back with the test's transaction
        cursor.execute(f"ALTER TABLE {Cluster._meta.db_table} RENAME TO away")
    code, out, err = run(valkey, settings)
    assert (code, out) == (3, "")
    assert err.startswith("Planewatch's database cannot be read")
