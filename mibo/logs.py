"""Structured logs: one JSON line per event, with the request's id and never with personal data (security.md 66-69)."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

LINE_LENGTH = 8_000
VALUE_LENGTH = 500


def configure(level: str = "INFO") -> None:
    """Send every log line of this process to stderr as JSON."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _short_values,
    ]
    structlog.configure(
        processors=[*shared, _error_without_values, structlog.processors.JSONRenderer(ensure_ascii=True)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = _ToStderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _error_without_values,
                structlog.processors.JSONRenderer(ensure_ascii=True),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


class _ToStderr(logging.Handler):
    """To what is stderr when the line is written: who redirects it, as tests do, must not leave us a closed one."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:  # a line that cannot be written must not stop what was under way
            self.handleError(record)


def _short_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {
        key: value[:VALUE_LENGTH] + "…" if isinstance(value, str) and len(value) > VALUE_LENGTH else value
        for key, value in event.items()
    }


def _error_without_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception's place and kind; never its text, which may quote a row (security.md line 68)."""
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    elif isinstance(raised, BaseException):
        raised = (type(raised), raised, raised.__traceback__)
    if raised and raised[1] is not None:
        event["error"] = type(raised[1]).__name__
        frames, tail = [], raised[2]
        while tail is not None:
            frames.append(f"{tail.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{tail.tb_lineno}")
            tail = tail.tb_next
        event["where"] = " ".join(frames[-8:])
    return event
