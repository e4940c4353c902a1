"""What is read of a certificate, and that what is none of them harms nothing."""

import base64
import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from planes.structs import certificates
from planes.structs.certificates import LONGEST, MOST, Bundle, Certificate

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


def made(
    name: str | None = "one", days: int = 365, names: Sequence[str | x509.GeneralName] = (), subject: x509.Name | None = None
) -> x509.Certificate:
    kind = NameOID.COMMON_NAME if name else NameOID.ORGANIZATION_NAME
    called = x509.Name([x509.NameAttribute(kind, name or "without a common name")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject or called)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ca")]))
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(BEGAN)
        .not_valid_after(BEGAN + timedelta(days=days))
    )
    if names:
        called_too = [x509.DNSName(one) if isinstance(one, str) else one for one in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(called_too), critical=False)
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


def test_addresses_and_urls_are_names_too_and_what_is_none_of_these_is_left_out() -> None:
    told = [x509.IPAddress(ipaddress.ip_address("10.0.0.1")), x509.UniformResourceIdentifier("spiffe://a"), x509.RFC822Name("a@b")]
    read = certificates.first_of_pem(pem(made(names=["localhost", *told])))
    assert read is not None
    assert read.names == ("localhost", "10.0.0.1", "spiffe://a")


@pytest.mark.parametrize(("names", "kept"), [(1, 1), (40, 40), (41, 40)])
def test_so_many_names_are_kept_and_no_more(names: int, kept: int) -> None:
    read = certificates.first_of_pem(pem(made(names=[f"{number}.example" for number in range(names)])))
    assert read is not None
    assert read.names == tuple(f"{number}.example" for number in range(kept))


@pytest.mark.parametrize(("long", "kept"), [(252, 252), (253, 253), (254, 253)])
def test_a_name_is_kept_as_far_as_a_name_of_dns_may_reach(long: int, kept: int) -> None:
    read = certificates.first_of_pem(pem(made(names=["a" * long])))
    assert read is not None
    assert read.names == ("a" * kept,)


def test_a_whole_name_is_kept_as_far() -> None:
    parts = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "a" * 60) for _ in range(5)]
    read = certificates.first_of_pem(pem(made(subject=x509.Name(parts))))
    assert read is not None
    assert read.subject == x509.Name(parts).rfc4514_string()[:253]


def test_what_ends_before_it_begins_is_valid_for_no_time() -> None:
    assert Certificate("a", "ca", 200.0, 100.0, "m").term == 0.0
    assert Certificate("a", "ca", 100.0, 100.5, "m").term == 0.5


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


BROKEN = b"-----BEGIN CERTIFICATE-----\nZGVtbw==\n-----END CERTIFICATE-----\n"


def test_a_part_that_cannot_be_read_hides_no_other() -> None:
    told = certificates.of_pem(BROKEN + pem(made("good")))
    assert ([one.subject for one in told.certificates], told.unread) == (["good"], 1)


def test_a_text_of_beginnings_without_an_end_is_one_pass() -> None:
    assert certificates.of_pem(b"-----BEGIN CERTIFICATE-----" * 70_000) == Bundle(unread=1)
    assert certificates.of_pem(b"-----BEGIN CERTIFICATE-----" + pem(made("good"))).unread == 1


@pytest.mark.parametrize(("parts", "unread"), [(199, 199), (200, 200), (201, 200)])
def test_of_a_bundle_so_many_certificates_are_read_and_no_more(parts: int, unread: int) -> None:
    assert certificates.of_pem(BROKEN * parts) == Bundle(unread=unread)
    assert MOST == 200


def test_a_bundle_is_read_so_far_and_no_further() -> None:
    assert len(certificates.of_pem(pem(*(made(str(one)) for one in range(3))) * 100).certificates) == 3
    good = pem(made("good"))
    fits = b" " * (2 * 1024 * 1024 - len(good.rstrip())) + good
    assert len(certificates.of_pem(fits).certificates) == 1
    assert certificates.of_pem(b" " + fits) == Bundle(unread=1), "its end is not read"
    assert LONGEST == 2 * 1024 * 1024, "etcd takes no object above 1.5 MB"


def test_what_stands_behind_a_text_that_is_too_long_is_not_looked_at() -> None:
    good = pem(made("good"))
    text = base64.b64encode(good + b" " * (-len(good) % 3)).decode()  # whole groups of three bytes, so that more may follow
    assert len(certificates.of_base64(text.ljust(2 * LONGEST, "A") + "no base64").certificates) == 1


def test_a_text_with_anything_else_in_it_is_no_base64() -> None:
    text = base64.b64encode(pem(made("good"))).decode()
    assert len(certificates.of_base64(text).certificates) == 1
    assert certificates.of_base64(f"{text[:40]}!{text[40:]}") == Bundle(unread=1)


def test_what_is_no_certificate_at_all_is_read_as_none() -> None:
    assert certificates.of_der(b"") is None
    assert certificates.first_of_pem(b"x") is None
