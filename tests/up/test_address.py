"""The listening socket: which port it takes and what it says when it cannot."""

import socket

import pytest

from planes.up import address
from planes.up.refusal import Exit, RefusalError


def test_a_port_in_use_is_refused_by_its_number() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(RefusalError, match=rf"Port {port} on 127\.0\.0\.1 is in use .*--port") as refused:
            address.listen("127.0.0.1", port)
    assert refused.value.code is Exit.PLACE


def test_the_next_free_port_is_taken_where_none_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(address, "DEFAULT_PORT", other.getsockname()[1])
        sock, moved = address.listen("127.0.0.1", 0)
        with sock:
            assert moved
            assert sock.getsockname()[1] > other.getsockname()[1]


def test_an_address_that_this_machine_does_not_have_is_refused() -> None:
    with pytest.raises(RefusalError, match=r"192\.0\.2\.1 is not an address of this machine"):
        address.listen("192.0.2.1", 0)


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(RefusalError, match="not an address") as refused:
        address.listen("not an address", 0)
    assert refused.value.code is Exit.USAGE


@pytest.mark.parametrize(("bind", "host", "beyond"), [("127.0.0.1", "127.0.0.1", False), ("0.0.0.0", "localhost", True)])  # noqa: S104 - what is tested
def test_the_address_is_one_that_a_browser_here_can_open(bind: str, host: str, beyond: bool) -> None:
    sock, _ = address.listen(bind, 0)
    with sock:
        assert address.url(sock, bind=bind) == f"http://{host}:{sock.getsockname()[1]}"
        assert address.is_beyond_this_machine(sock) is beyond


def test_hosts_that_are_accepted_include_the_address_that_was_asked_for() -> None:
    assert address.allowed_hosts("10.1.2.3", ["localhost"]) == ["localhost", "10.1.2.3"]
    assert address.allowed_hosts("fd00::1", ["localhost"]) == ["localhost", "[fd00::1]"]
    assert socket.gethostname().lower() in address.allowed_hosts("0.0.0.0", ["localhost"])  # noqa: S104 - what is tested
