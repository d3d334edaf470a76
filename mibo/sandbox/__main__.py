"""`python -m mibo.sandbox --port 8010 --app-url http://127.0.0.1:8000`; the secrets come from the environment."""

import argparse
import json
import os
import signal
import sys
import threading

from mibo.sandbox.options import Options
from mibo.sandbox.server import serve


def main() -> None:
    """Serve until SIGTERM or Ctrl-C; mail is taken at the next port."""
    asked = _arguments()
    if os.environ.get("MIBO_ENV") == "production":
        sys.exit("The sandbox never runs in production.")
    over = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: over.set())
    try:
        running = serve(_options(asked.app_url), asked.port, asked.port + 1)
    except OSError as error:
        sys.exit(f"The sandbox cannot listen on ports {asked.port} and {asked.port + 1}: {error.strerror}.")
    sys.stdout.write(f"sandbox at {running.url}, mail at 127.0.0.1:{running.smtp_port}\n")
    sys.stdout.flush()
    over.wait()
    running.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mibo.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--app-url", required=True, help="where the app answers; webhooks go there")
    return parser.parse_args()


def _options(app_url: str) -> Options:
    plain = ("RAZORPAY_KEY_ID", "RAZORPAY_KEY_SECRET", "GALLABOX_API_KEY", "GALLABOX_API_SECRET", "GALLABOX_CHANNEL_ID")
    given = {name.lower(): os.environ[name] for name in plain if os.environ.get(name)}
    for provider in ("RAZORPAY", "GALLABOX"):
        if secrets := os.environ.get(f"{provider}_WEBHOOK_SECRETS"):
            given[f"{provider.lower()}_webhook_secret"] = json.loads(secrets)[0]
    return Options(app_url=app_url, **given)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
