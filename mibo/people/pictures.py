"""Clinicians' pictures: nothing that somebody sends is kept; what it shows is drawn anew (security.md lines 56-58)."""

import io
import re
import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import structlog
from PIL import Image
from sqlalchemy import select

from mibo import clock, db
from mibo.errors import Invalid, Missing, Problem
from mibo.integrations import storage
from mibo.integrations.http import ProviderError
from mibo.jobs import job
from mibo.people.models import Clinician

LARGEST_BYTES = 2 * 1024 * 1024
LARGEST_PIXELS = 12_000_000
LARGEST_WEBP_PIXELS = 5_000_000  # its decoder holds four copies at once; the others one
LEFTOVERS_ARE_KEPT = timedelta(days=1)  # time enough to attach what was sent
SMALLEST_SIDE = 64
SIDE = 512
STRIP = 64
KIND, CONTENT_TYPE, FOLDER = "webp", "image/webp", "pictures"
FORMATS = ("JPEG", "PNG", "WEBP")
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
WORKING = re.compile(rb"<(script|html|!doctype|\?php|svg[\s>])", re.IGNORECASE)
JPEG_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])", re.DOTALL)
WHITE = (255, 255, 255, 255)
TURNS = {
    2: [Image.Transpose.FLIP_LEFT_RIGHT],
    3: [Image.Transpose.ROTATE_180],
    4: [Image.Transpose.FLIP_TOP_BOTTOM],
    5: [Image.Transpose.TRANSPOSE],
    6: [Image.Transpose.ROTATE_270],
    7: [Image.Transpose.TRANSVERSE],
    8: [Image.Transpose.ROTATE_90],
}
ORIENTATION = 0x0112

log = structlog.get_logger(__name__)

NO_PICTURE = "This is no picture we can use. Choose a JPEG, PNG or WebP."


class NoPicture(Invalid):
    """Not one still picture of a kind and size that we take."""

    api_status = 422


class TooLarge(Invalid):
    """More bytes than a picture may have."""

    code = "PAYLOAD_TOO_LARGE"
    api_status = 413
    message = "The picture may have up to 2 MB. Choose a smaller one."


def keep(sent: bytes) -> str:
    """Draw the picture anew and keep that; its key. Opens no transaction. Raises Invalid, TooLarge, ProviderError."""
    key = storage.new_key(FOLDER, KIND)
    storage.put(key, redrawn(sent), CONTENT_TYPE)
    return key


def picture(name: str) -> bytes:
    """The bytes of a kept picture, by the last part of its key. Raises Missing and ProviderError."""
    try:
        return storage.get(f"{FOLDER}/{name}")
    except storage.NotKept:
        raise Missing("We could not find that picture.") from None


def forget(key: str | None) -> None:
    """Keep a picture no longer. Raises ProviderError."""
    if key:
        storage.delete(key)


def forget_later(key: str | None) -> None:
    """Keep a picture no longer once the transaction under way is committed; while the store is away it stays behind."""
    if key:
        db.after_commit(lambda: _try_to_forget(key))


@job
def forget_leftovers() -> None:
    """Delete the pictures that nobody shows: sent and never attached, or left behind while the store was away."""
    for key in storage.unclaimed(FOLDER, clock.now() - LEFTOVERS_ARE_KEPT, _shown):
        _try_to_forget(key)


def _shown(keys: Sequence[str]) -> set[str]:
    wanted = select(Clinician.picture_key).where(Clinician.picture_key.in_(keys))
    return {key for key in db.read(lambda: db.session().scalars(wanted).all()) if key}


def _try_to_forget(key: str) -> None:
    try:
        forget(key)
    except (ProviderError, storage.NotKept) as error:
        log.warning("picture.not_forgotten", because=str(error))


def redrawn(sent: bytes) -> bytes:
    """A square of at most 512 pixels, upright, without a word of what stood beside the pixels. Raises Invalid."""
    if len(sent) > LARGEST_BYTES:
        raise TooLarge(problems=[Problem("picture", TooLarge.message)])
    _check_shell(sent)
    with _refusing(), Image.open(io.BytesIO(sent), formats=FORMATS) as shown:
        _check_size(shown)
        turn = TURNS.get(shown.getexif().get(ORIENTATION, 1), [])
        if shown.format != "PNG":
            shown.draft("RGB", (2 * SIDE, 2 * SIDE))
        shown.load()
        drawn = _squared(_reduced(shown))
    for step in turn:
        drawn = drawn.transpose(step)
    body = io.BytesIO()
    drawn.save(body, "WEBP", quality=82, method=4)
    return body.getvalue()


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever a decoder stumbles over is no picture to us."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)
            yield
    except Invalid:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, IndexError, KeyError, TypeError) as error:
        raise NoPicture.field("picture", NO_PICTURE) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, OverflowError, ZeroDivisionError) as error:
        raise NoPicture.field("picture", NO_PICTURE) from error


def _check_size(shown: Image.Image) -> None:
    """Before anything is decoded: the header says how much there will be."""
    width, height = shown.size
    most = LARGEST_WEBP_PIXELS if shown.format == "WEBP" else LARGEST_PIXELS
    if width * height > most:
        raise Invalid.field(
            "picture", f"The picture may have up to {most // 1_000_000} megapixels. Choose a smaller one."
        )
    if min(width, height) < SMALLEST_SIDE:
        raise NoPicture.field("picture", f"The picture must be at least {SMALLEST_SIDE} pixels wide and high.")
    if shown.format != "MPO" and getattr(shown, "n_frames", 1) > 1:
        raise NoPicture.field("picture", "This picture moves. Choose one that stands still.")


def _reduced(shown: Image.Image) -> Image.Image:
    """The picture on white, made smaller by a whole number strip by strip, so that it is never in memory twice."""
    width, height = shown.size
    by = max(1, min(width, height) // (2 * SIDE))
    rows = STRIP * by
    drawn = Image.new("RGB", (-(-width // by), -(-height // by)), "white")
    for top in range(0, height, rows):
        strip = shown.crop((0, top, width, min(height, top + rows))).convert("RGBA")
        white = Image.new("RGBA", strip.size, WHITE)
        drawn.paste(Image.alpha_composite(white, strip).convert("RGB").reduce(by), (0, top // by))
    return drawn


def _squared(drawn: Image.Image) -> Image.Image:
    width, height = drawn.size
    edge = min(width, height)
    left, top = (width - edge) // 2, (height - edge) // 3  # faces are above the middle
    side = min(edge, SIDE)
    return drawn.resize((side, side), Image.Resampling.LANCZOS, box=(left, top, left + edge, top + edge))


def _check_shell(sent: bytes) -> None:
    """That it is one of the three kinds and nothing else as well: no page inside it, no archive behind it."""
    if WORKING.search(sent) or _end_of(sent) != len(sent.rstrip(b"\x00") if sent.startswith(JPEG) else sent):
        raise NoPicture.field("picture", NO_PICTURE)


def _end_of(sent: bytes) -> int:
    """Where the picture ends by its own account; -1 when it never does."""
    if sent.startswith(PNG):
        return _end_of_png(sent)
    if sent.startswith(b"RIFF") and sent[8:12] == b"WEBP":
        size = int.from_bytes(sent[4:8], "little") + 8
        return size + size % 2 if size + size % 2 == len(sent) else size
    return _end_of_jpeg(sent) if sent.startswith(JPEG) else -1


def _end_of_png(sent: bytes) -> int:
    at = len(PNG)
    while at + 12 <= len(sent):
        size, kind = int.from_bytes(sent[at : at + 4], "big"), sent[at + 4 : at + 8]
        at += 12 + size
        if kind == b"IEND":
            return at
    return -1


def _end_of_jpeg(sent: bytes) -> int:
    """Past the end mark; of several pictures in one file (cameras write those), past the last of them."""
    at = 2
    while found := JPEG_MARKER.search(sent, at):
        kind, at = found[1], found.end()
        if kind == b"\xd9":
            if not sent.startswith(JPEG, at):
                return at
            at += 2
        elif kind not in (b"\x01", b"\xd8"):
            at += int.from_bytes(sent[at : at + 2], "big")
    return -1
