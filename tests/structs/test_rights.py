"""Rights in words: what to grant, for what, and what it costs to be without."""

import pytest

from planes.structs.feeds import FEEDS, OPENSHIFT, Feed
from planes.structs.rights import MONITORING, RIGHTS, TEXTS, Right, listed, wanted

LEASES = [right for right in RIGHTS if right.resource == "leases"]


def right(name: str) -> Right:
    return next(one for one in RIGHTS if one.name == name)


def test_every_feed_and_path_that_is_read_has_its_right_and_secrets_have_none() -> None:
    paths = {"/livez", "/readyz", "/readyz/*", "/metrics", "/version"}
    assert {one.name for one in RIGHTS} == {feed.value for feed in Feed} | paths | {"namespaces"}
    assert not any("secret" in one.of for one in RIGHTS)


def test_no_right_is_to_change_anything() -> None:
    assert {verb for one in RIGHTS for verb in one.verbs} == {"get", "list", "watch"}


@pytest.mark.parametrize("feed", list(Feed))
def test_what_is_watched_is_listed_and_watched_and_what_is_polled_is_only_listed(feed: Feed) -> None:
    made = right(feed.value)
    assert made.verbs == (("list",) if FEEDS[feed].every else ("list", "watch"))
    assert (made.role, made.group, made.resource) == (FEEDS[feed].role, FEEDS[feed].group, FEEDS[feed].resource)
    assert made.tried == FEEDS[feed].path(made.namespace)


def test_a_role_is_needed_in_each_place_and_a_cluster_role_has_them_all() -> None:
    assert [(one.namespace, one.role, one.only) for one in LEASES] == [
        ("kube-node-lease", True, ""),
        ("kube-system", True, ""),
        ("openshift-kube-scheduler", True, OPENSHIFT),
        ("openshift-kube-controller-manager", True, OPENSHIFT),
    ]
    assert [one.namespace for one in RIGHTS if one.resource == "pods"] == ["kube-system", ""]
    assert "openshift-kube-scheduler" in LEASES[2].costs, "the namespace is named in what it costs"


@pytest.mark.parametrize(
    ("name", "of", "text"),
    [
        ("nodes", "nodes", "list and watch on nodes"),
        ("deployments", "apps deployments", "list and watch on apps deployments"),
        ("leases/kube-system", "leases in kube-system", "list and watch on leases in kube-system"),
        (
            "endpointslices/default",
            "discovery.k8s.io endpointslices in default",
            "list and watch on discovery.k8s.io endpointslices in default",
        ),
        ("metrics.k8s.io/nodes", "metrics.k8s.io nodes", "list on metrics.k8s.io nodes"),
        ("/livez", "/livez", "get on /livez (bind the role system:monitoring)"),
        ("/readyz/*", "/readyz/ping", "get on /readyz/ping (bind the role system:monitoring)"),
        ("/version", "/version", "get on /version (bind the role system:discovery)"),
    ],
)
def test_a_right_in_words(name: str, of: str, text: str) -> None:
    assert (right(name).of, right(name).text, TEXTS[name]) == (of, text, text)


def test_rights_in_several_places_are_named_together() -> None:
    assert TEXTS["leases/elsewhere"] == "list and watch on leases in the namespaces where this distribution elects its leaders"
    assert set(TEXTS) == {one.name for one in RIGHTS}


def test_the_lack_of_a_right_names_the_verbs_that_are_missing() -> None:
    nodes = right("nodes")
    assert nodes.lack() == f"Without list/watch on nodes: {nodes.costs}"
    assert nodes.lack(["watch"]) == f"Without watch on nodes: {nodes.costs}"


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/readyz/ping"])
def test_paths_are_read_by_the_built_in_role(path: str) -> None:
    made = next(one for one in RIGHTS if one.path == path)
    assert (made.verbs, made.tried, made.bound_by) == (("get",), path, MONITORING)


def test_whether_it_is_the_same_cluster_is_asked_everywhere() -> None:
    made = right("namespaces")
    assert (made.resource, made.verbs, made.tried, made.only, made.role) == (
        "namespaces",
        ("get",),
        "/api/v1/namespaces/kube-system",
        "",
        False,
    )
    names = [one.name for one in RIGHTS]
    assert names.index("namespaces") + 1 == names.index("events"), "what is guessed costs more than what is only shown beside"
    assert names[-5:] == ["/livez", "/readyz", "/readyz/*", "/metrics", "/version"]


def test_a_right_that_one_distribution_needs_is_wanted_there_and_a_role_only_where_its_namespace_is() -> None:
    everywhere = {one.name for one in RIGHTS if not one.only}
    assert {one.name for one in wanted()} == {one.name for one in wanted("k3s", ["openshift-kube-scheduler"])} == everywhere
    assert {one.name for one in wanted(OPENSHIFT)} == everywhere | {"namespaces"}
    there = wanted(OPENSHIFT, ["openshift-kube-scheduler"])
    assert [one.namespace for one in there if one.name == "leases/elsewhere"] == ["openshift-kube-scheduler"]


@pytest.mark.parametrize(
    ("words", "told"), [(["get"], "get"), (["get", "list"], "get and list"), (["get", "list", "watch"], "get, list and watch")]
)
def test_words_are_listed_as_people_do(words: list[str], told: str) -> None:
    assert listed(words) == told
