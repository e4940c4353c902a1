"""What is kept of an X.509 certificate: whose it is, who issued it, and from when until when it is valid. Pure.

A certificate is read once, when it arrives or changes. Neither it nor a key is ever stored: only what stands here.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

#: A bundle of more certificates than these is read so far: all roots of a system are about 150.
MOST = 200
#: No bundle is longer than this, in bytes; etcd takes no object above 1.5 MB.
LONGEST = 2 << 20
#: Names of one certificate that are kept, and characters of each.
_NAMES, _LONG = 40, 253

_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
#: What reading a certificate of strangers may raise (cryptography's documents: a part is parsed when it is asked for).
_MALFORMED = (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


class Certificate(msgspec.Struct, frozen=True):
    """One certificate. `subject` and `issuer` are its common names, or the whole names (RFC 4514) where there are none; `names`
    its subject alternative names. `begins`, `ends`: epoch seconds. `mark` tells it from every other: half of its SHA-256."""

    subject: str
    issuer: str
    begins: float
    ends: float
    mark: str
    names: tuple[str, ...] = ()

    @property
    def term(self) -> float:
        """For how long it is valid by its own dates, in seconds."""
        return max(0.0, self.ends - self.begins)


class Bundle(msgspec.Struct, frozen=True):
    """Certificates that somebody is told to trust, in order of their ends. `unread`: parts that are no certificate."""

    certificates: tuple[Certificate, ...] = ()
    unread: int = 0


class Credentials(msgspec.Struct, frozen=True):
    """What we sign in with, in `words`, and whom we trust: never the credentials themselves. `client` is our certificate; `expires`
    when a token ends that says so, epoch seconds. `renewed`: by whom both are renewed without anybody's doing ("the sign-in
    plugin"); empty: by nobody. `trusted`: the CA that the API server is held to, from `source`; `roots`: to those of this system;
    `verified`: to any."""

    words: str = ""
    client: Certificate | None = None
    expires: float | None = None
    renewed: str = ""
    trusted: Bundle = Bundle()
    source: str = "the kubeconfig"
    roots: bool = False
    verified: bool = True


#: Nothing is known of them.
NOTHING = Credentials()


@lru_cache(maxsize=64)
def of_der(der: bytes) -> Certificate | None:
    """None: it cannot be read. The same one is shown again and again, and read once."""
    try:
        return _of(x509.load_der_x509_certificate(der)) if der else None
    except _MALFORMED:
        return None


def of_pem(pem: bytes) -> Bundle:
    """All certificates of a PEM text, each once."""
    found: dict[str, Certificate] = {}
    unread = 0
    for part in islice(_parts(pem[:LONGEST]), MOST):
        try:
            read = _of(x509.load_pem_x509_certificate(part))
        except _MALFORMED:
            unread += 1
        else:
            found[read.mark] = read
    if not found and not unread and pem.strip():
        unread = 1
    return Bundle(tuple(sorted(found.values(), key=lambda one: (one.ends, one.mark))), unread)


def _parts(pem: bytes) -> Iterator[bytes]:
    """Each certificate of a PEM text. One pass, whatever stands in it: no pattern that could be made to look back."""
    begin = pem.find(_BEGIN)
    while begin >= 0:
        end = pem.find(_END, begin)
        if end < 0:
            return
        yield pem[begin : end + len(_END)]
        begin = pem.find(_BEGIN, end)


def first_of_pem(pem: bytes) -> Certificate | None:
    """The first of a chain: whose the chain is. None: it cannot be read."""
    try:
        return _of(x509.load_pem_x509_certificate(pem))
    except _MALFORMED:
        return None


def of_base64(text: str) -> Bundle:
    """Those of a PEM text as JSON has it (Kubernetes writes bytes as base64)."""
    try:
        return of_pem(base64.b64decode(text[: 2 * LONGEST], validate=True))
    except (binascii.Error, ValueError):
        return Bundle(unread=1)


def _of(read: x509.Certificate) -> Certificate:
    return Certificate(
        subject=_called(read.subject),
        issuer=_called(read.issuer),
        begins=read.not_valid_before_utc.timestamp(),
        ends=read.not_valid_after_utc.timestamp(),
        mark=read.fingerprint(hashes.SHA256()).hex()[:32],
        names=tuple(one[:_LONG] for one in _names(read))[:_NAMES],
    )


def _called(name: x509.Name) -> str:
    common = [str(one.value) for one in name.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return (common[0] if common and common[0] else name.rfc4514_string())[:_LONG]


def _names(read: x509.Certificate) -> Iterable[str]:
    try:
        found = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, *_MALFORMED):
        return ()
    return (str(one.value) for one in found if isinstance(one, x509.DNSName | x509.IPAddress | x509.UniformResourceIdentifier))
