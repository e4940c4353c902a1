"""Evidence as a page lists it."""

import pytest

from dashboard.presenters.evidence import evidence_lines
from planes.structs.moments import Epoch
from planes.structs.rows import EvidenceRow, InstanceRow
from planes.structs.verdicts import State


def row(signal: str, state: State = State.HEALTHY, source: str = "watch") -> EvidenceRow:
    return EvidenceRow(signal=signal, now="", should_be="", state=state, source=source)


def test_what_fails_comes_first_and_the_rest_keeps_its_order() -> None:
    rows = [
        row("a"),
        row("b", State.UNKNOWN),
        row("c", State.DEGRADED),
        row("d", State.NOT_OBSERVABLE),
        row("e", State.DOWN),
        row("f", State.DEGRADED),
    ]
    assert [line.row.signal for line in evidence_lines(rows)] == ["e", "c", "f", "a", "b", "d"]


def test_each_line_has_an_address_of_its_own() -> None:
    rows = [row("Lease kube-system/kube-scheduler"), row("pod ready"), row("pod ready"), row("§")]
    assert [line.anchor for line in evidence_lines(rows)] == [
        "lease-kube-system-kube-scheduler",
        "pod-ready",
        "pod-ready-2",
        "signal",
    ]
    assert [line.anchor for line in evidence_lines(rows[1:2], "kubelet-")] == ["kubelet-pod-ready"]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("watch", "unchanged for 5 s"),
        ("lease kube-node-lease/n", "unchanged for 5 s"),
        ("pod kube-system/p", "unchanged for 5 s"),
        ("Node n", "unchanged for 5 s"),
        ("CSINode n", "unchanged for 5 s"),
        ("apiservice v1beta1.metrics.k8s.io", "unchanged for 5 s"),
        ("endpointslice default/kubernetes", "unchanged for 5 s"),
        ("DaemonSet kube-system/kube-proxy", "unchanged for 5 s"),
        ("GET /livez?verbose", "5 s ago"),
        ("GET /version, images", "5 s ago"),
        ("/metrics", "5 s ago"),
        ("TLS handshake", "5 s ago"),
        ("HTTP Date", "5 s ago"),
        ("the collector's requests", "5 s ago"),
        ("etcd checks of /readyz", "5 s ago"),
        ("all nodes", "5 s ago"),
    ],
)
def test_what_is_watched_has_been_so_for_its_age_and_what_is_asked_was_so_then(source: str, told: str) -> None:
    (line,) = evidence_lines([row("x", source=source)])
    assert f"{line.before}5 s{line.after}" == told


THREE = tuple(InstanceRow(name=f"kube-scheduler-cp-{number}", host=f"cp-{number}") for number in (1, 2, 3))


def image(number: int, state: State = State.HEALTHY, now: str = "v1.36.2") -> EvidenceRow:
    source = f"image of kube-scheduler-cp-{number}"
    return EvidenceRow("version skew", now, "never newer", state, source, at=Epoch(1000.0 + number))


def told(rows: list[EvidenceRow], instances: tuple[InstanceRow, ...] = THREE) -> list[tuple[str, str, int]]:
    lines = evidence_lines(rows, instances=instances)
    return [(line.row.signal, line.instance, line.count) for line in lines]


def test_what_is_the_same_of_every_instance_is_one_line_with_a_count_seen_when_the_first_was() -> None:
    (line,) = evidence_lines([image(1), image(2), image(3)], instances=THREE)
    assert (line.count, line.instance, line.row.now) == (3, "", "v1.36.2")
    assert line.row.source == "image of cp-1, cp-2 and cp-3"
    assert line.row.at == Epoch(1001.0)


def test_while_one_of_them_is_not_well_each_is_told_alone() -> None:
    assert told([image(1), image(2, State.DEGRADED), image(3)]) == [
        ("version skew", "cp-2", 1),
        ("version skew", "cp-1", 1),
        ("version skew", "cp-3", 1),
    ]


def test_what_differs_between_instances_says_of_which_it_is() -> None:
    assert told([image(1), image(2, now="v1.35.9"), image(3)]) == [("version skew", "", 2), ("version skew", "cp-2", 1)]


def test_an_object_that_is_watched_keeps_its_line_for_it_has_an_age_of_its_own() -> None:
    rows = [row("pod", source=f"pod kube-system/kube-scheduler-cp-{number}") for number in (1, 2)]
    assert told(rows) == [("pod", "cp-1", 1), ("pod", "cp-2", 1)]


def test_one_instance_alone_is_not_named() -> None:
    assert told([image(1)], THREE[:1]) == [("version skew", "", 1)]


def test_two_instances_of_one_node_go_by_their_own_names() -> None:
    two = (InstanceRow(name="coredns-a", host="cp-1"), InstanceRow(name="coredns-b", host="cp-1"))
    rows = [row("pod", source="pod kube-system/coredns-a"), row("pod", source="pod kube-system/coredns-ab")]
    assert told(rows, two) == [("pod", "coredns-a", 1), ("pod", "", 1)]


def test_more_than_five_instances_are_counted() -> None:
    seven = tuple(InstanceRow(name=f"kube-scheduler-cp-{number}", host=f"cp-{number}") for number in range(7))
    (line,) = evidence_lines([image(number) for number in range(7)], instances=seven)
    assert (line.count, line.row.source) == (7, "image of 7 instances")
