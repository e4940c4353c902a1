"""What is shipped beside the code: manifests that parse, and rights that can only read."""

import json
from pathlib import Path
from typing import Any

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


def test_the_namespace_comes_before_what_is_in_it() -> None:
    folder = ROOT / "docker/kubernetes"
    (kustomization,) = documents(folder / "kustomization.yaml")
    resources = kustomization["resources"]
    assert isinstance(resources, list)
    assert sorted(resources) == sorted(path.name for path in folder.glob("*.yaml") if path.name != "kustomization.yaml")
    applied = [document for name in resources for document in documents(folder / name)]
    assert applied[0]["kind"] == "Namespace"


def pod_of_the_deployment() -> dict[str, Any]:
    deployment: dict[str, Any] = documents(ROOT / "docker/kubernetes/planewatch.yaml")[0]
    return deployment["spec"]["template"]["spec"]  # type: ignore[no-any-return]


def test_a_service_of_its_own_name_sets_nothing_in_its_environment() -> None:
    assert pod_of_the_deployment()["enableServiceLinks"] is False


def test_the_pod_meets_the_restricted_pod_security_standard() -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/"""
    pod = pod_of_the_deployment()
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    assert {next(iter(set(volume) - {"name"})) for volume in pod["volumes"]} <= {"persistentVolumeClaim", "emptyDir"}
    for container in pod["containers"]:
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert not any("hostPort" in port for port in container["ports"])


def test_an_image_holds_what_the_program_opens_and_nothing_that_only_lies_here() -> None:
    """`.dockerignore` is a list of what may go in; the Dockerfile copies no more than that, and no directory as a whole."""
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in ignore if line.startswith("!")}
    assert ignore[1] == "*"
    assert not [name for name in allowed if not (ROOT / name).exists()]
    copied: set[str] = set()
    for line in (ROOT / "docker/Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and not line.startswith("COPY --from"):
            copied |= set(line.split()[1:-1])
    assert copied == allowed
    assert {"manage.py", "dashboard", "planes", "static", "templates"} <= copied
    assert not {".", "tests", "docs"} & copied


def test_compose_passes_a_password_of_any_characters() -> None:
    (compose,) = documents(ROOT / "docker/compose.yaml")
    services: Any = compose["services"]
    environ = services["planewatch"]["environment"]
    assert compose["name"] == "planewatch"
    assert "PASSWORD" not in environ["DATABASE_URL"]
    assert environ["PGPASSWORD"].startswith("${POSTGRES_PASSWORD")


#: Of each object that the manifests have: its fields and their types, as far as Kubernetes 1.28 to 1.36 all have them and agree.
#: From the models of the client library's versions 28.1.0 to 36.0.0, which are made from the OpenAPI documents of those releases;
#: a claim's `resources` has the same fields in all, under two names of its type.
FIELDS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("kubernetes_fields.json").read_text())
PLAIN = {"str": (str,), "int": (int,), "bool": (bool,), "float": (int, float), "object": (object,), "datetime": (str,)}


def unknown_fields(value: object, kind: str, path: str) -> list[str]:
    """What of a manifest is no field, or none of that type, in one of the releases."""
    if kind.startswith("list of "):
        items = value if isinstance(value, list) else [value]
        return [one for index, item in enumerate(items) for one in unknown_fields(item, kind[8:], f"{path}[{index}]")]
    if kind.startswith("map of "):
        assert isinstance(value, dict), f"{path} is no map"
        return [one for key, item in value.items() for one in unknown_fields(item, kind[7:], f"{path}.{key}")]
    if kind in PLAIN:
        return [] if isinstance(value, PLAIN[kind]) else [f"{path} is no {kind}"]
    assert isinstance(value, dict), f"{path} is no object"
    fields = FIELDS[kind]
    found = [f"{path}.{name}" for name in value if name not in fields]
    return found + [
        one for name in fields.keys() & value.keys() for one in unknown_fields(value[name], fields[name], f"{path}.{name}")
    ]


@pytest.mark.parametrize("path", sorted((ROOT / "docker/kubernetes").glob("[!k]*.yaml")), ids=lambda path: path.name)
def test_manifests_have_no_field_that_one_of_nine_releases_of_kubernetes_does_not(path: Path) -> None:
    for document in documents(path):
        assert document["apiVersion"] in ("v1", "apps/v1", "rbac.authorization.k8s.io/v1", "networking.k8s.io/v1")
        assert unknown_fields(document, f"V1{document['kind']}", str(document["kind"])) == []


def test_a_field_that_kubernetes_does_not_have_is_found() -> None:
    pod = pod_of_the_deployment()
    pod["containers"][0]["imagePullPolice"] = "Always"
    pod["enableServiceLinks"] = "no"
    wrong = {"pod.containers[0].imagePullPolice", "pod.enableServiceLinks is no bool"}
    assert set(unknown_fields(pod, "V1PodSpec", "pod")) == wrong
