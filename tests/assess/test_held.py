"""While damping holds a colour, every sentence is true: of whatever is better by now, its sentence, its plane's and its entry."""

import re

import pytest

from planes.assess import attention, hysteresis, rollup
from planes.assess.attention import HELD, Trouble
from planes.components.verdict_builder import Judged
from planes.structs.events import Health
from planes.structs.moments import Mono
from planes.structs.thresholds import DEFAULT
from planes.structs.verdicts import State, Verdict
from tests.assess.test_assessor import REFUSED, Cluster
from tests.components.making import node, pod
from tests.components.telling import (
    of_addon,
    of_konnectivity,
    of_kubelet,
    of_manager,
    of_proxy,
    of_runtime,
    of_scheduler,
    of_server,
    of_store,
)

#: What is said of each kind of component that is well.
WELL: dict[str, Judged | Verdict] = {
    "kube-apiserver": of_server(),
    "etcd": of_store(),
    "kube-scheduler": of_scheduler(),
    "kube-controller-manager": of_manager(),
    "kubelet": of_kubelet(node()),
    "kube-proxy": of_proxy(node(proxies=(pod(),))),
    "container-runtime": of_runtime(node()),
    "dns": of_addon(),
    "konnectivity": of_konnectivity(pods=(pod("agent"),)),
}


@pytest.mark.parametrize("kind", WELL)
@pytest.mark.parametrize("state", [State.DOWN, State.DEGRADED])
def test_what_is_well_and_held_says_that_it_is_well_since_when_and_for_how_long_it_is_held(kind: str, state: State) -> None:
    found = WELL[kind]
    well = found.verdict if isinstance(found, Judged) else found
    assert well.state is State.HEALTHY
    ill = Verdict(state=state, because="It refuses connections, for 60 s.", cause="unreachable-refused", line="no answer for 60 s")
    memory = hysteresis.begin(ill, Mono(0.0))
    memory.relapses = (Mono(100.0), Mono(200.0), Mono(300.0))
    assert not memory.held
    for now in (400.0, 400.0 + DEFAULT.hold_recovery):
        assert hysteresis.step(memory, well, Mono(now), DEFAULT) is None
    assert (memory.held, memory.shown.state, memory.shown.line) == (True, state, well.line)
    assert memory.shown.because == (
        f"{well.because} So since ⟨c:400.0⟩; held as {state.value} until ⟨c:412.0⟩, because it got worse 3 times within 15 min."
    )
    hysteresis.step(memory, ill, Mono(405.0), DEFAULT)
    assert (memory.held, memory.shown) == (False, ill)


def test_the_plane_says_of_a_component_that_is_held_that_it_is() -> None:
    told = [("etcd", State.HEALTHY, ""), ("kube-apiserver", State.DOWN, ""), ("kube-scheduler", State.DOWN, "")]
    assert rollup.control_plane(told, {"kube-apiserver"}) == (
        State.DOWN,
        "kube-apiserver is held as down · kube-scheduler is down",
    )


def test_an_entry_of_nodes_that_are_held_does_not_say_that_they_are_silent() -> None:
    def held(name: str) -> Trouble:
        return Trouble(name, "kubelet", HELD, State.DOWN, "Its heartbeat is on time. So since …", Mono(1.0), {})

    (entry,) = attention.group([held(name) for name in "abc"], DEFAULT)
    assert (entry.title, entry.because) == ("3 nodes: kubelet held as down", "All down. Its heartbeat is on time. So since …")


def test_no_sentence_of_a_cluster_that_answers_again_says_that_it_does_not() -> None:
    cluster = Cluster()
    cluster.begin()
    cluster.run(12)
    cluster.mute.add("probes")
    for _ in range(3):
        for _ in range(8):
            cluster.apply(*(Health(path, cluster.now, 0.0, fault=REFUSED) for path in ("/livez", "/readyz")))
            cluster.run(1)
        for _ in range(8):
            cluster.apply(*cluster.probes())
            cluster.run(1)
    rows = [row for frame in cluster.frames for row in frame.components if row.kind == "kube-apiserver"]
    planes = [frame.cluster.control for frame in cluster.frames if frame.cluster is not None]
    entries = [frame.attention for frame in cluster.frames if frame.attention is not None][-1]
    assert "New requests have failed" in "".join(row.because for row in rows)
    assert rows[-1].state == "degraded"
    assert rows[-1].because.startswith("It answers, and every check passes. So since ")
    assert planes[-1] is not None
    assert planes[-1].because == "kube-apiserver is held as degraded"
    assert [entry.because for entry in entries] == [rows[-1].because]
    assert not re.search("fail|no answer", f"{rows[-1].because} {rows[-1].line}")
