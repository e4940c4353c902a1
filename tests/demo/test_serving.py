"""What faults do to the way to the cluster: sockets, certificates, delays, errors, rights and clocks, as a client sees them."""

import asyncio
import contextlib
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509

from planes.demo.control import ControlError, ask
from planes.demo.serving import Demo, Options, PortError, bind
from tests.demo.client import Client
from tests.demo.conftest import SHAPE, Running


async def tell(running: Running, verb: str, name: str) -> str:
    """Through the control channel, as `manage.py demo` does; what follows from it has happened when this returns."""
    said = (await asyncio.to_thread(ask, running.demo.options.directory, verb, name)).said
    await running.demo.step()
    return said


async def refuses(running: Running) -> bool:
    with contextlib.suppress(ConnectionRefusedError):
        _, writer = await asyncio.open_connection("127.0.0.1", running.demo.listener.port)
        writer.close()
        return False
    return True


async def test_an_api_server_that_is_down_refuses_connections_and_can_be_mended(running: Running) -> None:
    watch = await running.reader.watch("/api/v1/nodes?resourceVersion=0")
    await watch.events(30)
    assert await tell(running, "inject", "apiserver-down") == "apiserver-down is active now."
    assert await refuses(running)
    with pytest.raises(aiohttp.ClientError):
        await watch.rest()
    with pytest.raises(aiohttp.ClientConnectorError):
        await running.reader.get("/version")
    listed = await asyncio.to_thread(ask, running.demo.options.directory, "list")
    assert {fault.name: fault.active for fault in listed.faults if fault.active} == {"apiserver-down": ["cluster"]}
    assert await tell(running, "heal", "apiserver-down") == "apiserver-down is healed."
    assert not await refuses(running)
    starting = await running.reader.get("/readyz?verbose")
    assert starting.status == 500
    assert "[-]poststarthook/rbac/bootstrap-roles failed: reason withheld" in starting.text
    running.clock.advance(2)
    assert (await running.reader.get("/readyz")).status == 200
    assert (await running.reader.get("/livez")).status == 200


async def test_a_new_process_counts_from_nothing(running: Running) -> None:
    before = (await running.reader.get("/metrics")).text
    running.demo.faults.inject("apiserver-down")
    running.demo.faults.heal("apiserver-down")
    running.clock.advance(1)
    after = (await running.reader.get("/metrics")).text

    def value(text: str, name: str) -> float:
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))

    assert value(after, "process_start_time_seconds") > value(before, "process_start_time_seconds")
    assert value(after, "apiserver_request_total") < value(before, "apiserver_request_total") / 100


async def test_a_hanging_api_server_takes_connections_and_never_answers(running: Running) -> None:
    await tell(running, "inject", "apiserver-hang")
    assert not await refuses(running)
    for path in ("/livez", "/api/v1/nodes", "/version"):
        with pytest.raises(TimeoutError):
            await running.reader.get_within(path, 0.3)
    await tell(running, "heal", "apiserver-hang")
    assert (await running.reader.get("/livez")).status == 200


async def certificate(running: Running) -> x509.Certificate:
    """What a new connection is served with."""
    _, writer = await asyncio.open_connection(
        "127.0.0.1", running.demo.listener.port, ssl=running.context, server_hostname="127.0.0.1"
    )
    connection = writer.get_extra_info("ssl_object")
    assert isinstance(connection, ssl.SSLObject)
    raw = connection.getpeercert(binary_form=True)
    assert raw is not None
    writer.close()
    with contextlib.suppress(ssl.SSLError, ConnectionError):
        await writer.wait_closed()
    return x509.load_der_x509_certificate(raw)


async def test_an_expiring_certificate_is_served_to_new_connections_and_still_trusted(running: Running) -> None:
    assert (await certificate(running)).not_valid_after_utc - datetime.now(UTC) > timedelta(days=300)
    await tell(running, "inject", "certificate-expiring")
    assert timedelta(days=4) < (await certificate(running)).not_valid_after_utc - datetime.now(UTC) < timedelta(days=5)
    assert (await running.reader.get("/version")).status == 200
    await tell(running, "heal", "certificate-expiring")
    assert (await certificate(running)).not_valid_after_utc - datetime.now(UTC) > timedelta(days=300)


async def test_slow_answers_take_more_than_a_second_and_show_in_the_latency(running: Running) -> None:
    await tell(running, "inject", "slow-api")
    with pytest.raises(TimeoutError):
        await running.reader.get_within("/api/v1/nodes", 1.0)
    running.clock.advance(600)
    lines = running.demo.app.traffic.text().splitlines()
    labels = 'resource="leases",scope="resource",subresource="",verb="PUT"'
    counts = {
        line.split('le="')[1].split('"')[0]: int(line.rsplit(" ", 1)[1])
        for line in lines
        if labels in line and "_sli_duration_seconds_bucket" in line
    }
    over = counts["+Inf"] - counts["1"]
    assert over > 0.05 * counts["+Inf"]


async def test_one_answer_in_twenty_fails_under_errors(running: Running) -> None:
    await tell(running, "inject", "errors-5xx")
    statuses = [(await running.reader.get("/api/v1/namespaces?limit=1")).status for _ in range(200)]
    assert set(statuses) == {200, 500}
    assert 2 <= statuses.count(500) <= 25
    assert (await running.reader.get("/livez")).status == 200
    running.clock.advance(60)
    assert 'apiserver_request_total{code="500"' in running.demo.app.traffic.text()


async def test_revoked_rights_refuse_the_next_request_while_the_open_watch_goes_on(running: Running) -> None:
    watch = await running.reader.watch("/api/v1/nodes?resourceVersion=0")
    await watch.events(30)
    await tell(running, "inject", "rights-revoked")
    assert (await running.reader.get("/api/v1/nodes")).status == 403
    assert (await running.reader.get("/metrics")).status == 403
    assert (await running.reader.get("/readyz?verbose")).status == 200
    running.demo.life.cordon("cp-1", True)
    assert (await watch.events(1))[0]["object"]["spec"]["unschedulable"] is True
    watch.close()
    await tell(running, "heal", "rights-revoked")
    assert (await running.reader.get("/api/v1/nodes")).status == 200


async def test_a_skewed_clock_shows_in_the_date_and_in_renewals(running: Running) -> None:
    await tell(running, "inject", "clock-skew")
    before = running.clock.wall()
    date = parsedate_to_datetime((await running.reader.get("/version")).headers["Date"])
    assert before - 2 < date.timestamp() < running.clock.wall() + 2
    assert running.clock.skew == 300


async def test_an_unavailable_metrics_server_answers_503(running: Running) -> None:
    await tell(running, "inject", "apiservice-down")
    assert (await running.reader.get("/apis/metrics.k8s.io/v1beta1/nodes")).status == 503
    assert 'aggregator_unavailable_apiservice{name="v1beta1.metrics.k8s.io"} 1' in (await running.reader.get("/metrics")).text


async def test_a_failing_webhook_shows_in_the_metrics(running: Running) -> None:
    await tell(running, "inject", "webhook-down")
    running.clock.advance(60)
    text = (await running.reader.get("/metrics")).text
    line = next(line for line in text.splitlines() if line.startswith("apiserver_admission_webhook_rejection_count{"))
    assert 'error_type="calling_webhook_error"' in line
    assert int(line.rsplit(" ", 1)[1]) > 10


async def test_etcd_checks_say_why_they_fail(running: Running) -> None:
    await tell(running, "inject", "etcd-down")
    answer = await running.reader.get("/readyz/etcd")
    assert (answer.status, "context deadline exceeded" in answer.text) == (500, True)
    assert (await running.reader.get("/readyz/ping")).status == 200


async def test_files_are_private_and_gone_after_a_clean_stop(tmp_path: Path) -> None:
    demo = Demo(Options(tmp_path / "demo", shape=SHAPE, story=False))
    await demo.start()
    kept = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "demo").iterdir()}
    text = demo.kubeconfig.read_text(encoding="utf-8")
    assert kept == {"kubeconfig": 0o600, "control.json": 0o600}
    assert f"server: {demo.url}\n" in text
    assert "current-context: demo\n" in text
    context = ssl.create_default_context(cadata=demo.authority.pem.decode())
    async with Client(demo.url, demo.token, context) as client:
        watch = await client.watch("/api/v1/nodes?resourceVersion=0")
        await watch.events(30)
        async with asyncio.timeout(20):  # an open watch lasts for minutes: it is not waited for
            await demo.stop()
        watch.close()
    assert list((tmp_path / "demo").iterdir()) == []
    with pytest.raises(ControlError, match="No demo cluster runs in"):
        ask(tmp_path / "demo", "list")


async def test_a_port_in_use_is_said_in_one_sentence(running: Running) -> None:
    with pytest.raises(PortError, match=f"Port {running.demo.listener.port} cannot be used: address already in use"):
        bind(running.demo.listener.port)


async def test_control_needs_the_secret(running: Running) -> None:
    file = running.demo.options.directory / "control.json"
    file.write_text(f'{{"port": {running.demo.control.port}, "secret": "guess"}}', encoding="utf-8")
    with pytest.raises(ControlError, match="does not carry this demo's secret"):
        await asyncio.to_thread(ask, running.demo.options.directory, "list")
    file.write_text("{", encoding="utf-8")
    with pytest.raises(ControlError, match="is damaged"):
        await asyncio.to_thread(ask, running.demo.options.directory, "list")
