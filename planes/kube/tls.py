"""What the TLS layer knows and HTTP does not: the serving certificate, and whether a handshake is under way.

Python lets an `SSLContext` name the class of its TLS objects. Ours notes when a handshake begins and ends and keeps the peer's
certificate, so nothing has to be asked twice and no connection is opened only to look at it. What happens to a connection is noted
for the question that opened it (`ASKING`) and for no other: of another connection's end nothing follows for ours.
"""

import ssl
from contextvars import ContextVar
from dataclasses import dataclass

from planes.structs.certificates import Certificate, of_der


@dataclass
class Handshake:
    """Of the connections that one question opened: was the newest one's handshake begun, is it done, and what did the peer say
    instead of going on (asyncio drops it)."""

    begun: bool = False
    done: bool = False
    connecting: bool = False  # a connection was begun, and cannot be used yet
    alert: ssl.SSLError | None = None
    apart: bool = False  # with one API server by itself: its certificate is not the one that all others are shown
    certificate: bytes = b""  # what the peer showed, in DER

    @property
    def hangs(self) -> bool:
        """TCP is connected, TLS is not."""
        return self.begun and not self.done


#: The question under way. A transport's callbacks run in the context in which it was made, and so find who asked.
ASKING: ContextVar[Handshake | None] = ContextVar("ASKING", default=None)


@dataclass
class Serving:
    """The peer's newest certificate, in DER."""

    certificate: bytes = b""
    _read: bytes = b""
    _told: Certificate | None = None

    def told(self) -> Certificate | None:
        """What the serving certificate says; None before the first handshake, and where it cannot be read."""
        if self.certificate != self._read:
            self._read = self.certificate
            self._told = of_der(self.certificate)
        return self._told


def observe(context: ssl.SSLContext, proxy: str = "") -> Serving:
    """Make `context` note its handshakes, but for those with a proxy of this host: they tell nothing of the API server."""
    serving = Serving()

    class Observed(ssl.SSLObject):
        _notes: Handshake | None = None

        def do_handshake(self) -> None:
            if proxy and self.server_hostname == proxy:
                super().do_handshake()
                return
            if self._notes is None:
                self._notes = ASKING.get() or Handshake()
                self._notes.begun, self._notes.done = True, False
            super().do_handshake()
            self._notes.done = True
            self._notes.certificate = self.getpeercert(binary_form=True) or b""
            if not self._notes.apart:
                serving.certificate = self._notes.certificate

        def read(self, len: int = 1024, buffer: bytearray | None = None) -> bytes:  # type: ignore[override] # as in the standard library
            try:
                return super().read(len, buffer)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLZeroReturnError, ssl.SSLEOFError):
                raise  # it waits, or was closed: no alert
            except ssl.SSLError as exc:
                # With TLS 1.3 a client certificate is refused only after the handshake, in the first read.
                if self._notes is not None:
                    self._notes.alert = exc
                raise

    context.sslobject_class = Observed
    return serving


def as_kubectl(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same, and chains are verified as Go does it. Python 3.13 began to ask for what RFC 5280 demands and many a private CA
    leaves out, the Authority Key Identifier for one (VERIFY_X509_STRICT): kubectl would sign in, and we would not."""
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
