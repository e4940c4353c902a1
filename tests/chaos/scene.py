"""A demo cluster that is watched through a proxy, in virtual time, and what can be done to the way between them."""

import asyncio
import base64
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Self
from unittest import mock

import aiohttp.connector
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from planes.demo.access import PLANEWATCH
from planes.demo.certificates import Authority, new_token
from tests.bench.jumping import JumpingLoop
from tests.bench.truth import Scene
from tests.chaos.proxy import Proxy

#: By this name the kubeconfig calls the API server; it can be lost.
NAME = "localhost"
_V4 = tuple[Literal[socket.AddressFamily.AF_INET], socket.SocketKind, int, str, tuple[str, int]]
_V6 = tuple[Literal[socket.AddressFamily.AF_INET6], socket.SocketKind, int, str, tuple[str, int, int, int] | tuple[int, bytes]]


class WayLoop(JumpingLoop):
    """A jumping loop that knows one name, as long as it does, and whose machine can be suspended."""

    resolves = True

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> list[_V4 | _V6]:
        if host == NAME and not self.resolves:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        where = "127.0.0.1" if host == NAME else str(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (where, int(port or 0)))]

    def suspend(self, seconds: float) -> None:
        """So long nothing runs here."""
        self._jump(seconds)


class Chaos(Scene):
    """A scene whose source asks through a proxy."""

    proxy: Proxy

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, WayLoop)
        self.loop = loop
        # aiohttp remembers names for 10 s by the machine's own clock.
        self._clock = mock.patch.object(aiohttp.connector, "monotonic", loop.time)
        self._clock.start()
        return await super().__aenter__()

    async def begin(self) -> Path:
        """Start the server and the proxy before it."""
        await super().begin()
        self.proxy = Proxy(self.demo.listener.port, self.demo.authority)
        await self.proxy.start()
        text = self.demo.kubeconfig.read_text()
        self._text = text.replace(f"127.0.0.1:{self.demo.listener.port}", f"{NAME}:{self.proxy.port}")
        self.kubeconfig = self.demo.options.directory / "through-the-proxy"
        self.kubeconfig.write_text(self._text)
        return self.kubeconfig

    async def __aexit__(self, *args: object) -> None:
        await self.proxy.stop()
        await super().__aexit__(*args)
        self._clock.stop()

    # --- credentials ----------------------------------------------------------------------------------------------------------

    def rewrite_kubeconfig(self, more: str = "") -> None:
        """Write it again, with `more` at its end."""
        self.kubeconfig.write_text(self._text + more)

    def spoil_kubeconfig(self, how: str) -> None:
        """It is "half-written", "empty", "gone" or "of another context" until it is written again."""
        if how == "gone":
            self.kubeconfig.unlink()
            return
        spoilt = {
            "half-written": self._text[: len(self._text) // 2],
            "empty": "",
            "of another context": self._text.replace("demo", "it"),
        }
        self.kubeconfig.write_text(spoilt[how])

    def refuse_token(self) -> None:
        """The API server does not know the kubeconfig's token any more."""
        tokens = self.demo.app.tokens
        del tokens[self.demo.token]

    def give_token(self) -> None:
        """A new one, which stands in the kubeconfig."""
        token = new_token()
        self.demo.app.tokens[token] = PLANEWATCH
        self._text = self._text.replace(self.demo.token, token)
        self.demo.token = token
        self.rewrite_kubeconfig()

    def give_certificate(self, authority: Authority) -> None:
        """A client certificate in the kubeconfig, signed by this authority."""
        certificate, key = _client_certificate(authority)
        kept = [line for line in self._text.splitlines() if "client-" not in line]
        kept += [f"    client-certificate-data: {_data(certificate)}", f"    client-key-data: {_data(key)}"]
        self._text = "\n".join(kept) + "\n"
        self.rewrite_kubeconfig()


def _data(pem: bytes) -> str:
    return base64.b64encode(pem).decode()


def _client_certificate(authority: Authority) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "planewatch")]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.public_bytes(serialization.Encoding.PEM), secret
