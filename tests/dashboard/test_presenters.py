"""From rows to what a template shows."""

import re
from pathlib import Path

import msgspec
import pytest

from dashboard import component_help, presenters
from dashboard.presenters.changes import change_lines
from dashboard.presenters.words import cores, size
from planes.components import registry
from planes.live.wire import NODE_COLUMNS, VERSION, Lateness, NodeCells, Snapshot, columnar, node_cells, node_values
from planes.store.freshness import Freshness, lateness
from planes.store.selectors import (
    ClusterHead,
    ClusterSummary,
    ComponentDetail,
    NodeDetail,
)
from planes.structs.moments import Epoch
from planes.structs.rows import (
    ChangeRow,
    ClusterRow,
    ComponentRow,
    FaultRow,
    Frame,
    PlaneRow,
)
from planes.structs.verdicts import State
from tests.dashboard import scene_nodes, scenes

AT = Epoch(1_780_000_000.0)
FRESH = Freshness(AT, AT)
LATE = Lateness("collector", "Its collector last reported some time ago.", AT - 30)
SILENT = Lateness("cluster", "Its API server last answered some time ago.", AT - 30)


def head(row: ClusterRow | None = None) -> ClusterHead:
    return ClusterHead(
        id=1,
        slug="prod",
        name="prod",
        source="kubeconfig",
        kubeconfig="/home/ada/.kube/config",
        context="prod",
        enabled=True,
        epoch=1,
        offset=1,
        collected_at=AT,
        row=row or ClusterRow(),
    )


def summary(frame: Frame, counts: dict[str, int] | None = None) -> ClusterSummary:
    nodes: dict[str, int] = {}
    for row in frame.nodes.values():
        nodes[row.state] = nodes.get(row.state, 0) + 1
    assert frame.cluster is not None
    return ClusterSummary(head(frame.cluster), (), counts if counts is not None else nodes, tuple(frame.attention or ()))


def sick(name: str, kubelet: str, runtime: str = "healthy") -> NodeCells:
    made = node_cells(next(iter(scenes.frame("prod", 1, "", AT).nodes.values())))
    return made._replace(name=name, state="down", because="Because.", since=AT, kubelet=kubelet, container_runtime=runtime)


# --- words -------------------------------------------------------------------------------------------------------------------


def test_every_state_has_a_word_and_the_browser_says_the_same() -> None:
    script = (Path(__file__).parents[2] / "static" / "js" / "states.js").read_text(encoding="utf-8")
    block = re.search(r"WORDS = \{(.*?)\}", script, re.DOTALL)
    assert block
    assert dict(re.findall(r'(\w+): "([^"]+)"', block[1])) == presenters.WORDS
    assert set(presenters.WORDS) == {state.value for state in State}


def test_a_state_that_nobody_knows_is_unknown_and_never_healthy() -> None:
    assert presenters.known("splendid") == "unknown"
    assert presenters.word("") == "unknown"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0 B"), (512, "512 B"), (2**20, "1 MiB"), (1.5 * 2**30, "1.5 GiB"), (62.8 * 2**30, "63 GiB"), (2**60, "1024 PiB")],
)
def test_bytes_are_shown_in_binary_units(value: float, shown: str) -> None:
    assert size(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(0.25, "0.25"), (1, "1"), (3.5, "3.5"), (96.2, "96")])
def test_cores_keep_the_digits_that_matter(value: float, shown: str) -> None:
    assert cores(value) == shown


# --- cards -------------------------------------------------------------------------------------------------------------------


def test_a_healthy_clusters_card_says_healthy_and_counts_its_nodes() -> None:
    one = summary(scenes.frame("prod", 24, "", AT))
    card = presenters.wall_card(one)
    assert (card.control.headline, card.data.headline) == ("healthy", "healthy")
    assert (card.nodes_healthy, card.nodes) == (24, 24)
    assert card.foot.startswith("24 nodes · ")
    assert presenters.cluster_card(one, FRESH, None).count == "24/24"


def test_what_is_wrong_is_the_headline_and_the_worst_plane_is_the_cards_state() -> None:
    one = summary(scenes.frame("prod", 120, "broken", AT))
    card = presenters.wall_card(one)
    assert card.control.headline == "kube-scheduler degraded"
    assert card.data.headline == "4 of 120 nodes need attention"
    assert presenters.cluster_card(one, FRESH, None).worst == "down"
    assert (len(card.trouble), card.more) == (3, 2)


def test_cordoned_nodes_count_as_healthy() -> None:
    card = presenters.wall_card(summary(scenes.frame("prod", 3, "", AT), {"healthy": 2, "cordoned": 1}))
    assert (card.nodes_healthy, card.nodes) == (3, 3)


def test_a_late_collectors_card_is_unknown_with_the_last_known_state() -> None:
    shown = presenters.cluster_card(summary(scenes.frame("prod", 24, "", AT)), FRESH, LATE)
    assert (shown.control.state, shown.control.headline) == ("unknown", "unknown (was healthy)")
    assert shown.count == "–"
    assert shown.worst == "unknown"


def test_while_the_api_server_does_not_answer_the_collectors_own_word_stands() -> None:
    frame = scenes.frame("prod", 3, "", AT)
    down = PlaneRow(state=State.DOWN, because="kube-apiserver is down: connection refused", since=AT - 12)
    frame.cluster = ClusterRow(control=down, data=PlaneRow(state=State.UNKNOWN, because="", since=AT - 12, last="healthy"))
    shown = presenters.cluster_card(summary(frame), FRESH, SILENT)
    assert shown.control.state == "down"
    assert shown.data.headline == "unknown (was healthy)"


def test_a_cluster_never_collected_is_unknown_with_its_fault() -> None:
    fault = FaultRow(kind="configuration", message="The kubeconfig /x is missing.", remedy="Write it, or name another.", since=AT)
    one = ClusterSummary(head(ClusterRow(fault=fault)), (), {}, ())
    card = presenters.wall_card(one)
    assert (card.control.state, card.control.because) == ("unknown", "The kubeconfig /x is missing.")
    assert card.fault == fault
    assert card.foot == ""


def test_what_was_hidden_is_not_called_the_last_known_state() -> None:
    shown = presenters.cluster_card(summary(scenes.frame("prod", 3, "managed", AT)), FRESH, LATE)
    assert shown.control.headline == "unknown"
    assert shown.card.control.last_word == ""


def test_the_tally_names_the_worst_first_and_leaves_out_what_is_well() -> None:
    cards = [
        presenters.cluster_card(summary(scenes.frame("c", 100, wrong, AT)), FRESH, None)
        for wrong in ("", "unreachable", "broken", "etcd", "managed")
    ]
    assert presenters.tally(cards) == (("down", 2), ("unknown", 1))


# --- a component's page ------------------------------------------------------------------------------------------------------


def test_every_kind_has_words_and_commands_that_only_read() -> None:
    for kind in (one.kind for one in registry.KINDS):
        about = component_help.of(kind)
        assert about.does, kind
        assert about.away, kind
        assert about.commands, kind
        for command in component_help.addressed((*about.commands, *component_help.of_node("node-1")), context="prod"):
            assert re.match(r"kubectl --context prod (-n \S+ )?(get|describe|logs) ", command), command


def test_a_kind_without_words_still_has_a_page() -> None:
    row = ComponentRow(kind="zeta", plane="addon", state=State.HEALTHY, because="It is ready.", since=AT)
    page = presenters.component_page(ComponentDetail(head(), row, ()), None)
    assert (page.title, page.plane_name, page.does) == ("zeta", "add-on", "")


def test_the_leader_comes_first_and_only_who_elects_has_standbys() -> None:
    scheduler = presenters.component_page(ComponentDetail(head(), scenes.component("kube-scheduler", AT, ""), ()), None)
    assert [one.role for one in scheduler.instances] == ["leader", "standby", "standby"]
    etcd = presenters.component_page(ComponentDetail(head(), scenes.component("etcd", AT, ""), ()), None)
    assert {one.role for one in etcd.instances} == {""}


def test_a_roll_up_lists_the_nodes_whose_agent_is_not_healthy_the_worst_first() -> None:
    row = ComponentRow(kind="kubelet", plane="data", state=State.DEGRADED, because="2 of 9 are not healthy.", since=AT)
    nodes = [sick("node-3", "degraded"), sick("node-1", "healthy", "down"), sick("node-2", "down")]
    page = presenters.component_page(ComponentDetail(head(), row, ()), None, nodes=nodes)
    assert [(line.name, line.state) for line in page.nodes] == [("node-2", "down"), ("node-3", "degraded")]
    assert page.nodes_summary == "1 down · 1 degraded"


def test_thousands_of_sick_nodes_are_cut_and_counted() -> None:
    row = ComponentRow(kind="kubelet", plane="data", state=State.UNKNOWN, because="All are silent.", since=AT)
    nodes = [sick(f"node-{n}", "unknown") for n in range(5000)]
    page = presenters.component_page(ComponentDetail(head(), row, ()), None, nodes=nodes)
    assert len(page.nodes) + page.nodes_more == 5000
    assert page.nodes_summary == "5,000 unknown"


def test_a_roll_up_tells_the_changes_of_its_agent_on_any_node() -> None:
    row = ComponentRow(kind="kubelet", plane="data", state=State.DEGRADED, because="1 of 9 is not healthy.", since=AT)
    recent = [change("node-1", "", "down", "kubelet"), change("node-2", "", "down", "kube-proxy"), change("etcd", "", "down")]
    page = presenters.component_page(ComponentDetail(head(), row, ()), None, changes=recent)
    assert [line.title for line in page.changes] == ["node-1 · kubelet"]


def test_the_demos_commands_name_its_kubeconfig() -> None:
    assert component_help.addressed(("kubectl get nodes",), kubeconfig="/a b/c") == (
        "export KUBECONFIG='/a b/c'",
        "kubectl get nodes",
    )


def test_a_late_component_is_unknown_since_its_collector_was_last_heard() -> None:
    row = scenes.component("kube-scheduler", AT, "broken")
    page = presenters.component_page(ComponentDetail(head(), row, ()), LATE)
    assert (page.state, page.last, page.since) == ("unknown", "degraded", AT - 30)
    assert not page.stands
    assert {one.state for one in page.instances} == {"unknown"}
    assert {one.because for one in page.instances} <= {"Last known: healthy.", "Last known: degraded."}


def test_a_refused_api_server_stays_down_on_its_page_though_the_cluster_is_late() -> None:
    row = ComponentRow(kind="kube-apiserver", plane="control", state=State.DOWN, because="Connection refused.", since=AT - 12)
    page = presenters.component_page(ComponentDetail(head(), row, ()), SILENT)
    assert (page.state, page.stands) == ("down", True)


# --- a node's page -----------------------------------------------------------------------------------------------------------


def node_page(states: dict[str, str], late: Lateness | None = None, beat: float | None = None) -> presenters.NodePage:
    return presenters.node_page(NodeDetail(head(), scene_nodes.node(7, AT, states), ()), late, beat=beat)


def test_a_pool_that_is_called_like_a_role_is_told_once() -> None:
    row = msgspec.structs.replace(scene_nodes.node(1, AT, {}), pool="control-plane")
    page = presenters.node_page(NodeDetail(head(), row, ()), None)
    assert page.marks.count("control plane") == 1
    assert "control-plane" not in page.marks


def test_a_healthy_nodes_pods_are_as_they_report() -> None:
    page = node_page({})
    assert page.pods_last_known == ""
    assert [agent.state for agent in page.agents] == ["healthy"] * 3


@pytest.mark.parametrize("state", ["down", "unknown"])
def test_a_silent_kubelets_pods_are_marked_as_last_known(state: str) -> None:
    page = node_page({"kubelet": state}, beat=AT - 50)
    assert page.pods_last_known
    assert page.pods_since == AT - 50


def test_a_late_pictures_pods_are_marked_as_last_known() -> None:
    assert node_page({}, LATE).pods_last_known
    assert {agent.state for agent in node_page({}, LATE).agents} == {"unknown"}


def test_pods_in_trouble_come_first_and_those_that_are_done_are_none() -> None:
    page = presenters.node_page(NodeDetail(head(), scene_nodes.node(1, AT, {}, pods=40), ()), None)
    assert page.pods[0].status == "CrashLoopBackOff"
    assert page.pods_troubled == 2
    assert [pod.troubled for pod in page.pods if pod.status == "Succeeded"] == [False]


def test_capacity_has_units_and_says_what_was_not_observed() -> None:
    row = scene_nodes.node(0, AT, {})
    pods, cpu, memory = presenters.node_page(NodeDetail(head(), row, ()), None).capacity
    assert (pods.figure, cpu.figure, memory.figure) == ("12 of 110", "1.6 of 16 cores", "9 GiB of 63 GiB")
    bare = presenters.node_page(
        NodeDetail(head(), type(row)(row.name, "u", State.HEALTHY, "", AT, row.kubelet, row.kubelet, row.kubelet), ()), None
    )
    assert [(bar.figure, bar.percent) for bar in bare.capacity] == [("not observed", None)] * 3, "no pod has been seen"


def test_conditions_are_good_ready_and_bad_under_pressure() -> None:
    row = scene_nodes.node(88, AT, {})
    lines = {line.type: line.state for line in presenters.node_page(NodeDetail(head(), row, ()), None).conditions}
    assert lines == {"Ready": "healthy", "MemoryPressure": "healthy", "DiskPressure": "degraded"}


def test_the_newest_heartbeat_is_the_age_of_a_lease_in_good_order() -> None:
    row = scene_nodes.node(7, AT, {})
    line = row.kubelet.evidence[0]
    stored = type(line)(line.signal, "on time", line.should_be, State.HEALTHY, "lease kube-node-lease/node-7", AT - 900)
    kubelet = type(row.kubelet)(State.HEALTHY, "", AT, evidence=(stored,))
    page = presenters.node_page(
        NodeDetail(head(), type(row)(row.name, "u", State.HEALTHY, "", AT, kubelet, row.kube_proxy, row.container_runtime), ()),
        None,
        beat=AT - 3,
    )
    assert page.agents[0].evidence[0].row.at == AT - 3


# --- changes and tables ------------------------------------------------------------------------------------------------------


def change(subject: str, group: str, after: str = "unknown", agent: str = "") -> ChangeRow:
    return ChangeRow(
        subject_kind="Node",
        subject=subject,
        agent=agent,
        before=State.HEALTHY,
        after=State(after),
        because="All fell silent.",
        at=AT,
        group=group,
    )


def test_many_changes_of_one_cause_are_one_line() -> None:
    lines = change_lines([change(f"node-{n}", "silence") for n in range(412)], 10)
    assert [line.title for line in lines] == ["node-0, node-1, node-2 and 409 more"]
    assert lines[0].node == ""


def test_changes_that_are_not_listed_are_counted() -> None:
    rows = [change(f"node-{n}", "silence") for n in range(8)]
    rows[-1] = msgspec.structs.replace(rows[-1], more=1658)
    assert [line.title for line in change_lines(rows, 10)] == ["node-0, node-1, node-2 and 1,663 more"]


def test_changes_in_one_line_have_a_first_and_a_last_time() -> None:
    def line(*at: float, more_from: float | None = None) -> tuple[float, float | None]:
        rows = [msgspec.structs.replace(change(f"node-{n}", "silence"), at=Epoch(moment)) for n, moment in enumerate(at)]
        rows[-1] = msgspec.structs.replace(rows[-1], more_from=more_from if more_from is None else Epoch(more_from))
        (told,) = change_lines(rows, 10)
        return told.at, told.first_at

    assert line(150.0, 100.0) == (150.0, 100.0)
    assert line(150.9, 150.1) == (150.9, None), "within one second"
    assert line(150.0) == (150.0, None)
    assert line(150.0, 120.0, more_from=90.0) == (150.0, 90.0)


def test_changes_of_another_direction_or_without_a_group_stay_apart() -> None:
    lines = change_lines([change("a", "g"), change("b", "g", "down"), change("c", ""), change("d", "")], 10)
    assert [line.title for line in lines] == ["a", "b", "c", "d"]
    assert lines[2].node == "c"


def test_no_more_lines_than_asked_for() -> None:
    assert len(change_lines([change(str(n), "") for n in range(50)], 15)) == 15


def snapshot(nodes: int, wrong: str = "broken") -> Snapshot:
    frame = scenes.frame("prod", nodes, wrong, AT)
    assert frame.cluster is not None
    rows = columnar(node_values(node_cells(row)) for row in frame.nodes.values())
    return Snapshot(
        VERSION,
        "1",
        1,
        AT,
        AT,
        "prod",
        "prod",
        frame.cluster,
        frame.components,
        NODE_COLUMNS,
        rows,
        frame.attention or [],
        frame.changes,
    )


def test_the_table_of_nodes_lists_the_worst_first_and_says_how_many_there_are() -> None:
    shown = presenters.tables(snapshot(120), None)
    assert [node.name for node in shown.nodes[:4]] == ["node-63", "node-90", "node-17", "node-88"]
    assert shown.nodes_caption == "120 nodes: 2 down, 2 degraded, 2 cordoned, 114 healthy"
    assert shown.nodes_more == 0


def test_the_table_of_thousands_is_cut_and_counted() -> None:
    shown = presenters.tables(snapshot(700), None)
    assert len(shown.nodes) + shown.nodes_more == 700


def test_late_tables_say_unknown_of_everything() -> None:
    shown = presenters.tables(snapshot(12), LATE)
    assert {node.state for node in shown.nodes} == {"unknown"}
    assert {line.state for line in shown.components} == {"unknown"}
    assert {line.last for line in shown.components} <= {"healthy", "degraded"}
    assert not [line.instances for line in shown.components if "healthy" in line.instances]


def test_an_empty_cluster_has_tables_too() -> None:
    shown = presenters.tables(snapshot(0, "empty"), lateness(Freshness(None, None), AT))
    assert (shown.nodes, shown.nodes_caption) == ((), "No nodes")
