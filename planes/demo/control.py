"""The control channel: how `demo list|inject|heal` talk to a running demo, also while its API server refuses connections.

A loopback TCP socket that takes one JSON line and answers with one. DIR/control.json, which only its owner may read, names the port
and holds the secret that a request must carry.
"""

import asyncio
import contextlib
import hmac
import secrets
import socket
from pathlib import Path

import msgspec

from planes.demo.certificates import write_private
from planes.demo.faults import FaultError, Faults, FaultState

HOST = "127.0.0.1"
FILE = "control.json"
TIMEOUT = 5.0  # seconds for one exchange
LONGEST_LINE = 1 << 20


class Address(msgspec.Struct, frozen=True):
    port: int
    secret: str


class Command(msgspec.Struct, frozen=True):
    secret: str
    verb: str  # "list", "inject" or "heal"
    name: str = ""
    node: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """`error` is one sentence for a person; empty when all went well."""

    faults: list[FaultState] = []
    said: str = ""
    error: str = ""


class ControlError(Exception):
    """Nobody answers, or the answer is no. The message is one sentence for a person."""


class Control:
    """The side of the running demo."""

    def __init__(self, faults: Faults, directory: Path) -> None:
        self._faults = faults
        self._file = directory / FILE
        self._secret = secrets.token_urlsafe(32)
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, 0, limit=LONGEST_LINE)
        self.port = self._server.sockets[0].getsockname()[1]
        write_private(self._file, msgspec.json.encode(Address(self.port, self._secret)).decode())

    async def close(self) -> None:
        self._file.unlink(missing_ok=True)
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(TimeoutError, OSError, ValueError):
            line = await asyncio.wait_for(reader.readline(), TIMEOUT)
            writer.write(msgspec.json.encode(self._answer(line)) + b"\n")
            await asyncio.wait_for(writer.drain(), TIMEOUT)
        writer.close()

    def _answer(self, line: bytes) -> Outcome:
        try:
            command = msgspec.json.decode(line, type=Command)
        except msgspec.DecodeError:
            return Outcome(error="The request could not be read.")
        if not hmac.compare_digest(command.secret, self._secret):
            return Outcome(error="The request does not carry this demo's secret.")
        try:
            if command.verb == "inject":
                return Outcome(said=self._faults.inject(command.name, command.node))
            if command.verb == "heal":
                return Outcome(said=self._faults.heal(command.name, command.node))
            return Outcome(faults=self._faults.states())
        except FaultError as error:
            return Outcome(error=str(error))


def ask(directory: Path, verb: str, name: str = "", node: str = "") -> Outcome:
    """Send one command to the demo that runs in `directory`. Raises ControlError."""
    nobody = f"No demo cluster runs in {directory}; start one with: manage.py demo serve --dir {directory}"
    try:
        address = msgspec.json.decode((directory / FILE).read_bytes(), type=Address)
    except FileNotFoundError:
        raise ControlError(nobody) from None
    except OSError as error:
        raise ControlError(f"{directory / FILE} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    except msgspec.DecodeError:
        raise ControlError(f"{directory / FILE} is damaged; start the demo anew.") from None
    try:
        with socket.create_connection((HOST, address.port), timeout=TIMEOUT) as connection:
            connection.settimeout(TIMEOUT)
            connection.sendall(msgspec.json.encode(Command(address.secret, verb, name, node)) + b"\n")
            with connection.makefile("rb") as answer:
                line = answer.readline(LONGEST_LINE)
        outcome = msgspec.json.decode(line, type=Outcome)
    except ConnectionRefusedError:
        raise ControlError(nobody) from None
    except (OSError, msgspec.DecodeError):
        raise ControlError(f"The demo cluster in {directory} does not answer.") from None
    if outcome.error:
        raise ControlError(outcome.error)
    return outcome
