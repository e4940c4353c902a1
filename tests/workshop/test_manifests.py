"""What is shipped beside the code: manifests that parse, and rights that can only read."""

from pathlib import Path

import pytest
import yaml

from planes.components.rbac import manifest

ROOT = Path(__file__).parents[2]
MANIFESTS = sorted((ROOT / "docker").rglob("*.yaml"))


def documents(path: Path) -> list[dict[str, object]]:
    return [document for document in yaml.safe_load_all(path.read_text()) if document is not None]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_a_manifest_parses(path: Path) -> None:
    assert documents(path)


def test_the_rights_are_those_that_doctor_prints() -> None:
    assert (ROOT / "docker/kubernetes/rbac.yaml").read_text() == manifest()


def test_the_rights_only_read_and_never_secrets() -> None:
    rules = [
        rule
        for document in documents(ROOT / "docker/kubernetes/rbac.yaml")
        if document["kind"] in ("Role", "ClusterRole")
        for rule in document["rules"]  # type: ignore[attr-defined]  # a list in a Role
    ]
    assert len(rules) == 10
    for rule in rules:
        assert set(rule["verbs"]) <= {"get", "list", "watch"}
        assert not {"secrets", "configmaps", "*", "nodes/proxy", "pods/proxy", "pods/exec"} & set(rule["resources"])
        assert "*" not in rule["apiGroups"]


def test_the_deployment_runs_as_the_account_that_the_rights_are_bound_to() -> None:
    deployment = documents(ROOT / "docker/kubernetes/planewatch.yaml")[0]
    pod = deployment["spec"]["template"]["spec"]  # type: ignore[index]  # a Deployment
    account = (deployment["metadata"]["namespace"], pod["serviceAccountName"])  # type: ignore[index]  # a Deployment
    bound = [
        (subject["namespace"], subject["name"])
        for document in documents(ROOT / "docker/kubernetes/rbac.yaml")
        if document["kind"] in ("RoleBinding", "ClusterRoleBinding")
        for subject in document["subjects"]  # type: ignore[attr-defined]  # a list in a binding
    ]
    assert set(bound) == {account}
    assert len(bound) == 4
