"""A cluster's address with what is needed to be let in, as a person pastes it: made into a kubeconfig that holds nothing else.

A token or a client certificate alone: neither a command to run nor a path on this machine can be pasted, for whoever may add a
cluster in a browser is not thereby allowed to run programs here or to read its files.
"""

import base64
import ssl
from urllib.parse import urlsplit

import msgspec

#: Bytes; a chain of certificates is far below.
LONGEST = 64 * 1024
#: The only context of a kubeconfig that is made here, and whatever it names.
CONTEXT = "pasted"


class WrongError(Exception):
    """What was pasted is of no use; the sentence says what to do, and tells nothing of what was pasted."""


class Pasted(msgspec.Struct, frozen=True):
    """`ca`, `certificate` and `key` are PEM; `ca` empty: the certificate authorities that this machine trusts."""

    server: str
    ca: str = ""
    token: str = ""
    certificate: str = ""
    key: str = ""

    def __repr__(self) -> str:
        return "Pasted(…)"


def kubeconfig(pasted: Pasted) -> bytes:
    """As JSON, which is YAML. Raises WrongError."""
    server = pasted.server.strip()
    cluster: dict[str, str] = {"server": _address(server)}
    if pasted.ca.strip():
        cluster["certificate-authority-data"] = _encoded(_pem(pasted.ca, "CERTIFICATE", "The certificate authority"))
    context = {"cluster": CONTEXT, "user": CONTEXT}
    made = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": CONTEXT, "cluster": cluster}],
        "users": [{"name": CONTEXT, "user": _user(pasted)}],
        "contexts": [{"name": CONTEXT, "context": context}],
        "current-context": CONTEXT,
    }
    return msgspec.json.encode(made)


def _address(server: str) -> str:
    try:
        told = urlsplit(server)
        port = told.port
    except ValueError:
        raise WrongError("The address of the API server cannot be read. Write https://host:6443.") from None
    if told.scheme != "https" or not told.hostname or len(server) > 2_000:
        raise WrongError("The address of the API server begins with https://, such as https://host:6443.")
    if told.username or told.password or told.query or told.fragment or port == 0:
        raise WrongError("The address of the API server holds no name, password or question. Write https://host:6443.")
    return server


def _user(pasted: Pasted) -> dict[str, str]:
    token = "".join(pasted.token.split())
    if token and (pasted.certificate.strip() or pasted.key.strip()):
        raise WrongError("Paste a token or a client certificate with its key, not both.")
    if token:
        if len(token) > LONGEST or not token.isascii() or not token.isprintable():
            raise WrongError("This is no token: it has characters that no header may hold.")
        return {"token": token}
    if not pasted.certificate.strip() or not pasted.key.strip():
        raise WrongError("Paste a token, or a client certificate and its key.")
    certificate = _pem(pasted.certificate, "CERTIFICATE", "The client certificate")
    key = _pem(pasted.key, "KEY", "The key")
    return {"client-certificate-data": _encoded(certificate), "client-key-data": _encoded(key)}


def _pem(text: str, kind: str, what: str) -> str:
    """The text itself, if it is PEM of that kind."""
    text = text.strip()
    if len(text) > LONGEST or "-----BEGIN " not in text or f"{kind}-----" not in text:
        raise WrongError(f"{what} is not PEM: it begins with -----BEGIN … {kind}-----.")
    if kind == "CERTIFICATE":
        try:
            ssl.create_default_context(cadata=text)
        except (ssl.SSLError, ValueError):
            raise WrongError(
                f"{what} holds no certificate that can be read. Paste it whole, with its first and last line."
            ) from None
    return f"{text}\n"


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
