"""Mail over SMTP, encrypted unless it stays on this machine. Each step says whether a repeat may help."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as AS_SENT
from urllib.parse import urlsplit

from mibo.config import settings
from mibo.integrations.http import ProviderError

CONNECT_S, ANSWER_S = 5.0, 20.0  # to get as far as the message itself, and for the answer to it
OK = 250
ADDRESS = re.compile(r'[^\s<>"@]+@[^\s<>"@]+')


def is_set_up() -> bool:
    """Whether there is a mail server at all."""
    return bool(settings().smtp_host)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person. `reference` is our id of it: sent twice, it has the same Message-ID."""

    address: str
    name: str
    subject: str
    text: str
    language: str
    reference: str


def send(mail: Mail) -> str:
    """Hand a mail to our server and return its Message-ID.

    Raises ProviderError; `unknown` means that it may have left.
    """
    if not settings().smtp_host:
        raise ProviderError("mail", "refused", "NOT_CONFIGURED")
    written = _written(mail)
    with _connected() as server:
        _said("SENDER", server.mail(settings().mail_from))
        _said("RECIPIENT", server.rcpt(mail.address))
        _hand_over(server, written)
    return str(written["Message-ID"])


def _written(mail: Mail) -> EmailMessage:
    host = urlsplit(settings().base_url).hostname or "localhost"
    written = EmailMessage(policy=AS_SENT)
    try:
        if not (ADDRESS.fullmatch(mail.address) and mail.address.isascii()):
            raise ValueError
        user, _, domain = mail.address.rpartition("@")
        written["From"] = Address("Mibo", addr_spec=settings().mail_from)
        written["To"] = Address(" ".join(mail.name.split()), user, domain)
        written["Subject"] = mail.subject
        written["Message-ID"] = f"<{mail.reference}@{host}>"
        written["Content-Language"] = mail.language
        written["Auto-Submitted"] = "auto-generated"  # so that nobody's holiday answers
    except (ValueError, IndexError):
        raise ProviderError("mail", "refused", "ADDRESS") from None
    written.set_content(mail.text, cte="quoted-printable")
    return written


@contextmanager
def _connected() -> Iterator[smtplib.SMTP]:
    """A server that has let us in. Whatever goes wrong before the mail itself is no mail sent."""
    config = settings()
    host, port = config.smtp_host, config.smtp_port
    try:
        server = (
            smtplib.SMTP_SSL(host, port, timeout=CONNECT_S, context=ssl.create_default_context())
            if config.smtp_security == "tls"
            else smtplib.SMTP(host, port, timeout=CONNECT_S)
        )
    except (OSError, smtplib.SMTPException) as error:
        raise _trouble(error, "UNREACHABLE") from None
    try:
        if config.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if config.smtp_user:
            server.login(config.smtp_user, config.smtp_password)
        else:
            server.ehlo_or_helo_if_needed()
        yield server
    except (OSError, smtplib.SMTPException) as error:
        raise _trouble(error, "DROPPED") from None
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def _hand_over(server: smtplib.SMTP, mail: EmailMessage) -> None:
    """From here on a silence may mean that it has left."""
    assert server.sock
    server.sock.settimeout(ANSWER_S)
    try:
        answer = server.data(mail.as_bytes())
    except smtplib.SMTPDataError as error:  # it did not want to hear it at all
        raise _refusal("DATA", error.smtp_code) from None
    except (OSError, smtplib.SMTPException):
        raise ProviderError("mail", "unknown", "DROPPED") from None
    _said("CONTENT", answer)


def _said(about: str, answer: tuple[int, bytes]) -> None:
    if answer[0] not in (OK, 251):
        raise _refusal(about, answer[0])


def _refusal(about: str, code: int) -> ProviderError:
    """Only 5xx is final (RFC 5321, 4.2.1). The server's own sentence may name the address, so it is left out."""
    return ProviderError("mail", "refused" if 500 <= code < 600 else "retry", about, status=code)


def _trouble(error: Exception, otherwise: str) -> ProviderError:
    if isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLCertVerificationError):
        return ProviderError("mail", "refused", "NOT_ENCRYPTED")
    if isinstance(error, smtplib.SMTPResponseException):
        final = "SIGN_IN" if isinstance(error, smtplib.SMTPAuthenticationError) else otherwise
        return _refusal(final, error.smtp_code)
    return ProviderError("mail", "retry", "TIMED_OUT" if isinstance(error, TimeoutError) else otherwise)
