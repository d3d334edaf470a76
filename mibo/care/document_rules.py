"""Which files a patient's record takes, and under which name: told by what is in them, never by what they call themselves."""

import io
import re
import unicodedata
import warnings

from PIL import Image

from mibo.errors import Invalid, Problem

LARGEST_BYTES = 10 * 1024 * 1024
NAME_LENGTH = 100
MOST_PIXELS = 60_000_000  # a large phone's photograph; it is checked, not decoded
JOINERS = "\u200c\u200d"  # which Malayalam and Kannada are written with; all else that nobody sees is left out
UNWANTED = re.compile(r'[<>:"/\\|?*]+')
TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
WORDS = {"pdf": "PDF", "jpg": "JPEG picture", "png": "PNG picture"}
CALLED = {"pdf": "pdf", "jpg": "jpg", "jpeg": "jpg", "png": "png"}
NONE_OF_THEM = "Send a PDF, a JPEG or a PNG. This file is none of them, whatever its name says."
NOT_WHOLE = "This {kind} is not whole: perhaps it was cut off on its way. Please send it once more."


class TooLarge(Invalid):
    """More bytes than a document may have."""

    code = "PAYLOAD_TOO_LARGE"
    api_status = 413
    message = "A document may have up to 10 MB. Scan it with less detail, or send it in parts."


def checked(sent: bytes, name: str) -> tuple[str, str]:
    """The kind that it is, and the name that it is kept under. Raises Invalid and TooLarge at `file`."""
    if len(sent) > LARGEST_BYTES:
        raise TooLarge(problems=[Problem("file", TooLarge.message)])
    if not sent:
        raise Invalid.field("file", "Choose a file that has something in it.")
    kind = kind_of(sent)
    if kind is None:
        raise Invalid.field("file", NONE_OF_THEM)
    if not _is_whole(sent, kind):
        raise Invalid.field("file", NOT_WHOLE.format(kind=WORDS[kind]))
    return kind, named(name, kind)


def kind_of(sent: bytes) -> str | None:
    """What it is by its first bytes; None for what the record does not take."""
    for kind, begins in (("pdf", b"%PDF-"), ("jpg", b"\xff\xd8\xff"), ("png", b"\x89PNG\r\n\x1a\n")):
        if sent.startswith(begins):
            return kind
    return None


def _is_whole(sent: bytes, kind: str) -> bool:
    if kind == "pdf":
        return b"%%EOF" in sent[-2048:] and b"startxref" in sent
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(sent), formats=("JPEG", "PNG")) as shown:
                if shown.width * shown.height > MOST_PIXELS:
                    return False
                shown.verify()
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, Image.DecompressionBombError):
        return False
    return kind == "png" or b"\xff\xd9" in sent[-4096:]


def named(typed: str, kind: str) -> str:
    """A name without folders and without what nobody sees, and with the ending of what it is. Raises Invalid at `file`
    where it calls itself something else.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", typed))[-1]
    seen = "".join(ch for ch in last if ch in JOINERS or unicodedata.category(ch)[0] != "C")
    words = " ".join(UNWANTED.sub(" ", seen).split()).rstrip(". ")
    stem, dot, ending = words.rpartition(".")
    if dot and re.fullmatch(r"[A-Za-z0-9]{1,5}", ending) and not ending.isdigit():
        if CALLED.get(ending.lower()) != kind:
            raise Invalid.field(
                "file",
                f"Its name ends in .{ending.lower()}, but it is a {WORDS[kind]}. Rename it, or send the right file.",
            )
        words = stem
    return f"{words.strip('. ')[:NAME_LENGTH].strip() or 'Document'}.{kind}"
