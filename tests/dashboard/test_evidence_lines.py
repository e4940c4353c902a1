"""Evidence as a page lists it."""

import pytest

from dashboard.presenters.evidence import evidence_lines
from planes.structs.rows import EvidenceRow
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
