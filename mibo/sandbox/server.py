"""The sandbox on a port of its own, in threads."""

import threading
from dataclasses import replace

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Response

from mibo.sandbox.application import create_sandbox
from mibo.sandbox.options import Options
from mibo.sandbox.smtp import Sink
from mibo.sandbox.wire import Wire
from mibo.sandbox.world import World

HOST = "127.0.0.1"


class Quiet(WSGIRequestHandler):
    """Requests are noted by the sandbox itself, not in a log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...


class Crowd(ThreadedWSGIServer):
    """A thread for each client, and room for many to knock at once."""

    request_queue_size = 1024
    daemon_threads = True


_not_yet = Response("The sandbox is starting.", 503)


class Running:
    """A sandbox that answers at `url` (and takes mail at `smtp_port`, if asked to) until `stop`."""

    def __init__(self, options: Options, port: int, smtp_port: int | None) -> None:
        self._server = Crowd(HOST, port, _not_yet, Quiet)
        self.url = f"http://{HOST}:{self._server.port}"
        app = create_sandbox(replace(options, public_url=options.public_url or self.url))
        self._server.app = app
        self.world: World = app.extensions["world"]
        self._wire: Wire = app.extensions["wire"]
        self._sink = None if smtp_port is None else Sink(self.world, smtp_port)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def smtp_port(self) -> int:
        assert self._sink, "started without a mail sink"
        return self._sink.port

    def send_webhooks_to(self, app_url: str) -> None:
        """For an app that could only be started after the sandbox."""
        self.world.webhooks.app_url = app_url.rstrip("/")

    def idle(self, patience: float = 10.0) -> None:
        """Return once every webhook has been delivered or given up. Raises TimeoutError after `patience` seconds."""
        if not self.world.courier.idle(patience):
            raise TimeoutError(f"{self.world.courier.under_way()} errands of the sandbox are still under way")

    def stop(self) -> None:
        self._wire.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self._sink:
            self._sink.close()
        self.world.courier.stop()


def serve(options: Options, port: int = 0, smtp_port: int | None = None) -> Running:
    """Start a sandbox; port 0 takes a free one. Mail is taken only when `smtp_port` is given."""
    return Running(options, port, smtp_port)
