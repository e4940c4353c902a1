"""Every way in which a question can fail, over real sockets: the kind of fault, one sentence, a remedy, no secret."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from planes.kube import answers, errors
from planes.kube.answers import Answer
from planes.kube.connect import Target
from planes.kube.errors import FaultError
from planes.kube.link import Link, open_link
from planes.structs.events import OURS, Fault, FaultKind
from tests.kube.conftest import Clock
from tests.replay import TOKEN, Authority, Reply, Request, Script, Server, load, reply, serve, server_context, status

LinkTo = Callable[..., Awaitable[Link]]


def always(answer: Reply) -> Script:
    async def script(_request: Request) -> Reply:
        return answer

    return script


async def fault_of(link: Link, limit: float = 2.0, path: str = "/api/v1/nodes") -> Fault:
    with pytest.raises(FaultError) as caught:
        await link.ask(path, limit=limit)
    fault = caught.value.fault
    assert fault.message.endswith(".")
    assert TOKEN not in fault.message + fault.remedy
    assert "Traceback" not in fault.message
    return fault


async def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


async def test_a_refused_connection(link_to: LinkTo) -> None:
    server = Server(always(Reply()), Authority())
    server.port = await free_port()
    fault = await fault_of(await link_to(server))
    assert fault.kind is FaultKind.REFUSED
    assert f"127.0.0.1:{server.port} refuses the connection" in fault.message
    assert fault.remedy


@pytest.mark.parametrize("fate", ["close", "cut"])
async def test_a_connection_that_is_closed_in_mid_answer(link_to: LinkTo, fate: str) -> None:
    async with serve(always(Reply(fate=fate))) as server:
        fault = await fault_of(await link_to(server))
    assert fault.kind is FaultKind.CLOSED
    assert fault.kind not in OURS


async def test_a_server_that_hangs(link_to: LinkTo) -> None:
    async with serve(always(Reply(fate="hang"))) as server:
        fault = await fault_of(await link_to(server), limit=0.3)
    assert fault.kind is FaultKind.HANGING
    assert "within 0.3 s" in fault.message


async def test_a_server_that_takes_the_connection_and_not_the_handshake_hangs_rather_than_being_unreachable(
    link_to: LinkTo,
) -> None:
    held: list[asyncio.StreamWriter] = []

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    listener = await asyncio.start_server(hold, "127.0.0.1", 0)
    server = Server(always(Reply()), Authority())
    server.port = listener.sockets[0].getsockname()[1]
    fault = await fault_of(await link_to(server), limit=0.3)
    listener.close()
    for writer in held:
        writer.transport.abort()
    assert fault.kind is FaultKind.HANGING


async def test_a_name_that_does_not_resolve(tmp_path: Path) -> None:
    server = Server(always(Reply()), Authority())
    path = server.write_kubeconfig(tmp_path)
    path.write_text(path.read_text().replace("127.0.0.1:0", "no-such-host.invalid:6443"))
    link = await open_link(Target(str(path)))
    fault = await fault_of(link, limit=4.0)
    await link.close()
    assert fault.kind is FaultKind.NAME
    assert "no-such-host.invalid" in fault.message


async def test_an_authority_that_is_not_trusted(link_to: LinkTo) -> None:
    async with serve(always(Reply())) as server:
        fault = await fault_of(await link_to(server, ca=Authority("another").pem))
    assert fault.kind is FaultKind.TLS
    assert "does not trust" in fault.message
    assert "certificate-authority-data" in fault.remedy


async def test_an_expired_serving_certificate(link_to: LinkTo) -> None:
    async with serve(always(Reply()), days=-2) as server:
        fault = await fault_of(await link_to(server))
    assert fault.kind is FaultKind.TLS
    assert "has expired" in fault.message


async def test_a_certificate_for_another_name(link_to: LinkTo) -> None:
    async with serve(always(Reply()), names=("kubernetes.example",)) as server:
        fault = await fault_of(await link_to(server))
    assert fault.kind is FaultKind.TLS
    assert "another name" in fault.message


async def test_a_server_without_tls_on_an_https_address(tmp_path: Path) -> None:
    async with serve(always(Reply()), tls=False) as server:
        path = server.write_kubeconfig(tmp_path)
        path.write_text(path.read_text().replace("http://", "https://"))
        link = await open_link(Target(str(path)))
        fault = await fault_of(link)
        await link.close()
    assert fault.kind is FaultKind.TLS
    assert "does not speak TLS" in fault.message


async def test_a_server_that_refuses_our_client_certificate(link_to: LinkTo, authority: Authority) -> None:
    context = server_context(*authority.issue("127.0.0.1"), client_authority=Authority("others").pem)

    def refuse(listener: socket.socket) -> None:
        # OpenSSL on a plain socket sends its alert, as Go does; asyncio drops it.
        with contextlib.suppress(TimeoutError):
            while True:
                connection, _ = listener.accept()
                wrapped = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                with contextlib.suppress(OSError):
                    wrapped.do_handshake()
                # Read what is left before closing: a reset would take the alert with it.
                with socket.socket(fileno=wrapped.detach()) as plain, contextlib.suppress(OSError):
                    plain.settimeout(1.0)
                    plain.shutdown(socket.SHUT_WR)
                    while plain.recv(65536):
                        pass

    server = Server(always(Reply()), authority)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.5)
        server.port = listener.getsockname()[1]
        link = await link_to(server)
        refusing = asyncio.create_task(asyncio.to_thread(refuse, listener))
        fault = await fault_of(link)
        await refusing
    assert fault.kind is FaultKind.TLS
    assert "refuses our client certificate" in fault.message


async def test_a_web_page_is_not_kubernetes(link_to: LinkTo) -> None:
    async with serve(always(Reply(403, b"<html>sign in</html>", "text/html"))) as server:
        fault = await fault_of(await link_to(server))
    assert fault.kind is FaultKind.NOT_KUBERNETES


async def test_a_redirect_is_not_followed_and_is_not_kubernetes(link_to: LinkTo) -> None:
    async with serve(always(Reply(301, headers={"Location": f"https://sso.example/login?token={TOKEN}"}))) as server:
        fault = await fault_of(await link_to(server))
        assert len(server.requests) == 1
    assert fault.kind is FaultKind.NOT_KUBERNETES
    assert "redirect (301) to https://sso.example" in fault.message


async def test_a_load_balancers_503_page_is_a_server_error(link_to: LinkTo) -> None:
    async with serve(always(Reply(503, b"<html>no backend</html>", "text/html"))) as server:
        fault = await fault_of(await link_to(server))
    assert fault.kind is FaultKind.SERVER_ERROR
    assert "gateway" in fault.message
    assert fault.kind not in OURS


async def test_being_asked_to_wait_says_for_how_long(link_to: LinkTo) -> None:
    async with serve(always(status(429, "TooManyRequests", Retry_After="7"))) as server:
        fault = await fault_of(await link_to(server))
    assert (fault.kind, fault.retry_after) == (FaultKind.THROTTLED, 7.0)


async def test_a_limit_overrun_while_we_stood_still_is_ours(link_to: LinkTo, clock: Clock) -> None:
    async def script(_request: Request) -> Reply:
        clock.now += 60.0  # the process is stopped for a minute
        return Reply(fate="hang")

    async with serve(script) as server:
        fault = await fault_of(await link_to(server, clock=clock), limit=0.3)
    assert fault.kind is FaultKind.INTERNAL
    assert "was paused for about 1 min" in fault.message


# --- statuses as recorded ----------------------------------------------------------------------------------------------------


def recorded(code: int, path: str) -> Answer:
    exchange = next(one for one in load("errors") if one["status"] == code and one["path"].startswith(path))
    answer = reply(exchange["body"]) if isinstance(exchange["body"], dict) else Reply(body=(exchange["body"] or "").encode())
    headers = exchange["headers"]
    return Answer(path, code, answer.body, headers["Content-Type"], headers["Date"], headers.get("Retry-After", ""), 0.0)


@pytest.mark.parametrize(
    ("code", "path", "kind"),
    [
        (401, "/api/v1/nodes", FaultKind.UNAUTHENTICATED),
        (403, "/api/v1/nodes", FaultKind.FORBIDDEN),
        (404, "/apis/metrics.k8s.io", FaultKind.NOT_SERVED),
        (404, "/nope", FaultKind.NOT_SERVED),
        (410, "/api/v1/namespaces/team-0/pods", FaultKind.EXPIRED),
        (504, "/api/v1/nodes", FaultKind.SERVER_ERROR),
        (500, "/readyz", FaultKind.SERVER_ERROR),
        (406, "/statusz", FaultKind.SERVER_ERROR),
    ],
)
def test_recorded_statuses_are_told_apart(code: int, path: str, kind: FaultKind) -> None:
    fault = answers.of_answer(recorded(code, path), "https://10.0.0.1:6443")
    assert (fault.kind, fault.status) == (kind, code)


def test_a_missing_right_in_the_cluster_names_the_rule_that_grants_it() -> None:
    fault = answers.of_answer(recorded(403, "/api/v1/pods"), "")
    assert fault.message == 'User "planewatch" may not list pods in the whole cluster.'
    assert fault.remedy == (
        'Bind a ClusterRole to "planewatch" with the rule apiGroups [""], resources ["pods"], verbs ["list", "watch"].'
    )


def test_a_missing_right_in_a_namespace_names_a_role() -> None:
    fault = answers.of_answer(recorded(403, "/apis/coordination.k8s.io"), "")
    assert fault.message == 'User "planewatch" may not list leases.coordination.k8s.io in the namespace kube-system.'
    assert 'Role in kube-system to "planewatch"' in fault.remedy
    assert 'apiGroups ["coordination.k8s.io"], resources ["leases"]' in fault.remedy


def test_a_missing_right_on_a_path_names_the_built_in_role() -> None:
    fault = answers.of_answer(recorded(403, "/metrics"), "")
    assert fault.message == 'User "planewatch" may not get the path /metrics.'
    assert "system:monitoring" in fault.remedy


def test_the_server_asks_for_a_second_when_it_is_behind() -> None:
    fault = answers.of_answer(recorded(504, "/api/v1/nodes"), "")
    assert fault.retry_after == 1.0
    assert "too large resource version" in fault.message


# --- exceptions that a test machine cannot bring about -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exc", "kind"),
    [
        (aiohttp.ConnectionTimeoutError(), FaultKind.UNREACHABLE),
        (OSError(113, "No route to host"), FaultKind.UNREACHABLE),
        (OSError(24, "Too many open files"), FaultKind.INTERNAL),
        (ConnectionResetError(), FaultKind.CLOSED),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), FaultKind.CLOSED),
        (aiohttp.InvalidURL("::"), FaultKind.CONFIGURATION),
        (RuntimeError(TOKEN), FaultKind.INTERNAL),
    ],
)
def test_other_exceptions(exc: BaseException, kind: FaultKind) -> None:
    fault = errors.of_exception(exc, "https://10.0.0.1:6443", 5.0)
    assert fault.kind is kind
    assert TOKEN not in fault.message


def test_an_address_is_shown_without_the_password_in_it() -> None:
    assert errors.origin("https://admin:hunter2@[2001:db8::1]:6443/k8s/clusters/c-1") == "https://[2001:db8::1]:6443"
