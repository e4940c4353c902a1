"""Through which proxy a cluster is asked: the kubeconfig's, else the environment's as Go reads it."""

import pytest

from planes.kube import proxies
from planes.kube.errors import FaultError
from planes.structs.events import FaultKind

HTTPS = "https://k8s.example:6443"


@pytest.mark.parametrize(
    ("environ", "server", "url"),
    [
        ({}, HTTPS, None),
        ({"HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:2"}, HTTPS, "http://a:1"),
        ({"https_proxy": "http://b:2"}, HTTPS, "http://b:2"),
        ({"HTTPS_PROXY": "", "https_proxy": "http://b:2"}, HTTPS, "http://b:2"),
        ({"HTTP_PROXY": "http://a:1"}, HTTPS, None),
        ({"HTTP_PROXY": "http://a:1"}, "http://k8s.example:8080", "http://a:1"),
        ({"HTTPS_PROXY": "http://a:1"}, "http://k8s.example:8080", None),
        ({"ALL_PROXY": "http://a:1", "all_proxy": "http://a:1"}, HTTPS, None),
        ({"HTTPS_PROXY": "proxy.example:3128"}, HTTPS, "http://proxy.example:3128"),
        ({"HTTPS_PROXY": "proxy.example"}, HTTPS, "http://proxy.example"),
        ({"HTTPS_PROXY": "socks5://a:1"}, HTTPS, "socks5://a:1"),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": "k8s.example"}, HTTPS, None),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": "", "no_proxy": "k8s.example"}, HTTPS, None),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": "x", "no_proxy": "k8s.example"}, HTTPS, "http://a:1"),
        ({"HTTPS_PROXY": "http://a:1"}, "https://127.0.0.1:6443", None),
        ({"HTTPS_PROXY": "http://a:1"}, "https://localhost:6443", None),
        ({"HTTPS_PROXY": "http://a:1"}, "https://[::1]:6443", None),
    ],
)
def test_the_environments_proxy(environ: dict[str, str], server: str, url: str | None) -> None:
    found = proxies.of_cluster("", server, environ)
    assert (found.url if found else None) == url


@pytest.mark.parametrize(
    ("host", "port", "no_proxy", "excepted"),
    [
        ("foo.com", 443, "foo.com", True),
        ("bar.foo.com", 443, "foo.com", True),
        ("barfoo.com", 443, "foo.com", False),
        ("foo.com", 443, ".foo.com", False),
        ("bar.foo.com", 443, ".foo.com", True),
        ("foo.com", 443, "*.foo.com", False),
        ("bar.foo.com", 443, "*.foo.com", True),
        ("bar.foo.com", 443, "*foo.com", False),
        ("FOO.com", 443, "Foo.COM", True),
        ("foo.com", 443, " other , foo.com ", True),
        ("foo.com", 443, "*", True),
        ("10.1.2.3", 443, "*", True),
        ("foo.com", 6443, "foo.com:6443", True),
        ("foo.com", 443, "foo.com:6443", False),
        ("bar.foo.com", 6443, ".foo.com:6443", True),
        ("foo.com", 443, "foo.com:", True),
        ("foo.com", 443, ":443", False),
        ("foo.com", 443, "", False),
        ("foo.com", 443, ",,", False),
        ("10.1.2.3", 443, "10.1.2.3", True),
        ("10.1.2.3", 443, "10.1.2.30", False),
        ("10.1.2.3", 443, "10.1.2.3:443", True),
        ("10.1.2.3", 6443, "10.1.2.3:443", False),
        ("10.1.2.3", 443, "10.0.0.0/8", True),
        ("10.1.2.3", 443, "10.1.2.3/16", True),
        ("11.1.2.3", 443, "10.0.0.0/8", False),
        ("10.1.2.3", 443, "10.", False),
        ("10.1.2.3", 443, "10.*", False),
        ("10.1.2.3", 443, "10.0.0.0/255.0.0.0", False),
        ("10.1.2.3", 443, "10.0.0.0/33", False),
        ("k8s.10", 443, "10.0.0.0/8", False),
        ("fd00::1", 443, "fd00::/8", True),
        ("fd00::1", 443, "10.0.0.0/8", False),
        ("fd00::1", 443, "FD00:0:0::1", True),
        ("fd00::1", 6443, "[fd00::1]:6443", True),
        ("fd00::1", 443, "[fd00::1]:6443", False),
        ("::ffff:10.1.2.3", 443, "10.0.0.0/8", True),
        ("10.1.2.3", 443, "::ffff:10.1.0.0/112", True),
        ("11.1.2.3", 443, "::ffff:10.1.0.0/112", False),
        ("127.8.9.10", 443, "", True),
        ("bücher.example", 443, "xn--bcher-kva.example", True),
        ("xn--bcher-kva.example", 443, "bücher.example", True),
    ],
)
def test_no_proxy_as_go_reads_it(host: str, port: int, no_proxy: str, excepted: bool) -> None:
    """The cases of golang.org/x/net/http/httpproxy and those of its documentation."""
    url = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    found = proxies.of_cluster("", url, {"HTTPS_PROXY": "http://a:1", "NO_PROXY": no_proxy})
    assert (found is None) is excepted


def test_a_server_without_a_port_has_that_of_its_scheme() -> None:
    assert proxies.of_cluster("", "https://foo.com", {"HTTPS_PROXY": "http://a:1", "NO_PROXY": "foo.com:443"}) is None


def test_the_kubeconfigs_proxy_counts_before_the_environment_and_whatever_no_proxy_says() -> None:
    found = proxies.of_cluster("http://a:1", "https://127.0.0.1", {"HTTPS_PROXY": "http://b:2", "NO_PROXY": "*"})
    assert found is not None
    assert found.url == "http://a:1"


@pytest.mark.parametrize(
    "url",
    ["ftp://a:1", " http://a:1", "socks4://a:1", "socks5h://a:1", "localhost:3128", "http://", "http://a:port", "http://[::1"],
)
def test_a_proxy_of_another_kind_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(FaultError) as caught:
        proxies.of_cluster(url, HTTPS, {})
    assert caught.value.fault.kind is FaultKind.CONFIGURATION
    assert caught.value.fault.message == "The kubeconfig's proxy-url is not the URL of a proxy that can be used."
    assert "socks5://" in caught.value.fault.remedy


def test_a_proxy_of_the_environment_that_cannot_be_used_names_its_variable() -> None:
    with pytest.raises(FaultError) as caught:
        proxies.of_cluster("", HTTPS, {"https_proxy": "ftp://me:pw@a:1"})
    assert caught.value.fault.message == "The https_proxy of Planewatch's environment is not the URL of a proxy that can be used."
