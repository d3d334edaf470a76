"""`python -m mibo.sandbox`, as `bin/run` starts it."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time

import requests

SECRETS = {
    "RAZORPAY_KEY_ID": "rzp_test_started",
    "RAZORPAY_KEY_SECRET": "a-started-secret",
    "RAZORPAY_WEBHOOK_SECRETS": '["the-first", "the-second"]',
}


def command(port, **environment):
    arguments = [sys.executable, "-m", "mibo.sandbox", "--port", str(port), "--app-url", "http://127.0.0.1:9"]
    return subprocess.Popen(
        arguments, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def two_free_ports() -> int:
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            try:
                second.bind(("127.0.0.1", first.getsockname()[1] + 1))
            except OSError:
                continue
            return first.getsockname()[1]


def test_it_takes_its_secrets_from_the_environment_and_mail_at_the_next_port():
    port = two_free_ports()
    with command(port, **SECRETS, MIBO_ENV="development") as process:
        assert process.stdout.readline() == f"sandbox at http://127.0.0.1:{port}, mail at 127.0.0.1:{port + 1}\n"
        keys = (SECRETS["RAZORPAY_KEY_ID"], SECRETS["RAZORPAY_KEY_SECRET"])
        assert requests.get(f"http://127.0.0.1:{port}/v1/orders", auth=keys, timeout=5).status_code == 200
        with smtplib.SMTP("127.0.0.1", port + 1, timeout=5) as smtp:
            assert smtp.noop()[0] == 250
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - began < 5


def test_it_does_not_run_in_production():
    with command(two_free_ports(), MIBO_ENV="production") as process:
        assert process.wait(timeout=20) != 0
        assert "never runs in production" in process.stderr.read()


def test_a_taken_port_is_one_clear_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with command(taken.getsockname()[1], MIBO_ENV="development") as process:
            assert process.wait(timeout=20) == 1
            assert "in use" in process.stderr.read()
