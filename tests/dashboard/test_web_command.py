"""What the web server is told, however it is started. As one types it: tests/faults/test_web_command.py."""

from dashboard.serving import config
from planes.up import limits


def test_no_limit_is_left_to_a_command_line() -> None:
    given = config(("10.0.0.7",))
    assert given.limit_concurrency == limits.connections()
    assert given.ws_max_size == 65_536
    assert given.ws_per_message_deflate is False
    assert given.forwarded_allow_ips == ["10.0.0.7"]
    assert given.proxy_headers is True
    assert config(()).proxy_headers is False
