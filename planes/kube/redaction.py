"""What another program wrote, fit to be shown: in one line, of bounded length, without control characters and without secrets.

Only what is a secret goes: addresses, paths, names and ids are what explains a failure.
"""

import base64
import json
import re
from itertools import pairwise
from urllib.parse import quote

#: Characters of a program's own words that are shown: the beginning tells what failed, the end mostly why.
HEAD, TAIL = 160, 240
#: A value of fewer characters ("eu", "1") is part of many words.
SHORT = 4

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\\\)|.)")
_PEM = re.compile(r"-----BEGIN [A-Z ]*-----.*?(?:-----END [A-Z ]*-----|$)", re.DOTALL)
#: Token formats that are told by how they look.
_KNOWN = re.compile(
    r"\beyJ[\w-]{5,}(?:\.[\w-]*){0,4}"  # a JSON web token
    r"|\bk8s-aws-v1\.[\w-]+"  # Amazon EKS
    r"|\bya29\.[\w.-]+|\b1//[\w-]{20,}"  # Google
    r"|\bgh[a-z]_\w{20,}|\bgithub_pat_\w+|\bglpat-[\w-]+|\bhvs\.[\w-]+|\bdop_v1_\w+|\bxox[a-z]-[\w-]+"
)
#: A secret that is named as one; a word that only follows such a name ("token: expired") is none.
_NAME = r"[\w-]*(?:token|secret|passw(?:or)?d|passcode|api[_-]?key|access[_-]?key|credential)s?"
_NAMED = re.compile(
    rf"(?i)(\b{_NAME}=[\"']?|[\"']{_NAME}[\"'] *: *[\"'])([^\s\"',;&)]{{4,}})"
    r"|(\bpassw(?:or)?d *: *)((?=\S*\d)\S{4,})"
    r"|(\b(?:bearer|basic) +)((?=\S*[\d=])[^\s\"',;&)]{6,}|[^\s\"',;&)]{20,})"
)
_IN_URL = re.compile(r"(?<=://)[^/\s@]+@")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WORDS = re.compile(r"(?:[A-Z]?[a-z]+)(?:[A-Z][a-z]+)+")
_RUN = re.compile(r"[A-Za-z0-9+/_=~-]{20,}")


def in_a_line(text: str, longest: int = HEAD + TAIL) -> str:
    """`text` without escapes and control characters, its white space collapsed; the middle goes where it is too long."""
    text = " ".join("".join(one if one.isprintable() else " " for one in _ESCAPES.sub("", text)).split())
    if len(text) <= longest:
        return text
    head = longest * HEAD // (HEAD + TAIL)
    return f"{text[:head].rstrip()} … {text[head - longest :].lstrip()}"


def last_words(text: str, secrets: list[str]) -> str:
    """What a program wrote before it failed, to follow a sentence: ": its words." or "." if there are none. `secrets` are values
    that are known to be such."""
    return f": {said.rstrip('.')}." if (said := in_a_line(without_secrets(text, secrets))) else "."


def without_secrets(text: str, secrets: list[str]) -> str:
    """`text` with what is a secret, or looks like one, taken out."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = _without(text, secret)
    text = _KNOWN.sub("…", _PEM.sub("…", _IN_URL.sub("…@", text)))
    text = _NAMED.sub(lambda named: f"{named[1] or named[3] or named[5]}…", text)
    return _RUN.sub(lambda run: "…" if _is_random(run[0]) else run[0], text)


def _without(text: str, secret: str) -> str:
    """`text` without a value, as it stands or as bytes of it are mostly written: a short one only where it is a word of its own."""
    secret = secret.strip()
    if len(secret) < SHORT:
        return re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "…", text) if secret else text
    coded = base64.b64encode(secret.encode()).decode().rstrip("=")
    # The ends of base64 depend on what stands beside it in what was coded; nothing does here.
    for form in (secret, quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1], coded):
        text = text.replace(form, "…")
    # Over several lines (a key), and each of its own lines.
    for line in secret.splitlines() if "\n" in secret else ():
        text = text.replace(line, "…") if len(line) >= SHORT else text
    return text


def _is_random(run: str) -> bool:
    """Whether a run of letters and digits is drawn at random: a long piece without a break that is no words, or letters of both
    cases and digits that take turns as they do in base64 (there 62 % of neighbours differ, in paths and names less than 30 %)."""
    if _UUID.fullmatch(run):
        return False
    longest = max(re.split(r"[/_~=+-]", run), key=len)
    if len(longest) >= 32 or (len(longest) >= 20 and run.endswith("=")):
        return not _WORDS.fullmatch(longest)
    kinds = ["A" if one.isupper() else "a" if one.islower() else "0" for one in run if one.isalnum()]
    turns = sum(one != other for one, other in pairwise(kinds))
    return len(kinds) >= 20 and turns >= 0.4 * (len(kinds) - 1)
