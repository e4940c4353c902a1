"""The preflight against real servers: the demo cluster, and a replay of what a real API server said of rights."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from planes.demo.build import Shape
from planes.demo.serving import Demo, Options
from planes.doctor.examination import examine
from planes.doctor.report import Exit, Report, RightReport
from planes.doctor.text import text
from planes.kube.connect import Target
from planes.structs.rights import wanted
from planes.structs.time_tokens import duration
from tests.doctor.rights import Rights
from tests.replay import TOKEN, Authority, Reply, Request, Script, Server, reply, serve, status

NOW = 1_795_370_000.0


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    made = Demo(Options(tmp_path, shape=Shape(nodes=6, pods=30, seed=7), story=False))
    await made.start()
    yield made
    await made.stop()


async def examined(kubeconfig: Path, *, limit: float = 20.0) -> Report:
    said: list[str] = []
    report = await examine(Target(str(kubeconfig)), "the test's", said.append, limit=limit)
    shown = text(report, NOW)
    assert TOKEN not in shown
    assert "Traceback" not in shown
    assert said
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report
    return report


def always(answer: Reply) -> Script:
    async def script(_request: Request) -> Reply:
        return answer

    return script


async def replayed(server: Server) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        return await examined(server.write_kubeconfig(Path(folder)))


def right(report: Report, name: str) -> RightReport:
    return next(one for one in report.rights if one.name == name)


async def test_all_is_well_in_the_demo_cluster(demo: Demo) -> None:
    report = await examined(demo.kubeconfig)
    assert report.exit == Exit.WELL
    assert (report.user, report.groups) == ("planewatch", ["planewatch", "system:authenticated"])
    assert [one.name for one in report.rights] == [one.name for one in wanted()]
    assert {(one.allowed, one.how) for one in report.rights} == {(True, "review")}
    assert report.distribution == "kubeadm"
    assert report.version.startswith("v1.")
    assert report.tls
    assert report.certificate_not_after is not None
    assert report.latency_ms is not None
    assert report.health["/livez"].startswith("passes")
    assert report.hidden == []
    assert len(report.uid) == 36
    assert report.grant == ""
    assert sum(report.versions["kubelet"].values()) == report.nodes_seen == 6


async def test_rights_taken_away_are_named_with_what_they_cost(demo: Demo) -> None:
    demo.cluster.troubles.revoked = True
    report = await examined(demo.kubeconfig)
    assert report.exit == Exit.MISSING
    costs = right(report, "leases/kube-node-lease").costs
    assert costs == (
        "Without list/watch on leases in kube-node-lease: "
        "a silent kubelet is noticed only when Kubernetes itself says so, after about 50 s."
    )
    assert {one.kind for one in report.hidden} >= {"kubelet", "kube-scheduler", "kube-controller-manager"}
    assert report.grant == ".venv/bin/python manage.py doctor --rbac --user 'planewatch' | kubectl apply -f -"
    assert {one.name for one in report.rights if one.allowed} == {"/livez", "/readyz", "/version"}
    shown = text(report, NOW)
    assert "✕ Without list/watch on nodes:" in shown
    assert "● /livez" in shown


async def test_what_reviews_refuse_to_tell_is_tried() -> None:
    async with serve(Rights("roles", refuse=403).script) as server:
        report = await replayed(server)
    assert {one.how for one in report.rights} == {"try"}
    assert right(report, "nodes").allowed is True
    assert right(report, "leases/kube-system").missing == ["list", "watch"]
    assert right(report, "/metrics").allowed is True
    assert report.user == ""
    assert report.user_said.startswith("Who we are is not known: ")
    assert "(by trying)" in text(report, NOW)


async def test_an_old_server_does_not_say_who_we_are() -> None:
    async with serve(Rights("roles", refuse=404).script) as server:
        report = await replayed(server)
    assert report.user_said == "This API server does not say who we are: it is older than Kubernetes 1.27."
    assert report.grant == ".venv/bin/python manage.py doctor --rbac | kubectl apply -f -"


@pytest.mark.parametrize(
    ("phase", "allowed"),
    [
        ("none", {"/livez", "/readyz", "/version"}),
        (
            "roles",
            {"nodes", "pods", "pods/kube-system", "namespaces", "events", "/livez", "/readyz", "/readyz/*", "/version", "/metrics"},
        ),
        ("revoked", {"/livez", "/readyz", "/version"}),
    ],
)
async def test_the_recorded_rights_are_told_as_they_were(phase: str, allowed: set[str]) -> None:
    async with serve(Rights(phase).script) as server:
        report = await replayed(server)
    assert report.exit == Exit.MISSING
    assert report.user == "planewatch"
    assert {one.name for one in report.rights if one.allowed} == allowed
    assert not [one for one in report.rights if one.allowed is None]
    assert all(one.costs for one in report.rights if not one.allowed)


async def test_a_cluster_s_clock_that_is_ahead_is_said_and_changes_nothing() -> None:
    async with serve(Rights("roles").script) as server:
        server.date_offset = 600.0
        report = await replayed(server)
    assert report.clock_skew == pytest.approx(600, abs=2)
    apart = duration(round(report.clock_skew or 0.0))
    assert f"The cluster's clock is {apart} ahead of ours. No verdict rests on it; set one right." in report.notes


async def test_a_closed_port_is_not_reachable(tmp_path: Path) -> None:
    async with serve(always(Reply())) as server:
        kubeconfig = server.write_kubeconfig(tmp_path)
    report = await examined(kubeconfig)
    assert report.exit == Exit.UNREACHABLE
    assert report.fault is not None
    assert "refuses the connection" in report.fault.message
    assert report.fault.remedy


@pytest.mark.parametrize(
    "answer",
    [
        Reply(200, b"<html>hello</html>", "text/html"),
        Reply(404, b"404 page not found", "text/plain"),
        reply({"detail": "Not Found"}, 404),
        reply({"hello": "world"}),
        Reply(302, b"", headers={"Location": "https://signin.example.org/"}),
    ],
)
async def test_what_is_no_api_server_is_said_to_be_none(tmp_path: Path, answer: Reply) -> None:
    async with serve(always(answer)) as server:
        report = await examined(server.write_kubeconfig(tmp_path))
    assert report.exit == Exit.UNREACHABLE
    assert "not a Kubernetes API server" in report.summary


async def test_credentials_that_are_refused_are_on_our_side(tmp_path: Path) -> None:
    async with serve(always(status(401, "Unauthorized", "Unauthorized"))) as server:
        report = await examined(server.write_kubeconfig(tmp_path))
    assert report.exit == Exit.CANNOT_TELL
    assert "rejects the token in the kubeconfig (401)" in report.summary


async def test_a_certificate_of_another_authority_is_on_our_side(tmp_path: Path) -> None:
    async with serve(always(Reply())) as server:
        report = await examined(server.write_kubeconfig(tmp_path, ca=Authority().pem))
    assert report.exit == Exit.CANNOT_TELL
    assert "signed by an authority that the kubeconfig does not trust" in report.summary


async def test_a_kubeconfig_that_is_not_there_is_on_our_side(tmp_path: Path) -> None:
    report = await examined(tmp_path / "missing")
    assert report.exit == Exit.CANNOT_TELL
    assert report.summary.startswith("There is no kubeconfig at ")


async def test_an_answer_that_never_comes_is_not_waited_for_beyond_the_limit(tmp_path: Path) -> None:
    rights = Rights("roles")

    async def script(request: Request) -> Reply | None:
        return Reply(fate="hang") if request.method == "POST" else await rights.script(request)

    async with serve(script) as server, asyncio.timeout(15):
        report = await examined(server.write_kubeconfig(tmp_path), limit=1.5)
    assert report.exit == Exit.CANNOT_TELL
    assert "Not everything was answered within 1.5 s." in report.notes
    assert report.user_said == "Who we are was not asked in time."
    assert report.version.startswith("v1.36")


async def test_a_state_store_that_hangs_hides_no_rights(demo: Demo) -> None:
    demo.cluster.troubles.etcd = True
    report = await examined(demo.kubeconfig)
    assert report.exit == Exit.MISSING
    assert report.health["/livez"].startswith("fails: etcd")
    assert {one.allowed for one in report.rights} == {True}
    assert "/livez fails: etcd" in report.summary
