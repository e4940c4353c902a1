"""What one ClusterProfile becomes: never a command, a file or an unverified connection that the object names."""

from pathlib import Path

import msgspec
import pytest

from planes.kube.errors import FaultError
from planes.kube.kubeconfig import Cluster, Config, Exec, Extension, Variable
from planes.kube.profiles import Profile, Way
from planes.kube.providers import LONGEST, Providers, read
from planes.up.profiles import LONGEST_TOLD, labels, made

OURS = Providers({"ours": Exec(command="/bin/ours", apiVersion="client.authentication.k8s.io/v1", provideClusterInfo=True)})
EXEC = "client.authentication.k8s.io/exec"


def profile(*ways: Way, name: str = "a", **of: object) -> Profile:
    told = Profile("fleet", name, "", "ocm", {}, {}, ways)
    return Profile(**{**{field: getattr(told, field) for field in Profile.__slots__}, **of})


def config(one: Profile, providers: Providers = OURS) -> Config:
    found = made(one, providers)
    assert found is not None
    return msgspec.json.decode(found.kubeconfig, type=Config)


def why(one: Profile, providers: Providers = OURS) -> str:
    found = made(one, providers)
    assert found is not None
    assert found.access is not None
    assert msgspec.json.decode(found.kubeconfig, type=Config).clusters == [], "nothing is there that could be asked"
    assert found.access.remedy
    return found.access.message


def test_only_what_is_ours_is_run_and_only_where_the_cluster_is_comes_from_the_object() -> None:
    extensions = [
        Extension("clusterprofiles.multicluster.x-k8s.io/exec/additional-args", msgspec.Raw(b'["--evil"]')),
        Extension("clusterprofiles.multicluster.x-k8s.io/exec/additional-envs", msgspec.Raw(b'{"LD_PRELOAD": "/evil"}')),
        Extension(EXEC, msgspec.Raw(b'{"clusterName": "a"}')),
    ]
    found = config(profile(Way("ours", Cluster(server="https://a:6443", tls_server_name="a", extensions=extensions))))
    (user,), (cluster,) = found.users, found.clusters
    assert user.user.exec is not None
    assert (user.user.exec.command, user.user.exec.args, user.user.exec.env) == ("/bin/ours", [], [])
    assert (cluster.cluster.server, cluster.cluster.tls_server_name) == ("https://a:6443", "a")
    assert [(one.name, bytes(one.extension)) for one in cluster.cluster.extensions] == [(EXEC, b'{"clusterName": "a"}')]


def test_a_command_is_told_of_its_cluster_only_if_it_wants_to_be_and_never_at_length() -> None:
    long = Extension(EXEC, msgspec.Raw(b'"' + b"x" * LONGEST_TOLD + b'"'))
    assert config(profile(Way("ours", Cluster(server="https://a", extensions=[long])))).clusters[0].cluster.extensions == []
    deaf = Providers({"ours": Exec(command="x", apiVersion="v")})
    short = Extension(EXEC, msgspec.Raw(b"1"))
    assert config(profile(Way("ours", Cluster(server="https://a", extensions=[short]))), deaf).clusters[0].cluster.extensions == []


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        (Cluster(), "no address of the API server that begins with https://"),
        (Cluster(server="http://a"), "no address of the API server that begins with https://"),
        (Cluster(server="https://me:secret@a"), "no address of the API server that begins with https://"),
        (Cluster(server="https://a:99999"), "that is no URL"),
        (Cluster(server="https://a", insecure_skip_tls_verify=True), "be not verified"),
        (Cluster(server="https://a", certificate_authority="/etc/shadow"), "no file is read because an object names it"),
        (Cluster(server="https://a", proxy_url="file:///etc/passwd"), "none of http, https and socks5"),
    ],
)
def test_a_cluster_that_cannot_be_asked_safely_says_so_and_repeats_no_secret(cluster: Cluster, said: str) -> None:
    message = why(profile(Way("ours", cluster)))
    assert message.startswith("Not watched: the ClusterProfile fleet/a ")
    assert said in message
    assert "secret" not in message


def test_without_a_credential_it_says_whose_is_missing() -> None:
    assert "names no access provider" in why(profile())
    ways = (Way("google", Cluster(server="https://a")), Way("azure", Cluster(server="https://a")))
    assert why(profile(*ways)).endswith("It names the access providers google, azure; the provider file has ours.")
    assert why(profile(ways[0]), Providers({})).endswith("access provider google; the provider file is not given, or empty.")


def test_the_order_of_our_file_decides_among_several_ways() -> None:
    two = Providers({"second": OURS.commands["ours"], "first": OURS.commands["ours"]})
    found = config(profile(Way("first", Cluster(server="https://first")), Way("second", Cluster(server="https://second"))), two)
    assert found.clusters[0].cluster.server == "https://second"


def test_labels_are_what_a_fleet_may_be_grouped_by() -> None:
    told = {"environment": "prod", "x.io/addon": "available", "topology.kubernetes.io/region": "eu", "empty": "", "bad": "<b>"}
    one = profile(labels=told, properties={"environment": "other", "location": "Bonn", "nodes": "a b"})
    assert labels(one) == {"environment": "prod", "region": "eu", "location": "Bonn", "cluster-manager": "ocm"}
    assert len(labels(profile(labels={f"k{number}": "v" for number in range(99)}))) == 20


@pytest.mark.parametrize("name", ["", "../x", "A", "a" * 260, "a\nb"])
def test_a_name_that_no_object_can_have_is_none(name: str) -> None:
    assert made(profile(name=name), OURS) is None


@pytest.mark.parametrize("display", ["", "\x1b[31m", "x" * 101, "\u202e"])
def test_a_display_name_that_cannot_be_shown_is_left_for_the_objects_own(display: str) -> None:
    found = made(profile(display=display), OURS)
    assert found is not None
    assert found.name == "a"


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"[]", b"\xff", b'{"providers": 7}', b'{"providers": [{"name": "a"}]}', b" " * (LONGEST + 9),
        b'{"providers": [{"name": "a", "execConfig": {"command": "", "apiVersion": "v1"}}]}',
        b'{"providers": [{"name": "a", "execConfig": {"command": "x"}}]}',
    ],
)  # fmt: skip
def test_a_file_that_is_no_provider_file_is_refused_with_its_form(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "providers").write_bytes(text)
    with pytest.raises(FaultError) as refused:
        read(tmp_path / "providers")
    assert "execConfig" in refused.value.fault.remedy


def test_a_provider_file_keeps_its_secrets_and_its_own_arguments(tmp_path: Path) -> None:
    entry = {"name": "a", "profileSourcedCLIArgsPolicy": "Append", "execConfig": {"command": "./x", "apiVersion": "v", "env": None}}
    (tmp_path / "providers").write_bytes(msgspec.json.encode({"providers": [entry]}))
    found = read(tmp_path / "providers")
    assert found.commands["a"].command == str(tmp_path / "x")
    assert "is not taken" in found.notes[0]
    with pytest.raises(FaultError, match="cannot be read"):
        read(tmp_path / "nowhere")
    held = Exec(command="x", apiVersion="v", env=[Variable("TOKEN", "s3cret")])
    assert "s3cret" not in repr(Providers({"a": held}))
