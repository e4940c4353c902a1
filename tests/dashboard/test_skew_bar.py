"""Versions of a node's agents against the API server's: where each stands on the bar, and in which words."""

import pytest
from msgspec.structs import replace

from dashboard.presenters.skew_bar import SkewBar, SkewLine, skew_bar
from planes.components import skew
from planes.structs.moments import Mono
from planes.structs.rows import EvidenceRow
from planes.structs.verdicts import Evidence
from tests.dashboard.rows import agent, node

SERVER = "v1.36.2"


def bar(kubelet: str, proxy: str = "", *, runtime: str = "", server: str = SERVER, unsettled: bool = False) -> SkewBar | None:
    """Of a node whose agents have these versions, with the rule's own evidence of them."""

    def told(version: str) -> EvidenceRow:
        line, _ = skew.check(version, server, skew.allowed_of(version, 3.0), "nodeInfo", Mono(0.0), unsettled)
        return shown(line)

    row = node("node-1")
    agents = {
        name: replace(agent(), version=version, evidence=(told(version),) if version else ())
        for name, version in (("kubelet", kubelet), ("kube_proxy", proxy))
    }
    return skew_bar(replace(row, **agents, container_runtime=replace(agent(), version=runtime)), server)


def shown(line: Evidence) -> EvidenceRow:
    return EvidenceRow(line.signal, line.now, line.should_be, line.state, line.source)


def only(found: SkewBar | None) -> SkewLine:
    assert found is not None
    (line,) = found.lines
    return line


@pytest.mark.parametrize(
    ("version", "state", "said"),
    [
        ("v1.36.2", "healthy", "as the API server"),
        ("v1.36.9", "healthy", "as the API server"),
        ("v1.35.0", "healthy", "1 minor version older than the API server; up to 3 are supported"),
        ("v1.33.0", "healthy", "3 minor versions older than the API server; up to 3 are supported"),
        (
            "v1.32.0",
            "degraded",
            "v1.32.0, API server v1.36.2; should be at most 3 minor versions older than the API server, never newer",
        ),
        (
            "v1.37.0",
            "degraded",
            "v1.37.0, API server v1.36.2; should be at most 3 minor versions older than the API server, never newer",
        ),
        ("nonsense", "not_observable", "nonsense, API server v1.36.2"),
    ],
)
def test_each_version_is_told_in_words_and_in_the_state_that_the_rule_gave_it(version: str, state: str, said: str) -> None:
    line = only(bar(version))
    assert (line.version, line.state, line.said) == (version, state, said)
    assert bool(line.at) == (state != "not_observable")


def test_the_bar_has_what_is_supported_and_one_minor_version_on_each_side() -> None:
    found = bar("v1.36.2", "v1.34.1")
    assert found is not None
    assert [name for _, name in found.minors] == ["1.32", "1.33", "1.34", "1.35", "1.36", "1.37"]
    assert [x for x, _ in found.minors] == ["8.33%", "25.00%", "41.67%", "58.33%", "75.00%", "91.67%"]
    assert [(line.at, line.x, line.width) for line in found.lines] == [
        ("75.00%", "16.67%", "66.67%"),
        ("41.67%", "16.67%", "66.67%"),
    ]


@pytest.mark.parametrize(
    ("version", "server", "first", "last"),
    [
        ("v1.30.0", "v1.36.2", "1.30", "1.37"),  # older than what is supported: the bar begins with it
        ("v1.38.0", "v1.36.2", "1.32", "1.38"),
        ("v1.24.0", "v1.26.0", "1.22", "1.27"),
        ("v1.2.0", "v1.2.0", "1.0", "1.3"),  # there is none before 1.0
    ],
)
def test_what_lies_outside_is_on_the_bar_as_well(version: str, server: str, first: str, last: str) -> None:
    found = bar(version, server=server)
    assert found is not None
    assert (found.minors[0][1], found.minors[-1][1]) == (first, last)


def test_a_kubelet_before_1_25_may_be_two_minor_versions_older() -> None:
    line = only(bar("v1.24.0", server="v1.26.0"))
    assert (line.x, line.width, line.at) == ("33.33%", "50.00%", "41.67%")


def test_what_is_too_far_apart_to_be_drawn_is_told_in_words_alone() -> None:
    found = bar("v1.20.0")
    assert found is not None
    assert found.minors == ()
    assert only(found).at == ""
    assert only(found).state == "degraded"


def test_a_runtime_is_not_measured_against_the_api_server() -> None:
    found = bar("", runtime="containerd://2.1.4")
    assert found is not None
    assert found.minors == ()
    assert [(line.title, line.state, line.at) for line in found.lines] == [("container runtime", "", "")]


def test_newer_than_those_api_servers_that_have_told_theirs_is_unknown() -> None:
    assert only(bar("v1.37.0", unsettled=True)).state == "unknown"


@pytest.mark.parametrize("server", ["", "unknown"])
def test_against_an_api_server_of_no_known_version_nothing_is_drawn(server: str) -> None:
    line = only(bar("v1.36.2", server=server))
    assert (line.at, line.state) == ("", "not_observable")


def test_without_the_rules_word_it_is_told_how_far_apart_they_are_and_in_no_state() -> None:
    row = replace(node("node-1"), kubelet=replace(agent(), version="v1.35.0"), kube_proxy=replace(agent(), version=""))
    line = only(skew_bar(replace(row, container_runtime=replace(agent(), version="")), SERVER))
    assert (line.state, line.at) == ("", "58.33%")
    assert line.said == "1 minor version older than the API server; up to 3 are supported"


def test_of_a_node_whose_versions_are_not_known_there_is_no_bar() -> None:
    assert bar("") is None
