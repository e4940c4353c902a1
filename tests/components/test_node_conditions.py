"""What conditions of a node mean, and whose matter they are."""

import pytest

from planes.components import node_conditions
from planes.structs.verdicts import State
from tests.components.making import condition

H, D, X, U = State.HEALTHY, State.DEGRADED, State.DOWN, State.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "true", "false", "unknown"),
    [
        ("Ready", H, X, U),
        *((kind, H, D, U) for kind in ("KernelReady", "StorageReady", "SomeoneElsesReady", "EtcdIsVoter")),
        *((kind, D, H, U) for kind in ("MemoryPressure", "NetworkUnavailable", "KernelDeadlock", "ReadonlyFilesystem")),
        *((kind, D, H, U) for kind in ("KUBEPROXYProblem", "KubeletProblem", "CRIProblem", "ContainerRuntimeUnhealthy")),
        *((kind, None, None, None) for kind in ("VMEventScheduled", "ScheduledEvent", "Schedulable", "SpotPriceNotice", "Odd")),
    ],
)
def test_a_condition_has_a_colour_only_where_its_meaning_is_known(
    kind: str, true: State | None, false: State | None, unknown: State | None
) -> None:
    assert [node_conditions.state_of(kind, status) for status in ("True", "False", "Unknown")] == [true, false, unknown]


@pytest.mark.parametrize(
    ("agent", "status", "kinds"),
    [
        ("kubelet", "True", ["KernelDeadlock", "ReadonlyFilesystem", "FrequentKubeletRestart", "KUBELETProblem"]),
        ("kube-proxy", "True", ["KUBEPROXYProblem", "KubeProxyProblem"]),
        (
            "container-runtime",
            "True",
            [
                "ContainerRuntimeUnhealthy",
                "FrequentDockerRestart",
                "FrequentContainerdRestart",
                "CRIProblem",
                "ContainerdUnhealthy",
            ],
        ),
        ("kubelet", "False", ["KernelReady", "StorageReady", "NetworkingReady"]),
        ("container-runtime", "False", ["ContainerRuntimeReady"]),
    ],
)
def test_what_is_known_to_be_bad_warns_of_the_agent_that_it_concerns_and_of_no_other(
    agent: str, status: str, kinds: list[str]
) -> None:
    other = "False" if status == "True" else "True"
    for kind in kinds:
        found = {kind: condition(status)}
        told = {one: [name for name, *_ in node_conditions.warnings(one, found)] for one in AGENTS}
        assert told == {one: [kind] if one == agent else [] for one in AGENTS}, kind
        assert not any(list(node_conditions.warnings(one, {kind: condition(other)})) for one in AGENTS)


AGENTS = ("kubelet", "kube-proxy", "container-runtime")


@pytest.mark.parametrize(
    "kind", ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable", "VMEventScheduled"]
)
def test_what_has_a_rule_of_its_own_or_no_meaning_warns_of_nobody(kind: str) -> None:
    for status in ("True", "False", "Unknown"):
        assert not any(list(node_conditions.warnings(one, {kind: condition(status)})) for one in AGENTS)
