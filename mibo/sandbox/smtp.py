"""An SMTP sink: says yes to every mail and keeps it."""

import email
import email.policy
import re
import socketserver
import threading
from collections.abc import Callable
from email.message import EmailMessage

from mibo.sandbox.entity import new_hex
from mibo.sandbox.mailbox import Message
from mibo.sandbox.world import World

HOST = "127.0.0.1"
LONGEST_LINE = 65_536


class Sink(socketserver.ThreadingTCPServer):
    """Listens on loopback until `close`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, world: World, port: int) -> None:
        super().__init__((HOST, port), Talk)
        self.world = world
        self.port: int = self.server_address[1]
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class Talk(socketserver.StreamRequestHandler):
    """One connection, one or more mails."""

    server: Sink
    timeout = 60

    def handle(self) -> None:
        self._recipients: list[str] = []
        self._say("220 sandbox ESMTP")
        while line := self.rfile.readline(LONGEST_LINE):
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            answer = self._answers().get(verb.upper(), self._unknown)
            self._say(answer(rest))
            if verb.upper() == "QUIT":
                return

    def _answers(self) -> dict[str, Callable[[str], str]]:
        return {
            "EHLO": lambda _: "250-sandbox\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN",
            "HELO": lambda _: "250 sandbox", "NOOP": lambda _: "250 OK", "AUTH": lambda _: "235 Accepted",
            "MAIL": lambda _: self._restart(), "RSET": lambda _: self._restart(), "RCPT": self._recipient,
            "DATA": lambda _: self._mail(), "QUIT": lambda _: "221 Bye",
        }  # fmt: skip

    def _restart(self) -> str:
        self._recipients.clear()
        return "250 OK"

    def _recipient(self, rest: str) -> str:
        if self.server.world.faults.happens("mail", "refuse"):
            return "550 No such mailbox here"
        if self.server.world.faults.happens("mail", "try_later"):
            return "451 Try again later"
        address = re.search(r"<([^>]+)>", rest)
        if not address:
            return "501 Write RCPT TO:<address>"
        self._recipients.append(address[1])
        return "250 OK"

    def _mail(self) -> str:
        if not self._recipients:
            return "503 Say who it is for first"
        self._say("354 End with a dot on a line of its own")
        mail = email.message_from_bytes(self._data(), policy=email.policy.default)
        for address in self._recipients:
            self.server.world.mailbox.take_in(_as_message(mail, address))
        return self._restart()

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline(LONGEST_LINE)) not in (b"", b".\r\n", b".\n"):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _unknown(self, _: str) -> str:
        return "502 Not spoken here"

    def _say(self, answer: str) -> None:
        self.wfile.write(answer.encode() + b"\r\n")


def _as_message(mail: EmailMessage, address: str) -> Message:
    part = mail.get_body(("plain", "html"))
    text = "\n".join(part.get_content().splitlines()).strip() if part else ""
    values = {"subject": str(mail["Subject"] or ""), "from": str(mail["From"] or "")}
    return Message(id=new_hex(), channel="mail", phone="", to=address, text=text, values=values, status="delivered")
