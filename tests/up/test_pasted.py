"""What a person pastes is made into a kubeconfig that holds nothing else."""

import json
from pathlib import Path

import pytest
import yaml

from planes.kube.kubeconfig import read
from planes.up.pasted import LONGEST, Pasted, WrongError, kubeconfig
from tests.replay import Authority

AUTHORITY = Authority()
CA = AUTHORITY.pem.decode()
CERTIFICATE, KEY = (one.decode() for one in AUTHORITY.issue("me", client=True))
SERVER = "https://10.0.0.1:6443"


def test_a_token_with_its_authority_is_a_kubeconfig_of_one_context(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_bytes(kubeconfig(Pasted(f" {SERVER}\n", CA, " abc\n.def ")))
    found = read(str(path))
    assert (list(found.contexts), found.current) == (["pasted"], "pasted")
    assert found.clusters["pasted"].server == SERVER
    assert found.users["pasted"].token == "abc.def"


def test_a_client_certificate_needs_its_key() -> None:
    user = yaml.safe_load(kubeconfig(Pasted(SERVER, "", "", CERTIFICATE, KEY)))["users"][0]["user"]
    assert sorted(user) == ["client-certificate-data", "client-key-data"]
    for certificate, key in ((CERTIFICATE, ""), ("", KEY), ("", "")):
        with pytest.raises(WrongError, match="a client certificate and its key"):
            kubeconfig(Pasted(SERVER, CA, "", certificate, key))
    with pytest.raises(WrongError, match="not both"):
        kubeconfig(Pasted(SERVER, CA, "token", CERTIFICATE, KEY))


@pytest.mark.parametrize(
    "server",
    [
        "", "10.0.0.1:6443", "http://10.0.0.1", "file:///etc/passwd", "https://", "https://u:p@h", "https://h?x=1", "https://h#x",
        "https://h:99999", "https://h:0", "https://[::1", "javascript:alert(1)", "https://" + "h" * 2_000,
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(server: str) -> None:
    with pytest.raises(WrongError, match="address of the API server"):
        kubeconfig(Pasted(server, CA, "token"))


@pytest.mark.parametrize(
    ("pasted", "why"),
    [
        (Pasted(SERVER, "/etc/ca.pem", "token"), "is not PEM"),
        (
            Pasted(SERVER, "-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----", "token"),
            "no certificate that can be read",
        ),
        (Pasted(SERVER, KEY, "token"), "is not PEM"),
        (Pasted(SERVER, CA + "x" * LONGEST, "token"), "is not PEM"),
        (Pasted(SERVER, CA, "tökén"), "is no token"),
        (Pasted(SERVER, CA, "a\x00b"), "is no token"),
        (Pasted(SERVER, CA, "x" * (LONGEST + 1)), "is no token"),
        (Pasted(SERVER, CA, "", CERTIFICATE, CERTIFICATE), "The key is not PEM"),
    ],
)
def test_what_is_of_no_use_is_refused_and_nothing_of_it_is_told(pasted: Pasted, why: str) -> None:
    with pytest.raises(WrongError, match=why) as refused:
        kubeconfig(pasted)
    for secret in (pasted.token, pasted.key):
        assert not secret or secret not in str(refused.value)


def test_neither_a_command_nor_a_path_can_be_pasted() -> None:
    made = json.loads(kubeconfig(Pasted(SERVER, CA, '{"exec": {"command": "/bin/sh"}}'.replace(" ", ""))))
    assert made["users"][0]["user"] == {"token": '{"exec":{"command":"/bin/sh"}}'}
    assert repr(Pasted(SERVER, CA, "secret")) == "Pasted(…)"
