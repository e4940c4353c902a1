"""What of another program's words is shown: everything but secrets."""

import base64
import random

import pytest

from planes.kube.redaction import in_a_line, last_words, without_secrets

RANDOM = random.Random(11)
JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJqYW5lIiwiZXhwIjoxfQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        'Unable to locate credentials. You can configure credentials by running "aws configure".',
        "An error (UnrecognizedClientException) occurred: arn:aws:sts::123456789012:assumed-role/MyRole/i-0abcd1234ef",
        "AADSTS700082: the refresh token has expired due to inactivity; trace id 123e4567-e89b-12d3-a456-426614174000",
        "failed to get token: exit status 1",
        "token: expired yesterday, invalid token: AADSTS70043",
        "the bearer authentication failed; Bearer token is missing",
        "error: open /home/Jane/.config/gcloud/application_default_credentials.json: no such file or directory",
        "error: open /usr/local/Caskroom/google-cloud-sdk/latest/google-cloud-sdk/bin/gcloud: permission denied",
        'Get "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71/.well-known/openid-configuration": EOF',
        "InvalidAuthenticationTokenTenantMismatch",
        "dial tcp: lookup login.microsoftonline.com on 127.0.0.53:53: server misbehaving",
        "print credential failed with error: could not find default credentials. See https://cloud.google.com/docs/authentication/external/set-up-adc",
        "sso-session production-eu-central-administrators is not configured in /home/me/.aws/config",
        "unknown flag --exec-interactive-mode-if-available=",
        "password: incorrect, try again",
    ],
)
def test_what_explains_a_failure_stays(text: str) -> None:
    assert without_secrets(text, []) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"got {JWT}, which is expired", "got …, which is expired"),
        ("Authorization: Bearer abc123.def was refused", "Authorization: Bearer … was refused"),
        ("authorization: Basic bWU6cHc=", "authorization: Basic …"),
        ("k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1h refused", "… refused"),
        ("ya29.a0AfB_byC-x refused", "… refused"),
        ("ghp_0123456789abcdefghijABCDEFGHIJ012345", "…"),
        ("https://me:hunter2@idp.example/token refused", "https://…@idp.example/token refused"),
        ("access_token=short&state=1", "access_token=…&state=1"),
        ('{"refresh_token": "short", "error": "invalid_grant"}', '{"refresh_token": "…", "error": "invalid_grant"}'),
        ("password: hunter2", "password: …"),
        ("AWS_SECRET_ACCESS_KEY=abcd1234", "AWS_SECRET_ACCESS_KEY=…"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nfailed", "…\nfailed"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "…"),
    ],
)
def test_a_secret_goes(text: str, shown: str) -> None:
    assert without_secrets(text, []) == shown


def test_what_is_drawn_at_random_goes_however_it_is_written() -> None:
    for size in (24, 32, 48, 64):
        for _ in range(50):
            drawn = RANDOM.randbytes(size)
            for written in (base64.b64encode(drawn), base64.urlsafe_b64encode(drawn).rstrip(b"="), drawn.hex().encode()):
                shown = without_secrets(f"refused {written.decode()} here", [])
                assert shown == "refused … here"


def test_a_known_secret_goes_even_if_it_is_a_word() -> None:
    assert without_secrets("swordfish is not swordfishes", ["swordfish"]) == "… is not …es"


def test_words_are_one_line_without_escapes_and_end_as_a_sentence() -> None:
    assert last_words("\x1b[1;31merror:\x1b[0m\r\n\tno\x07 session.\n\n", []) == ": error: no session."
    assert last_words("\x1b]0;title\x07\n \n", []) == "."


def test_long_words_keep_their_beginning_and_their_end() -> None:
    shown = in_a_line("begin " + "x y " * 500 + "end")
    assert shown.startswith("begin x y")
    assert shown.endswith("x y end")
    assert " … " in shown
    assert len(shown) <= 403
