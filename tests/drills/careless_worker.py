"""The worker of the Procfile, with one call in twenty its fork's last: the provider has acted, and nobody has noted it."""

import http.client
import os
import random
import signal
from typing import Any

import worker

DIES = 0.05
chance = random.SystemRandom()  # forks share the state of any other
answered = http.client.HTTPConnection.getresponse


def perhaps_die(self: http.client.HTTPConnection, *arguments: Any, **more: Any) -> http.client.HTTPResponse:
    answer = answered(self, *arguments, **more)
    if chance.random() < DIES:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer


if __name__ == "__main__":
    http.client.HTTPConnection.getresponse = perhaps_die  # type: ignore[method-assign]
    worker.main([])
