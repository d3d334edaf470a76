"""Pictures: whatever somebody sends, only pixels are kept (security.md lines 56-57)."""

import io
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from mibo import clock, db
from mibo.config import settings
from mibo.errors import Invalid, Missing
from mibo.people import pictures
from mibo.people.pictures import TooLarge, redrawn
from tests import make


def made(kind: str, size: tuple[int, int] = (800, 600), mode: str = "RGB", **more) -> bytes:
    body = io.BytesIO()
    Image.effect_noise(size, 40).convert(mode).save(body, kind, **more)
    return body.getvalue()


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "LA"),
     ("PNG", "1"), ("PNG", "I;16"), ("WEBP", "RGB"), ("WEBP", "RGBA")],
)  # fmt: skip
def test_each_kind_becomes_a_square_webp(kind, mode):
    kept = opened(redrawn(made(kind, mode=mode)))
    assert (kept.format, kept.size, kept.mode) == ("WEBP", (512, 512), "RGB")


def test_a_small_one_is_not_blown_up():
    assert opened(redrawn(made("PNG", (100, 70)))).size == (70, 70)


def test_progressive_jpegs_are_pictures_too():
    assert redrawn(made("JPEG", progressive=True, optimize=True))
    assert redrawn(made("JPEG", restart_marker_rows=1))


def test_nothing_that_stood_beside_the_pixels_is_kept():
    exif = Image.Exif()
    exif[0x010F] = "camera of Asha Menon"
    exif.get_ifd(0x8825)[2] = (9.0, 58.0, 33.0)
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "camera of Asha Menon")
    for sent in (made("JPEG", exif=exif), made("PNG", pnginfo=words), made("WEBP", exif=exif)):
        kept = redrawn(sent)
        assert b"Asha" in sent
        assert b"Asha" not in kept
        assert not opened(kept).getexif()
        assert not opened(kept).info.get("xmp")


def test_it_stands_upright():
    lying = Image.new("RGB", (400, 200), "white")
    lying.paste("black", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 6
    body = io.BytesIO()
    lying.save(body, "JPEG", exif=exif)
    kept = opened(redrawn(body.getvalue())).convert("L")
    assert kept.getpixel((kept.width // 2, 5)) < 60


def test_what_is_behind_a_transparent_picture_is_white():
    body = io.BytesIO()
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(body, "PNG")
    assert min(opened(redrawn(body.getvalue())).getpixel((50, 50))) > 250


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def header(width: int, height: int) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)


def animated(kind: str) -> bytes:
    body = io.BytesIO()
    frames = [Image.new("RGB", (100, 100), colour) for colour in ("red", "green")]
    frames[0].save(body, kind, save_all=True, append_images=frames[1:])
    return body.getvalue()


BAD: dict[str, Callable[[], bytes]] = {  # drawn by the test that sends them: collecting must not wait for all
    "nothing": lambda: b"",
    "svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "html": lambda: b"<!doctype html><html></html>",
    "gif": lambda: b"GIF89a" + b"\0" * 40,
    "text": lambda: b"hello" * 100,
    "a page in a comment of a jpeg": lambda: made("JPEG", comment=b"<script>alert(1)</script>"),
    "an archive behind a jpeg": lambda: made("JPEG") + b"PK\x03\x04" + b"x" * 100,
    "a page behind a png": lambda: made("PNG") + b"hello there",
    "something behind a webp": lambda: made("WEBP") + b"hello there",
    "half a jpeg": lambda: made("JPEG")[:-4000],
    "half a png": lambda: made("PNG")[:-4000],
    "half a webp": lambda: made("WEBP")[:-4000],
    "a jpeg's head": lambda: made("JPEG")[:200],
    "a png without pixels": lambda: png(header(300, 300), (b"IEND", b"")),
    "a png with too few pixels": lambda: png(header(3000, 3000), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")),
    "a png that lies about itself": lambda: png(header(0, 300), (b"IEND", b"")),
    "40 megapixels": lambda: png(
        header(8000, 5000), (b"IDAT", zlib.compress(b"\0" * (8000 * 3 + 1) * 100)), (b"IEND", b"")
    ),
    "a bomb": lambda: png(header(60000, 60000), (b"IDAT", zlib.compress(b"\0" * 10_000_000)), (b"IEND", b"")),
    "a bomb of words": lambda: png(
        header(300, 300), (b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 100_000_000)), (b"IEND", b"")
    ),
    "a webp of 12 megapixels": lambda: made("WEBP", (4000, 3000), method=0, quality=1),
    "a png that moves": lambda: animated("PNG"),
    "a webp that moves": lambda: animated("WEBP"),
    "a speck": lambda: made("PNG", (10, 10)),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_single_still_picture_is_refused_at_the_field(name):
    with pytest.raises(Invalid) as refused:
        redrawn(BAD[name]())
    assert refused.value.problems[0].field == "picture"


def test_more_than_two_megabytes_are_refused_before_they_are_looked_at():
    with pytest.raises(TooLarge):
        redrawn(b"\x89PNG" + b"x" * pictures.LARGEST_BYTES)


MEASURE = """
import io, resource, sys, time
from mibo import clock, db
from mibo.config import settings
from mibo.errors import Invalid, Missing
from mibo.people import pictures
sent = sys.stdin.buffer.read()
pictures.Image.init()
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    pictures.redrawn(sent)
except Invalid:
    pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, time.process_time() - began)
"""


def largest(kind: str, mode: str, size: tuple[int, int] = (4000, 3000), **more) -> bytes:
    body = io.BytesIO()
    Image.new(mode, size, "teal").save(body, kind, **more)
    return body.getvalue()


LARGEST = {
    "jpeg": lambda: largest("JPEG", "RGB"),
    "progressive": lambda: largest("JPEG", "RGB", progressive=True),
    "png": lambda: largest("PNG", "RGBA"),
    "webp": lambda: largest("WEBP", "RGBA", (2500, 2000), lossless=True),
    "bomb": BAD["a bomb"],
    "words": BAD["a bomb of words"],
    "40": BAD["40 megapixels"],
}


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_takes_less_than_two_seconds_and_100_megabytes(name):
    sent = LARGEST[name]()
    assert len(sent) <= pictures.LARGEST_BYTES
    told = subprocess.run([sys.executable, "-c", MEASURE], input=sent, capture_output=True, check=True).stdout.split()
    assert int(told[0]) < 100
    assert float(told[1]) < 2


@pytest.mark.usefixtures("database")
def test_a_picture_that_nobody_shows_is_forgotten_after_a_day_and_others_stay():
    attached, loose, fresh = (pictures.keep(made("PNG", (100, 100))) for _ in range(3))
    with db.transaction():
        make.clinician(picture_key=attached)
    yesterday = (clock.now() - timedelta(hours=25)).timestamp()
    for key in (attached, loose):
        os.utime(Path(settings().storage_dir) / key, (yesterday, yesterday))
    pictures.forget_leftovers()
    assert pictures.picture(attached.split("/")[1])
    assert pictures.picture(fresh.split("/")[1])
    with pytest.raises(Missing):
        pictures.picture(loose.split("/")[1])
    pictures.forget_leftovers()


def test_pictures_of_tests_lie_in_the_tests_own_folder():
    assert Path(settings().storage_dir).name == "files"
    assert "mibo-tests-" in settings().storage_dir
