"""Acting as another (`as`, `as-uid`, `as-groups`, `as-user-extra` of a kubeconfig), over real HTTPS."""

import asyncio
from typing import Any

import msgspec
import pytest

from planes.kube.connect import Target
from planes.kube.errors import FaultError
from planes.kube.source import ClusterSource
from planes.structs.events import FaultKind, Health
from tests.kube.conftest import Events, Kubeconfig
from tests.replay import Authority, Recording, Reply, Request, Server, reply, serve, server_context, status, stream

ACTING = {
    "token": "t",
    "as": "system:serviceaccount:monitoring:planewatch",
    "as-uid": "7",
    "as-groups": ["viewers", "système"],
    "as-user-extra": {"Acme.com/Größe%": ["a", "b"], "scopes": ["view"], "none": []},
}


async def test_each_request_acts_as_another_lists_posts_and_watches_too(kubeconfig: Kubeconfig) -> None:
    seen: list[tuple[str, list[tuple[str, str]]]] = []

    class Noting(Server):
        """Keeps headers that come several times."""

        async def _connected(self, reader: Any, writer: Any) -> None:
            class Reader:
                async def readuntil(self, end: bytes) -> bytes:
                    head: bytes = await reader.readuntil(end)
                    lines = head.decode().split("\r\n")
                    pairs = [(name, text.strip()) for name, _, text in (line.partition(":") for line in lines[1:] if line)]
                    seen.append((lines[0].split(" ")[1], [pair for pair in pairs if pair[0].startswith("Impersonate-")]))
                    return head

                def __getattr__(self, name: str) -> Any:
                    return getattr(reader, name)

            await super()._connected(Reader(), writer)  # type: ignore[arg-type] # it reads the same

    async def script(request: Request) -> Reply:
        return stream({"type": "BOOKMARK"}) if request.watch else reply({})

    server = Noting(script, Authority())
    await server.start(server_context(*server.authority.issue("127.0.0.1")))
    kubeconfig.to(server)
    kubeconfig.user = ACTING
    link = await kubeconfig.link()
    await link.get("/api/v1/nodes", limit=5)
    await link.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", _Empty(), limit=5)
    async with link.stream("/api/v1/nodes?watch=1", opening=5, quiet=5) as chunks:
        assert [chunk async for chunk in chunks]
    await link.close()
    await server.stop()
    assert len(seen) == 3
    for path, headers in seen:
        assert headers == [
            ("Impersonate-User", "system:serviceaccount:monitoring:planewatch"),
            ("Impersonate-Uid", "7"),
            ("Impersonate-Group", "viewers"),
            ("Impersonate-Group", "système"),
            ("Impersonate-Extra-acme.com%2Fgr%C3%B6%C3%9Fe%25", "a"),
            ("Impersonate-Extra-acme.com%2Fgr%C3%B6%C3%9Fe%25", "b"),
            ("Impersonate-Extra-scopes", "view"),
        ], path


class _Empty(msgspec.Struct):
    kind: str = "SelfSubjectReview"


async def test_a_whole_source_asks_nothing_as_itself(kubeconfig: Kubeconfig, events: Events) -> None:
    async with serve(Recording("healthy")) as server:
        kubeconfig.to(server)
        kubeconfig.user = ACTING
        task = asyncio.create_task(ClusterSource(Target(str(kubeconfig.write()))).run(events))
        await events.until(lambda all_: all_.of(Health) and server.asked("/api/v1/nodes", watch=True))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert {one.headers.get("impersonate-user") for one in server.requests} == {ACTING["as"]}


@pytest.mark.parametrize("part", [{"as-groups": ["g"]}, {"as-uid": "7"}, {"as-user-extra": {"a": ["b"]}}])
async def test_groups_without_a_user_are_refused(kubeconfig: Kubeconfig, part: dict[str, Any]) -> None:
    kubeconfig.user |= part
    assert "but as no user" in (await kubeconfig.refusal()).fault.message


async def test_a_line_break_in_a_header_is_refused(kubeconfig: Kubeconfig) -> None:
    kubeconfig.user["as"] = "jane\r\nAuthorization: x"
    assert "line break" in (await kubeconfig.refusal()).fault.message


@pytest.mark.parametrize(
    ("message", "said", "remedy"),
    [
        (
            'users "jane" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
            'User "bob" may not act as the user "jane", as the kubeconfig asks.',
            'Bind a ClusterRole to "bob" with the rule apiGroups [""], resources ["users"], verbs ["impersonate"]',
        ),
        (
            'serviceaccounts "sa" is forbidden: User "bob" cannot impersonate resource "serviceaccounts" in API group "" in the '
            'namespace "x"',
            'User "bob" may not act as the service account "sa", as the kubeconfig asks.',
            'resources ["serviceaccounts"]',
        ),
        (
            'userextras.authentication.k8s.io "view" is forbidden: User "bob" cannot impersonate resource "userextras/scopes" in '
            'API group "authentication.k8s.io" at the cluster scope',
            'User "bob" may not act as one with the extra field "view", as the kubeconfig asks.',
            'apiGroups ["authentication.k8s.io"], resources ["userextras/scopes"]',
        ),
    ],
)
async def test_a_user_who_may_not_act_as_another_lacks_that_and_no_right_to_read(
    kubeconfig: Kubeconfig, message: str, said: str, remedy: str
) -> None:
    async def refuse(_request: Request) -> Reply:
        return status(403, "Forbidden", message)

    async with serve(refuse) as server:
        kubeconfig.to(server)
        kubeconfig.user = ACTING
        link = await kubeconfig.link()
        with pytest.raises(FaultError) as caught:
            await link.ask("/api/v1/nodes", limit=5)
        await link.close()
    assert caught.value.fault.kind is FaultKind.UNAUTHENTICATED
    assert caught.value.fault.message == said
    assert remedy in caught.value.fault.remedy
    assert len(server.requests) == 1
