"""Where files are kept: a folder of this machine, or any S3-compatible store. Whoever keeps one chooses its key."""

import io
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3 import exceptions as wire_broken

from mibo.config import settings
from mibo.integrations.http import ProviderError

PROVIDER = "storage"
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}(/[A-Za-z0-9_-]{16,64}\.[a-z0-9]{2,5})")
LARGEST = 16 * 1024 * 1024
ASKED_AT_ONCE = 500
CONNECT_S, READ_S = 3.05, 10.0
GONE = {"NoSuchKey", "NoSuchObject"}


class NotKept(Exception):
    """There is no file of that key."""


class Store(Protocol):
    """What a place for files can do. Raises ProviderError when it is away."""

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Keep a file, whole or not at all."""

    def get(self, key: str) -> bytes:
        """The file. Raises NotKept."""

    def delete(self, key: str) -> None:
        """Keep it no longer; that it is not there is as good."""

    def kept(self, folder: str) -> Iterator[tuple[str, datetime]]:
        """The key of every file in a folder, and since when it is kept."""


def put(key: str, body: bytes, content_type: str) -> None:
    """Keep a file under a key of ours. Raises ProviderError."""
    _store().put(_checked(key), body, content_type)


def get(key: str) -> bytes:
    """The file of a key. Raises NotKept, also for what is no key, and ProviderError."""
    return _store().get(_checked(key))


def delete(key: str) -> None:
    """Keep a file no longer. Raises ProviderError."""
    _store().delete(_checked(key))


def kept_since(folder: str, before: datetime) -> Iterator[str]:
    """The keys of ours in a folder that are kept since before an instant. Raises ProviderError."""
    for key, since in _store().kept(folder):
        if since < before and KEY.fullmatch(key):
            yield key


def unclaimed(folder: str, before: datetime, claimed: Callable[[Sequence[str]], set[str]]) -> Iterator[str]:
    """The keys that are kept since before an instant and that nobody claims; `claimed` is asked of some at a time."""
    old = list(kept_since(folder, before))
    for at in range(0, len(old), ASKED_AT_ONCE):
        some = old[at : at + ASKED_AT_ONCE]
        yield from sorted(set(some) - claimed(some))


def url(key: str) -> str:
    """The path at which we serve it ourselves: a store is never open to the world."""
    return "/" + _checked(key)


def new_key(folder: str, kind: str) -> str:
    """`pictures/<22 random characters>.webp`: nothing of it comes from outside (security.md line 57)."""
    return f"{folder}/{secrets.token_urlsafe(16)}.{kind}"


def _checked(key: str) -> str:
    if not KEY.fullmatch(key):
        raise NotKept(key)
    return key


def _store() -> Store:
    chosen = settings()
    return Bucket() if chosen.s3_endpoint else Folder(Path(chosen.storage_dir))


class Folder:
    """A folder outside of what the web server serves."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Written beside and then renamed, so that nobody reads half a file."""
        path = self.root / key
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            with draft.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            raise ProviderError(PROVIDER, "retry", type(error).__name__) from None

    def get(self, key: str) -> bytes:
        try:
            return (self.root / key).read_bytes()
        except FileNotFoundError:
            raise NotKept(key) from None
        except OSError as error:
            raise ProviderError(PROVIDER, "retry", type(error).__name__) from None

    def delete(self, key: str) -> None:
        try:
            (self.root / key).unlink(missing_ok=True)
        except OSError as error:
            raise ProviderError(PROVIDER, "retry", type(error).__name__) from None

    def kept(self, folder: str) -> Iterator[tuple[str, datetime]]:
        try:
            for path in (self.root / folder).iterdir():
                yield f"{folder}/{path.name}", datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except FileNotFoundError:  # the folder is not there yet, or a file went while we looked: the next time will do
            return
        except OSError as error:
            raise ProviderError(PROVIDER, "retry", type(error).__name__) from None


class Bucket:
    """A bucket of an S3-compatible store; each call signed, each with an end."""

    def __init__(self) -> None:
        chosen = settings()
        address = urlsplit(chosen.s3_endpoint)
        self.bucket = chosen.s3_bucket
        self.client = Minio(
            address.netloc,
            access_key=chosen.s3_key,
            secret_key=chosen.s3_secret,
            region=chosen.s3_region,
            secure=address.scheme == "https",
            http_client=urllib3.PoolManager(
                timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S),
                retries=urllib3.Retry(total=1, redirect=0, status=0),
            ),
        )

    def put(self, key: str, body: bytes, content_type: str) -> None:
        try:
            self.client.put_object(self.bucket, key, io.BytesIO(body), len(body), content_type=content_type)
        except (MinioException, wire_broken.HTTPError, ValueError) as error:
            raise _away(error) from None

    def get(self, key: str) -> bytes:
        try:
            answer = self.client.get_object(self.bucket, key)
            try:
                body = bytes(answer.read(LARGEST + 1))
            finally:
                answer.close()
                answer.release_conn()
        except (MinioException, wire_broken.HTTPError, ValueError) as error:
            if isinstance(error, S3Error) and error.code in GONE:
                raise NotKept(key) from None
            raise _away(error) from None
        if len(body) > LARGEST:
            raise ProviderError(PROVIDER, "refused", "TOO_LARGE")
        return body

    def delete(self, key: str) -> None:
        try:
            self.client.remove_object(self.bucket, key)
        except (MinioException, wire_broken.HTTPError, ValueError) as error:
            raise _away(error) from None

    def kept(self, folder: str) -> Iterator[tuple[str, datetime]]:
        try:
            for each in self.client.list_objects(self.bucket, prefix=f"{folder}/", recursive=True):
                if each.object_name and each.last_modified:
                    yield each.object_name, each.last_modified
        except (MinioException, wire_broken.HTTPError, ValueError) as error:
            raise _away(error) from None


def _away(error: Exception) -> ProviderError:
    """Its own code, never what was sent."""
    if isinstance(error, S3Error):
        return ProviderError(PROVIDER, "refused", error.code or "REFUSED")
    return ProviderError(PROVIDER, "retry", type(error).__name__)
