"""What the TLS layer knows and HTTP does not: the serving certificate, and whether a handshake is under way.

Python lets an `SSLContext` name the class of its TLS objects. Ours notes when a handshake begins and ends and keeps the peer's
certificate, so nothing has to be asked twice and no connection is opened only to look at it.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509


@dataclass
class Handshakes:
    """`began` and `done` are monotonic seconds of the newest handshake; `certificate` is the peer's, in DER."""

    began: float = float("-inf")
    done: float = float("-inf")
    certificate: bytes = b""
    alert: ssl.SSLError | None = None  # what the peer said instead of going on, and when: asyncio drops it
    alerted: float = float("-inf")
    _read: bytes = b""
    _not_after: float | None = None

    def hangs_since(self, start: float) -> bool:
        """A handshake was begun after `start` and none has been completed since: TCP is connected, TLS is not."""
        return self.began >= start and self.done < start

    def alert_since(self, start: float) -> ssl.SSLError | None:
        """With TLS 1.3 a client certificate is refused only after the handshake, in the first read."""
        return self.alert if self.alerted >= start else None

    def not_after(self) -> float | None:
        """End of the serving certificate's validity, epoch seconds."""
        if self.certificate != self._read:
            self._read = self.certificate
            self._not_after = certificate_end(self.certificate)
        return self._not_after


def certificate_end(der: bytes) -> float | None:
    try:
        return x509.load_der_x509_certificate(der).not_valid_after_utc.timestamp()
    except ValueError:
        return None


def pem_end(pem: bytes) -> datetime | None:
    """End of the first certificate in a PEM text."""
    try:
        return x509.load_pem_x509_certificate(pem).not_valid_after_utc
    except ValueError:
        return None


def observe(context: ssl.SSLContext, clock: Callable[[], float]) -> Handshakes:
    """Make `context` note its handshakes."""
    seen = Handshakes()

    class Observed(ssl.SSLObject):
        _begun = False

        def do_handshake(self) -> None:
            if not self._begun:
                self._begun = True
                seen.began = clock()
            super().do_handshake()
            seen.done = clock()
            seen.certificate = self.getpeercert(binary_form=True) or b""

        def read(self, len: int = 1024, buffer: bytearray | None = None) -> bytes:  # type: ignore[override] # as in the standard library
            try:
                return super().read(len, buffer)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as exc:
                seen.alert, seen.alerted = exc, clock()
                raise

    context.sslobject_class = Observed
    return seen
