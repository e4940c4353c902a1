"""The one declaration of rights: complete, read-only, and the same in evidence and in the manifest."""

import pytest
import yaml

from planes.components import rights
from planes.components.rbac import OURS, Subject, manifest, subject
from planes.components.rights import RIGHTS, TEXTS, wanted
from planes.components.verdict_builder import RIGHTS as SAID
from planes.kube.feeds import OPENSHIFT_LEASES as WATCHED_LEASES
from planes.kube.feeds import OPENSHIFT_PODS, parts
from planes.structs.events import Feed


def rules(kind: str, text: str) -> list[dict[str, list[str]]]:
    return [rule for one in yaml.safe_load_all(text) if one["kind"] == kind for rule in one["rules"]]


def places_of(text: str) -> list[str]:
    return [one["metadata"]["namespace"] for one in yaml.safe_load_all(text) if one["kind"] == "Role"]


def test_every_feed_and_every_probe_has_its_right() -> None:
    assert {feed.value for feed in Feed} | {"/livez", "/readyz", "/metrics", "/version"} <= {one.name for one in RIGHTS}
    assert SAID is TEXTS


def test_a_right_is_for_what_its_feed_lists() -> None:
    listed = {part.path: feed for feed, found in parts(OPENSHIFT_PODS + WATCHED_LEASES).items() for part in found}
    for right in RIGHTS:
        if right.role or right.name in [feed.value for feed in Feed if feed in parts()]:
            paths = [path for path, feed in listed.items() if feed.value == right.name]
            assert any(path.endswith(f"/{right.resource}") and right.namespace in path for path in paths), right.name


def test_the_leases_of_openshift_are_those_that_are_watched() -> None:
    assert rights.OPENSHIFT_LEASES == WATCHED_LEASES


def test_every_right_that_is_used_says_what_its_lack_costs() -> None:
    for right in RIGHTS:
        assert bool(right.costs) is right.used, right.name
        assert not right.used or right.costs.endswith("."), right.name
        assert set(right.verbs) <= set(right.granted) | {"get"}


def test_what_is_missing_is_named_by_its_verbs() -> None:
    nodes = next(one for one in RIGHTS if one.name == "nodes")
    assert nodes.lack(["watch"]) == "Without watch on nodes: no node is seen, and so no kubelet, container runtime or kube-proxy."
    assert nodes.text == "get, list and watch on nodes"


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
