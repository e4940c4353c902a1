"""Which process that was scraped is which API server: by its address, by when its container was started, or not at all."""

from dataclasses import replace

import pytest

from planes.components import kube_apiserver
from planes.components.apiserver_processes import AFTER, BEFORE, LATELY, Server, figures
from planes.components.verdict_builder import OwnFigures
from planes.structs.events import Fault, FaultKind
from planes.structs.moments import Mono
from planes.structs.observations import ProcessSeen, RatesSeen
from tests.components import making
from tests.components.making import NOW, THRESHOLDS, pod

#: When the containers of three servers were started; minutes apart, as kubeadm joins them.
STARTED = {"cp-1": 1000.0, "cp-2": 1300.0, "cp-3": 1600.0}
SERVERS = tuple(Server(name, "", started) for name, started in STARTED.items())


def process(started: float, p99: float = 0.038, *, at: float = NOW, first: float | None = None, address: str = "") -> ProcessSeen:
    rates = RatesSeen(at=Mono(at), p99=p99, error_ratio=0.004, inflight_reading=3.0, inflight_mutating=2.0)
    began = replace(rates, at=Mono(at if first is None else first))
    return ProcessSeen(started=started, address=address, rates=rates, samples=(began, rates))


def told(servers: tuple[Server, ...], *processes: ProcessSeen) -> list[str]:
    """Of each server its p99, or why it is not told."""
    return [one.told.get("p99") or one.untold for one in figures(servers, processes, RatesSeen(at=NOW))]


def test_each_server_shows_what_its_own_process_told() -> None:
    own = figures(SERVERS, [process(996.0, 0.012), process(1295.0, 0.5), process(1598.0, 1.5)], RatesSeen(at=NOW))
    assert [one.told for one in own] == [
        {"p99": "12 ms", "5xx": "0.4 %", "in flight": "5"},
        {"p99": "500 ms", "5xx": "0.4 %", "in flight": "5"},
        {"p99": "1.5 s", "5xx": "0.4 %", "in flight": "5"},
    ]
    assert [one.at for one in own] == [NOW] * 3
    assert [len(one.samples) for one in own] == [2] * 3


@pytest.mark.parametrize(
    ("began", "is_its"),
    [(-BEFORE - 0.01, False), (-BEFORE, True), (0.0, True), (AFTER, True), (AFTER + 0.01, False)],
)
def test_a_process_is_the_servers_whose_container_was_started_just_after(began: float, is_its: bool) -> None:
    assert (told(SERVERS, process(1300.0 + began))[1] == "38 ms") is is_its


def test_a_server_that_no_scrape_has_reached_says_so_and_borrows_nothing() -> None:
    assert told(SERVERS, process(996.0)) == ["38 ms", "No scrape has reached it yet.", "No scrape has reached it yet."]


@pytest.mark.parametrize(("apart", "told_apart"), [(12.0, False), (12.1, True)])
def test_servers_that_started_together_are_not_told_apart(apart: float, told_apart: bool) -> None:
    pair = (Server("cp-1", "", 1000.0), Server("cp-2", "", 1000.0 + apart))
    said = told(pair, process(999.0))
    if told_apart:
        assert said == ["38 ms", "No scrape has reached it yet."]
    else:
        assert said == [
            "Not told apart from cp-2: they started within 12 s of each other.",
            "Not told apart from cp-1: they started within 12 s of each other.",
        ]


def test_servers_that_started_together_are_told_apart_where_they_are_dialled() -> None:
    pair = (Server("cp-1", "10.0.0.1", 1000.0), Server("cp-2", "10.0.0.2", 1001.0))
    assert told(pair, process(998.0, 0.1, address="10.0.0.1"), process(999.0, 0.2, address="10.0.0.2")) == ["100 ms", "200 ms"]
    assert told(pair, process(998.0, 0.1, address="10.0.0.1"), process(999.0, 0.2)) == ["100 ms", "200 ms"]


def test_two_processes_that_fit_one_server_are_neither_of_them_its() -> None:
    assert told(SERVERS, process(996.0), process(998.0))[0] == "Not told apart: several processes started when it did."


def test_a_server_whose_start_cannot_be_seen_is_not_told_apart_from_others() -> None:
    unseen = tuple(replace(one, started=None) for one in SERVERS)
    assert told(unseen, process(996.0), process(1296.0)) == ["Not told apart: when its process started is not visible."] * 3


def test_a_server_whose_container_does_not_run_has_no_figures() -> None:
    pods = (pod("kube-apiserver-cp-1", "cp-1", started=1000.0), pod("kube-apiserver-cp-2", "cp-2", reason="CrashLoopBackOff"))
    seen = making.apiserver(identities=(), endpoints=None, pods=pods, processes=(process(998.0),))
    own = {one.host: one.own for one in kube_apiserver.judge(seen, NOW, THRESHOLDS).instances}
    assert own["cp-2"] == OwnFigures(untold="No figures: its container does not run.")


def test_a_sole_server_is_its_last_life() -> None:
    """It was restarted: the process before answered until then, and no more."""
    sole = (Server("cp-1", "", None),)
    assert told(sole, process(100.0, 0.5, at=NOW - 300), process(900.0, 0.1, first=NOW - 200)) == ["100 ms"]


def test_several_processes_behind_what_looks_like_one_server_are_not_told_apart() -> None:
    sole = (Server("192.0.2.1", "", None),)
    assert told(sole, process(100.0, at=NOW - 10), process(900.0, first=NOW - 200)) == [
        "Not told apart: 2 processes answer for it.",
    ]


@pytest.mark.parametrize(
    ("rates", "why"),
    [
        (RatesSeen(), "Not told apart: no scrape yet."),
        (RatesSeen(at=NOW), "Not told apart: /metrics does not say which process answers."),
        (
            RatesSeen(fault=Fault(FaultKind.FORBIDDEN, "Reading /metrics is not permitted.", "")),
            "Not told apart: /metrics cannot be read.",
        ),
    ],
)
def test_without_any_process_it_is_said_why(rates: RatesSeen, why: str) -> None:
    assert figures(SERVERS[:1], [], rates) == [OwnFigures(untold=why)]


def test_a_pod_of_an_api_server_brings_its_figures_to_the_instance() -> None:
    pods = (
        pod("kube-apiserver-cp-1", "cp-1", started=1000.0),
        pod("kube-apiserver-cp-2", "cp-2", started=1300.0),
    )
    seen = making.apiserver(identities=(), endpoints=None, pods=pods, processes=(process(1298.0, 0.25),))
    own = {one.host: one.own for one in kube_apiserver.judge(seen, NOW, THRESHOLDS).instances}
    assert own["cp-2"] is not None
    assert own["cp-2"].told["p99"] == "250 ms"
    assert own["cp-1"] == OwnFigures(untold="No scrape has reached it yet.")


def unnamed(*processes: ProcessSeen) -> list[str]:
    """What is said where no pod and no start of any server is seen."""
    seen = making.apiserver(pods=(), processes=processes)
    evidence = kube_apiserver.judge(seen, NOW, THRESHOLDS).verdict.evidence
    return [one.now for one in evidence if one.signal == "processes"]


def test_processes_that_cannot_be_named_show_their_figures_all_the_same() -> None:
    assert unnamed(process(100.0, 0.012), process(200.0, 1.5)) == [
        "2 answered lately, which server each is cannot be told: "
        "p99 12 ms, 5xx 0.4 %, in flight 5; p99 1.5 s, 5xx 0.4 %, in flight 5"
    ]
    bare = ProcessSeen(started=300.0, address="", rates=RatesSeen(at=NOW))
    assert unnamed(process(100.0, 0.012), bare)[0].endswith("; one scrape")
    assert unnamed(*(process(100.0 * n) for n in range(7)))[0].endswith("; and 2 more")


@pytest.mark.parametrize(("age", "told"), [(LATELY, True), (LATELY + 1, False)])
def test_a_process_that_was_not_scraped_for_long_is_not_counted(age: float, told: bool) -> None:
    assert (unnamed(process(100.0), process(200.0, at=NOW - age)) != []) is told


def test_where_a_server_is_named_its_process_is_not_told_again() -> None:
    pods = (pod("kube-apiserver-cp-1", "cp-1", started=100.0), pod("kube-apiserver-cp-2", "cp-2", started=900.0))
    seen = making.apiserver(identities=(), endpoints=None, pods=pods, processes=(process(99.0), process(500.0)))
    assert not [one for one in kube_apiserver.judge(seen, NOW, THRESHOLDS).verdict.evidence if one.signal == "processes"]
