"""The one declaration of rights: complete, read-only, and the same in evidence and in the manifest."""

import pytest
import yaml

from planes.components.rbac import OURS, Subject, manifest, subject
from planes.components.verdict_builder import RIGHTS as SAID
from planes.kube.feeds import parts
from planes.structs.feeds import OPENSHIFT, Feed, namespaces
from planes.structs.rights import RIGHTS, TEXTS, wanted


def rules(kind: str, text: str) -> list[dict[str, list[str]]]:
    return [rule for one in yaml.safe_load_all(text) if one["kind"] == kind for rule in one["rules"]]


def places_of(text: str) -> list[str]:
    return [one["metadata"]["namespace"] for one in yaml.safe_load_all(text) if one["kind"] == "Role"]


def test_every_feed_and_every_probe_has_its_right() -> None:
    probes = {"/livez", "/readyz", "/readyz/*", "/metrics", "/version", "namespaces"}
    assert {one.name for one in RIGHTS} == {feed.value for feed in Feed} | probes
    assert SAID is TEXTS


def test_a_right_is_for_what_its_feed_lists_and_has_no_verb_more() -> None:
    listed = {part.path: feed.value for feed, found in parts(namespaces(OPENSHIFT)).items() for part in found}
    for right in RIGHTS:
        if right.verbs == ("list", "watch"):
            assert listed[right.tried] == right.name
            assert right.tried.endswith(f"/{right.resource}")
            assert f"/namespaces/{right.namespace}/" in right.tried if right.namespace else "/namespaces/" not in right.tried
    others = {right.name: right.verbs for right in RIGHTS if right.resource and right.verbs != ("list", "watch")}
    assert others == {"endpointslices": ("list",), "metrics.k8s.io/nodes": ("list",), "namespaces": ("get",)}


def test_every_right_says_what_its_lack_costs() -> None:
    for right in RIGHTS:
        assert right.costs.endswith("."), right.name
        assert "{" not in right.costs, right.name


def test_what_several_namespaces_need_is_said_once() -> None:
    assert TEXTS["leases/elsewhere"] == "list and watch on leases in the namespaces where this distribution elects its leaders"


def test_what_is_missing_is_named_by_its_verbs() -> None:
    nodes = next(one for one in RIGHTS if one.name == "nodes")
    assert nodes.lack(["watch"]) == "Without watch on nodes: no node is seen, and so no kubelet, container runtime or kube-proxy."
    assert nodes.text == "list and watch on nodes"


def test_the_manifest_grants_every_right_and_nothing_but_reading() -> None:
    text = manifest(distribution="OpenShift")
    granted = [*rules("ClusterRole", text), *rules("Role", text)]
    for right in RIGHTS:
        if right.resource:
            assert any(
                right.group in rule["apiGroups"] and right.resource in rule["resources"] and set(right.verbs) <= set(rule["verbs"])
                for rule in granted
            ), right.name
    for rule in granted:
        assert set(rule["verbs"]) <= {"get", "list", "watch"}
        assert not {"secrets", "configmaps", "*"} & set(rule["resources"])


def test_leases_are_granted_where_they_are_and_nowhere_else() -> None:
    assert not [rule for rule in rules("ClusterRole", manifest()) if "leases" in rule["resources"]]
    usual = ["kube-system", "kube-node-lease"]
    assert places_of(manifest()) == usual
    assert places_of(manifest(distribution="OpenShift")) == [
        *usual,
        "openshift-kube-controller-manager",
        "openshift-kube-scheduler",
    ]


def test_monitoring_is_bound_and_not_copied() -> None:
    bound = [one["roleRef"]["name"] for one in yaml.safe_load_all(manifest()) if one["kind"] == "ClusterRoleBinding"]
    assert bound == ["planewatch", "system:monitoring"]


@pytest.mark.parametrize("name", ["planewatch", "alice@example.org", "o'neil: # {x}", "true", "123", "oidc/alice%1"])
def test_any_user_may_be_named(name: str) -> None:
    documents = list(yaml.safe_load_all(manifest(subject(name))))
    assert not [one for one in documents if one["kind"] in ("Namespace", "ServiceAccount")]
    bindings = [one for one in documents if one["kind"].endswith("Binding")]
    assert len(bindings) == 4
    for one in bindings:
        assert one["subjects"] == [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": name}]
        assert not {"/", "%"} & set(one["metadata"]["name"])


def test_granting_one_user_takes_nothing_from_another() -> None:
    names = [
        {one["metadata"]["name"] for one in yaml.safe_load_all(manifest(to)) if one["kind"] == "ClusterRoleBinding"}
        for to in (OURS, subject("alice"), Subject("planewatch", "elsewhere"))
    ]
    assert not names[0] & names[1]
    assert not names[0] & names[2]
    assert not names[1] & names[2]


def test_a_service_account_is_known_by_its_user_name() -> None:
    assert subject("system:serviceaccount:planewatch:planewatch") == OURS
    assert subject("system:serviceaccount:monitoring:watcher") == Subject("watcher", "monitoring")
    assert subject("system:serviceaccount:").namespace == ""


def test_what_only_openshift_has_is_wanted_there_alone() -> None:
    assert not [right for right in wanted() if right.only]
    found = wanted("OpenShift", ["openshift-kube-scheduler", "openshift-etcd"])
    assert [right.namespace for right in found if right.only and right.role] == ["openshift-kube-scheduler"]
    assert any(right.name == "namespaces" for right in found)
