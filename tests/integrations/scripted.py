"""A provider on loopback that answers from a script, byte for byte, and remembers what it was asked."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def query(self):
        return {key: values[-1] for key, values in parse_qs(urlsplit(self.path).query).items()}


Step = Callable[[socket.socket], None]


@dataclass
class Provider:
    """Answers with the next step of its script, else as it does otherwise; every request is remembered."""

    otherwise: Step
    url: str = ""
    script: list[Step] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def then(self, *steps: Step) -> None:
        self.script += steps


def answer(status: int = 200, body: object = None, headers: dict[str, str] | None = None) -> Step:
    """A whole answer: `body` is bytes, or is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    head = {"Content-Type": "application/json", "Content-Length": str(len(raw)), **(headers or {})}
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in head.items()), "Connection: close"]
    return raw_bytes("\r\n".join(lines).encode() + b"\r\n\r\n" + raw)


def raw_bytes(sent: bytes) -> Step:
    return lambda connection: connection.sendall(sent)


def hang(seconds: float = 1.5) -> Step:
    return lambda _: time.sleep(seconds)


def reset(connection: socket.socket) -> None:
    """Drop the line as a crashed server does: with an RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def drip(connection: socket.socket) -> None:
    """A byte now and then, for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(30):
        connection.sendall(b" ")
        time.sleep(0.05)


@contextmanager
def scripted(otherwise: Step | None = None) -> Iterator[Provider]:
    listener = socket.create_server(("127.0.0.1", 0))
    provider = Provider(otherwise or answer(418), url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    threading.Thread(target=_listen, args=(listener, provider), daemon=True).start()
    try:
        yield provider
    finally:
        listener.close()


def _listen(listener: socket.socket, provider: Provider) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, provider), daemon=True).start()


def _serve(connection: socket.socket, provider: Provider) -> None:
    with connection:
        if asked := _read(connection):
            provider.asked.append(asked)
            step = provider.script.pop(0) if provider.script else provider.otherwise
            try:
                step(connection)
            except OSError:
                return


def _read(connection: socket.socket) -> Asked | None:
    with connection.makefile("rb") as lines:
        first = lines.readline().decode("latin-1").split()
        if len(first) != 3 or not first[2].startswith("HTTP/"):  # a handshake, say
            return None
        headers = {}
        while line := lines.readline().decode().strip():
            name, value = line.split(": ", 1)
            headers[name.lower()] = value
        return Asked(first[0], first[1], headers, lines.read(int(headers.get("content-length", 0))))
