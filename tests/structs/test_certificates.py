"""What is read of a certificate, and that what is none of them harms nothing."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from planes.structs import certificates
from planes.structs.certificates import Bundle

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


def made(name: str | None = "one", days: int = 365, names: tuple[str, ...] = ()) -> x509.Certificate:
    kind = NameOID.COMMON_NAME if name else NameOID.ORGANIZATION_NAME
    called = x509.Name([x509.NameAttribute(kind, name or "without a common name")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ca")]))
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(BEGAN)
        .not_valid_after(BEGAN + timedelta(days=days))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
    return builder.sign(KEY, hashes.SHA256())


def pem(*of: x509.Certificate) -> bytes:
    return b"\n".join(one.public_bytes(serialization.Encoding.PEM) for one in of)


def test_whose_it_is_and_from_when_until_when_is_kept_and_nothing_else() -> None:
    read = certificates.of_der(made("kube-apiserver", names=("kubernetes", "localhost")).public_bytes(serialization.Encoding.DER))
    assert read is not None
    assert (read.subject, read.issuer, read.names) == ("kube-apiserver", "ca", ("kubernetes", "localhost"))
    assert (read.begins, read.ends, read.term) == (BEGAN.timestamp(), BEGAN.timestamp() + 365 * 86_400, 365 * 86_400)
    assert len(read.mark) == 32


def test_one_without_a_common_name_is_called_by_its_whole_name() -> None:
    read = certificates.first_of_pem(pem(made(None)))
    assert read is not None
    assert read.subject == "O=without a common name"


def test_a_bundle_is_in_order_of_its_ends_each_once_whatever_stands_between() -> None:
    late, early = made("late", 400), made("early", 30)
    told = certificates.of_base64(base64.b64encode(b"# ours\n" + pem(late, early, late)).decode())
    assert ([one.subject for one in told.certificates], told.unread) == (["early", "late"], 0)


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("", 0),
        ("ZGVtbw==", 1),  # base64 of what is no certificate
        ("no base64 at all!", 1),
        (base64.b64encode(b"-----BEGIN CERTIFICATE-----\nZGVtbw==\n-----END CERTIFICATE-----\n").decode(), 1),
        (base64.b64encode(b"\xff\x00").decode(), 1),
    ],
)
def test_what_is_no_certificate_is_counted(text: str, unread: int) -> None:
    assert certificates.of_base64(text) == Bundle(unread=unread)


def test_a_part_that_cannot_be_read_hides_no_other() -> None:
    broken = b"-----BEGIN CERTIFICATE-----\nZGVtbw==\n-----END CERTIFICATE-----\n"
    told = certificates.of_pem(broken + pem(made("good")))
    assert ([one.subject for one in told.certificates], told.unread) == (["good"], 1)


def test_a_text_of_beginnings_without_an_end_is_one_pass() -> None:
    assert certificates.of_pem(b"-----BEGIN CERTIFICATE-----" * 70_000) == Bundle(unread=1)
    assert certificates.of_pem(b"-----BEGIN CERTIFICATE-----" + pem(made("good"))).unread == 1


def test_a_bundle_is_read_so_far_and_no_further() -> None:
    assert len(certificates.of_pem(pem(*(made(str(one)) for one in range(3))) * 100).certificates) == 3
    assert certificates.of_der(b"") is None
    assert certificates.first_of_pem(b"x") is None
