"""What is shown of objects that were just read, by the rules of signals.md and of Kubernetes' own API."""

import msgspec
import pytest

from planes.components import found_node, found_parts
from planes.structs import objects
from planes.structs.events import Check
from planes.structs.lookups import FoundPart, WaitingPod

AT = "2026-11-24T14:00:00Z"


def pod(name: str, *, scheduler: str = "default-scheduler", node: str = "", **said: str) -> dict[str, object]:
    conditions = [{"type": "PodScheduled", **said}] if said else []
    return {
        "metadata": {"namespace": "ml", "name": name, "creationTimestamp": AT},
        "spec": {"schedulerName": scheduler, "nodeName": node},
        "status": {"phase": "Pending", "conditions": conditions},
    }


def titles(part: FoundPart) -> list[str]:
    return [line.title for line in part.lines]


def test_pods_that_wait_for_a_decision_stand_apart_from_those_that_fit_no_node() -> None:
    pods = msgspec.convert(
        [
            pod("waits"),
            pod("fits-nowhere", status="False", reason="Unschedulable", message="0/3 nodes are available"),
            pod("gated", status="False", reason="SchedulingGated"),
            pod("of-another", scheduler="volcano"),
            pod("bound", node="node-1", status="True"),
        ],
        list[WaitingPod],
    )
    assert titles(found_parts.undecided(pods, cut=False)) == ["ml/waits"]
    homeless = found_parts.homeless(pods, cut=False)
    assert titles(homeless) == ["ml/fits-nowhere", "ml/gated"]
    assert homeless.lines[0].text == "Unschedulable: 0/3 nodes are available"


@pytest.mark.parametrize(("generation", "observed", "behind"), [(5, 5, False), (6, 5, True), (5, 6, False)])
def test_a_workload_lags_while_its_generation_is_newer_than_the_observed_one(generation: int, observed: int, behind: bool) -> None:
    one = {"metadata": {"namespace": "shop", "name": "cart", "generation": generation}, "status": {"observedGeneration": observed}}
    told = found_parts.lagging([], msgspec.convert([one], list[objects.Deployment]), cut=False)
    assert titles(told) == (["Deployment shop/cart"] if behind else [])


@pytest.mark.parametrize(
    ("kind", "name", "its"),
    [
        ("kube-scheduler", "kube-scheduler", True),
        ("kube-scheduler", "kube-scheduler-cp-1", True),
        ("kube-scheduler", "kube-schedulers", False),
        ("kube-controller-manager", "cloud-controller-manager-1", False),
        ("dns", "coredns-7d-x", True),
        ("dns", "dns", False),
    ],
)
def test_events_are_those_of_objects_that_are_called_as_the_component(kind: str, name: str, its: bool) -> None:
    event = {"metadata": {"name": "e"}, "involvedObject": {"kind": "Pod", "name": name}, "type": "Warning", "reason": "BackOff"}
    part = found_parts.events(kind, msgspec.convert([event], list[objects.Event]), cut=False)
    assert [(line.title, line.state) for line in part.lines] == ([("BackOff", "degraded")] if its else [])


def test_the_newest_event_comes_first_whichever_of_its_times_is_set() -> None:
    about = {"kind": "Lease", "name": "kube-scheduler"}
    events = [
        {"metadata": {"name": "a"}, "involvedObject": about, "reason": "Old", "lastTimestamp": "2026-11-24T13:00:00Z"},
        {
            "metadata": {"name": "b"},
            "involvedObject": about,
            "reason": "New",
            "eventTime": "2026-11-24T14:00:00.000000Z",
            "count": 3,
        },
    ]
    assert titles(found_parts.events("kube-scheduler", msgspec.convert(events, list[objects.Event]), cut=False)) == [
        "New × 3",
        "Old",
    ]


def test_a_webhook_says_what_it_calls_and_what_its_absence_does_and_no_path_of_its_url() -> None:
    hooks = [
        {"name": "in.example", "failurePolicy": "Ignore", "clientConfig": {"service": {"namespace": "policy", "name": "hook"}}},
        {"name": "out.example", "clientConfig": {"url": "https://user@hooks.example:8443/a-secret-path?token=x"}},
    ]
    one = msgspec.convert({"metadata": {"name": "policy"}, "webhooks": hooks}, objects.WebhookConfiguration)
    pods = tuple(f"policy/hook-{n}" for n in range(found_parts.NAMED + 1))
    part = found_parts.webhooks([("validating", one)], {("policy", "hook"): pods, ("other", "hook"): ("other/hook-0",)}, cut=False)
    assert [(line.text, line.pods) for line in part.lines] == [
        ("validating; calls service policy/hook; requests pass without it", pods[: found_parts.NAMED]),
        ("validating; calls https://hooks.example:8443; requests fail without it", ()),  # Fail is the default of v1
    ]


def test_an_api_service_that_is_not_available_comes_first_and_says_why() -> None:
    def service(name: str, status: str, backend: dict[str, str] | None) -> dict[str, object]:
        said = {"type": "Available", "status": status, "reason": "MissingEndpoints" if status == "False" else "Passed"}
        return {"metadata": {"name": name}, "spec": {"service": backend}, "status": {"conditions": [said]}}

    by = {"namespace": "kube-system", "name": "metrics-server"}
    read = msgspec.convert(
        [service("v1.apps", "True", None), service("a.good", "True", by), service("z.bad", "False", by)], list[objects.APIService]
    )
    part = found_parts.api_services(read, {("kube-system", "metrics-server"): ("kube-system/metrics-server-x",)}, cut=False)
    assert [line.pods for line in part.lines] == [("kube-system/metrics-server-x",)] * 2
    assert [(line.title, line.state) for line in part.lines] == [("z.bad", "degraded"), ("a.good", "healthy")]
    assert part.lines[0].text == "served by service kube-system/metrics-server; not available: MissingEndpoints"
    assert part.about == "And 1 that the API server serves itself, all available."


def test_an_endpoint_that_does_not_say_whether_it_is_ready_is_ready() -> None:
    made = {
        "metadata": {"name": "kubernetes", "labels": {"kubernetes.io/service-name": "kubernetes"}},
        "endpoints": [{"addresses": ["10.0.0.1"], "nodeName": "cp-1"}, {"addresses": ["10.0.0.2"], "conditions": {"ready": False}}],
    }
    part = found_parts.endpoints([msgspec.convert(made, objects.EndpointSlice)], "default/kubernetes")
    assert [(line.title, line.text, line.node, line.state) for line in part.lines] == [
        ("10.0.0.2", "not ready", "", "down"),
        ("10.0.0.1", "ready", "cp-1", "healthy"),
    ]


@pytest.mark.parametrize(
    ("target", "conditions", "pods"),
    [
        ({"kind": "Pod", "namespace": "policy", "name": "hook-x"}, {"ready": True}, ("policy/hook-x",)),
        ({"kind": "Pod", "namespace": "policy", "name": "hook-x"}, {}, ("policy/hook-x",)),  # nobody has said
        ({"kind": "Pod", "namespace": "policy", "name": "hook-x"}, {"ready": False}, ()),
        ({"kind": "Node", "namespace": "", "name": "cp-1"}, {"ready": True}, ()),
        (None, {"ready": True}, ()),  # an endpoint that somebody wrote by hand
    ],
)
def test_behind_a_service_are_the_pods_of_endpoints_that_are_ready(
    target: dict[str, str] | None, conditions: dict[str, bool], pods: tuple[str, ...]
) -> None:
    end = {"addresses": ["10.0.0.1"], "conditions": conditions, "targetRef": target}
    made = msgspec.convert({"metadata": {"name": "hook-1"}, "endpoints": [end, end]}, objects.EndpointSlice)
    assert found_parts.pods_behind([made]) == pods


@pytest.mark.parametrize(("many", "more"), [(found_parts.LINES, 0), (found_parts.LINES + 1, 1)])
def test_what_is_left_out_is_counted(many: int, more: int) -> None:
    pods = msgspec.convert([pod(f"p-{place}") for place in range(many)], list[WaitingPod])
    part = found_parts.undecided(pods, cut=False)
    assert (len(part.lines), part.more) == (found_parts.LINES, more)


def test_images_are_told_by_their_tag_the_largest_first() -> None:
    images = [
        {"names": ["pause@sha256:00", "pause:3.10"], "sizeBytes": 700 << 10},
        {"names": ["model@sha256:11"], "sizeBytes": 3 << 30},
        {"names": None, "sizeBytes": 5 << 20},
    ]
    node = msgspec.convert({"status": {"images": images}}, found_node.WholeNode)
    part = next(one for one in found_node.parts(node) if one.key == "images")
    assert [(line.title, line.text) for line in part.lines] == [
        ("model@sha256:11", "3.0 GiB"),
        ("without a name", "5 MiB"),
        ("pause:3.10", "1 MiB"),
    ]


def test_who_cordoned_a_node_is_told_by_its_managed_fields_alone() -> None:
    fields = [
        {"manager": "kubelet", "operation": "Update", "time": AT, "fieldsV1": {"f:status": {"f:images": {}}}},
        {"manager": "kubectl-cordon", "operation": "Update", "time": AT, "fieldsV1": {"f:spec": {"f:unschedulable": {}}}},
    ]
    whole = {"metadata": {"managedFields": fields}, "spec": {"unschedulable": True}}
    part = found_node.parts(msgspec.convert(whole, found_node.WholeNode))[0]
    assert [(line.title, line.text, line.at) for line in part.lines] == [
        ("by", "kubectl-cordon (Update)", None),
        ("at the latest", "", 1_795_528_800.0),
    ]
    said = "Who wrote spec.unschedulable, by managedFields; the time is that of the writer's last change to any of its fields."
    assert part.about == said
    nameless = {"metadata": {"managedFields": [{"fieldsV1": fields[1]["fieldsV1"]}]}, "spec": {"unschedulable": True}}
    line = found_node.parts(msgspec.convert(nameless, found_node.WholeNode))[0].lines[0]
    assert line.text == "a writer without a name (no operation told)"
    unsaid = msgspec.convert({"metadata": {"managedFields": fields[:1]}, "spec": {"unschedulable": True}}, found_node.WholeNode)
    assert found_node.parts(unsaid)[0] == FoundPart(
        "cordon", "Cordoned", about=part.about, none="Its managedFields do not say by whom.", brief=True
    )
    open_again = msgspec.convert({"metadata": {"managedFields": fields}}, found_node.WholeNode)
    assert "cordon" not in [one.key for one in found_node.parts(open_again)]


@pytest.mark.parametrize(
    ("checks", "title", "folded", "first"),
    [
        ([Check("ping", True), Check("log", True)], "/readyz: all 2 pass", True, "ping"),
        ([Check("ping", True), Check("etcd", False)], "/readyz: 1 of 2 fail", False, "etcd"),
    ],
)
def test_checks_that_fail_stand_first_and_open(checks: list[Check], title: str, folded: bool, first: str) -> None:
    part = found_parts.checks("/readyz", checks)
    assert (part.title, part.folded, part.lines[0].title) == (title, folded, first)


def test_no_checks_are_not_said_to_pass() -> None:
    assert found_parts.checks("/livez", []).title == "/livez: none listed"
