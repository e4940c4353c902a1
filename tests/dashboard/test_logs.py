"""Logs: one line a record, and no secret in it."""

import logging

import pytest

from dashboard.logs import Line, redact

SECRET = "sUp3rSecretValue0123456789"
JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6.eyJpc3MiOiJrdWJlcm5ldGVz.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"{{'Authorization': 'Bearer {SECRET}'}}",
        f"authorization: Basic {SECRET}==",
        f"GET /signin/{SECRET}/ HTTP/1.1",
        f"Open http://127.0.0.1:8765/signin/{SECRET}/ to sign in",
        f"postgresql://planes:{SECRET}@db/planes could not be reached",
        f"redis://:{SECRET}@valkey:6379/0",
        f'{{"token": "{SECRET}"}}',
        f"id-token={SECRET}&x=1",
        f"refresh_token: {SECRET}",
        f"password='{SECRET}'",
        f"client-key-data: {SECRET}",
        f"Cookie: planewatch_session={SECRET}; other=1",
        f"csrfmiddlewaretoken={SECRET}",
        f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END RSA PRIVATE KEY-----",
        f"-----BEGIN PRIVATE KEY-----\n{SECRET}",
        f"token is {JWT.replace('c2ln', SECRET)}",
    ],
)
def test_a_secret_is_hidden(text: str) -> None:
    hidden = redact(text)
    assert SECRET not in hidden
    assert "[hidden]" in hidden


@pytest.mark.parametrize(
    "text",
    [
        "The token file /var/run/secrets/kubernetes.io/serviceaccount/token cannot be read.",
        "The API server https://10.0.0.1:6443 refused the token (401).",
        "The password of postgresql://planes@db/planes is wrong.",
        "Sign in at http://127.0.0.1:8765/signin/",
        "2 of 3 tokens: fine",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def record(message: str, *, error: bool = False) -> logging.LogRecord:
    info = None
    if error:
        try:
            raise ValueError(f"bad\ntoken={SECRET}")
        except ValueError as caught:
            info = (ValueError, caught, caught.__traceback__)
    return logging.LogRecord("dashboard.hub", logging.WARNING, __file__, 1, message, None, info)


def test_a_record_is_one_line_with_its_time_in_utc() -> None:
    made = record("first\nsecond\r\nforged 2026-01-01 INFO \x1b[31mred")
    made.created = 1_780_000_000.25
    line = Line("%(asctime)s %(levelname)s %(name)s: %(message)s").format(made)
    assert line == "2026-05-28T20:26:40.250Z WARNING dashboard.hub: first | second | forged 2026-01-01 INFO [31mred"


def test_a_traceback_is_folded_into_the_line_and_holds_no_secret() -> None:
    line = Line("%(message)s").format(record("It broke.", error=True))
    assert "\n" not in line
    assert "Traceback" in line
    assert "ValueError: bad" in line
    assert SECRET not in line
