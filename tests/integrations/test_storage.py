"""Files in a folder, and in a store that speaks S3."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mibo.config import settings
from mibo.integrations import storage
from mibo.integrations.http import ProviderError
from mibo.integrations.storage import Bucket, Folder, NotKept

BODY = b"made up" * 1000
KEPT_AT = "2026-01-01T10:00:00.000Z"


class Shelf(ThreadingHTTPServer):
    """A small stand-in for S3: one bucket, only for those who sign."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Clerk)
        self.files: dict[str, tuple[bytes, str]] = {}
        self.answer_with = 0
        self.signatures: list[str] = []


class Clerk(BaseHTTPRequestHandler):
    server: Shelf

    def log_message(self, *_: object) -> None:
        pass

    def _signed(self) -> bool:
        signature = self.headers.get("Authorization", "")
        self.server.signatures.append(signature)
        whole = all(
            part in signature for part in ("AWS4-HMAC-SHA256", "Credential=the-key/", "/eu-test-1/s3/", "Signature=")
        )
        if not whole or "host" not in signature or not self.headers.get("x-amz-date"):
            self._answer(403, _error("AccessDenied"))
            return False
        if self.server.answer_with:
            self._answer(self.server.answer_with, _error("SlowDown"))
            return False
        return True

    def _answer(self, status: int, body: bytes = b"", kind: str = "application/xml") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", kind)
        self.send_header("ETag", '"made-up"')
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._signed():
            self.server.files[self.path] = (body, self.headers["Content-Type"])
            self._answer(200)

    def do_GET(self) -> None:
        if "list-type=2" in self.path and self._signed():
            self._answer(200, self._list())
        elif "list-type=2" not in self.path and self._signed():
            body, kind = self.server.files.get(self.path, (None, ""))
            self._answer(404, _error("NoSuchKey")) if body is None else self._answer(200, body, kind)

    def _list(self) -> bytes:
        rows = "".join(
            f"<Contents><Key>{path.removeprefix('/mibo-files/')}</Key><LastModified>{KEPT_AT}</LastModified>"
            f"<ETag>x</ETag><Size>{len(body)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            for path, (body, _) in self.server.files.items()
        )
        return (
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>mibo-files</Name>'
            f"<IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        ).encode()

    def do_DELETE(self) -> None:
        if self._signed():
            self.server.files.pop(self.path, None)
            self._answer(204)


def _error(code: str) -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>".encode()


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    server = Shelf()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    chosen = settings().model_copy(
        update={
            "s3_endpoint": f"http://127.0.0.1:{server.server_port}",
            "s3_bucket": "mibo-files",
            "s3_key": "the-key",
            "s3_secret": "made-up-for-this-test",
            "s3_region": "eu-test-1",
        }
    )
    monkeypatch.setattr(storage, "settings", lambda: chosen)
    yield server
    server.shutdown()
    server.server_close()


def test_a_file_is_kept_in_a_folder_and_comes_back(tmp_path: Path):
    folder, key = Folder(tmp_path / "new" / "place"), storage.new_key("pictures", "webp")
    folder.put(key, BODY, "image/webp")
    assert folder.get(key) == BODY
    assert [file.name for file in (tmp_path / "new/place/pictures").iterdir()] == [key.split("/")[1]]
    folder.delete(key)
    folder.delete(key)
    with pytest.raises(NotKept):
        folder.get(key)


def test_a_folder_that_cannot_be_written_is_away_for_a_while(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ProviderError) as told:
        Folder(tmp_path / "file").put(storage.new_key("pictures", "webp"), BODY, "image/webp")
    assert told.value.kind == "retry"


def test_a_file_is_kept_in_a_bucket_and_every_call_is_signed(shelf: Shelf):
    key = storage.new_key("pictures", "webp")
    storage.put(key, BODY, "image/webp")
    assert shelf.files == {f"/mibo-files/{key}": (BODY, "image/webp")}
    assert storage.get(key) == BODY
    storage.delete(key)
    with pytest.raises(NotKept):
        storage.get(key)
    assert len(shelf.signatures) == 4
    assert all("Signature=" in each for each in shelf.signatures)


def test_what_is_kept_is_told_with_its_time_in_a_folder_and_in_a_bucket(shelf: Shelf, tmp_path: Path):
    long_ago, key = datetime(2026, 1, 1, 10, tzinfo=UTC), storage.new_key("pictures", "webp")
    storage.put(key, BODY, "image/webp")
    shelf.files["/mibo-files/pictures/not-ours.txt"] = (b"", "text/plain")
    assert list(storage.kept_since("pictures", long_ago + timedelta(seconds=1))) == [key]
    assert list(storage.kept_since("pictures", long_ago)) == []
    folder = Folder(tmp_path)
    assert list(folder.kept("pictures")) == []
    folder.put(key, BODY, "image/webp")
    ((told, since),) = folder.kept("pictures")
    assert told == key
    assert abs(since - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_store_that_refuses_says_why_without_our_secret(shelf: Shelf):
    shelf.answer_with = 503
    with pytest.raises(ProviderError) as told:
        Bucket().put(storage.new_key("pictures", "webp"), BODY, "image/webp")
    assert "made-up-for-this-test" not in str(told.value)


def test_a_store_that_is_away_is_told_as_such(shelf: Shelf):
    shelf.shutdown()
    shelf.server_close()
    with pytest.raises(ProviderError) as told:
        storage.get(storage.new_key("pictures", "webp"))
    assert told.value.kind == "retry"


@pytest.mark.parametrize(
    "key",
    ["", "x", "../x", "pictures/../../etc/passwd", "/etc/passwd", "pictures/x.webp", "a/b/" + "c" * 20 + ".webp",
     "pictures/" + "c" * 20],
)  # fmt: skip
def test_no_key_but_our_own_is_ever_asked_for(key: str):
    for verb in (storage.get, storage.delete, storage.url):
        with pytest.raises(NotKept):
            verb(key)


def test_every_key_is_new_and_of_the_kind_we_ask_for():
    keys = {storage.new_key("pictures", "webp") for _ in range(200)}
    assert len(keys) == 200
    assert all(storage.url(key).startswith("/pictures/") for key in keys)
