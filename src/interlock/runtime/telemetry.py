"""How does a running node tell how it is: structured logs, and figures for Prometheus."""

from __future__ import annotations

import logging
import sys
from typing import TextIO, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The figures of one node."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.facts = Counter("interlock_facts_total", "Facts appended by this node", ["type"], registry=self.registry)
        self.commands = Histogram(
            "interlock_command_seconds",
            "Carrying out a due command",
            ["command"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.judgements = Counter(
            "interlock_judgements_total", "Judgements of the gate", ["action", "verdict"], registry=self.registry
        )
        self.stops = Counter(
            "interlock_stops_total",
            "Proposals that a switch, a breaker or a budget stopped",
            ["rule"],
            registry=self.registry,
        )
        self.halted = Gauge("interlock_halted", "Kill switches that are thrown", ["scope"], registry=self.registry)
        self.breakers = Gauge(
            "interlock_breaker_open", "1 open, 0.5 half-open, 0 closed", ["guarded", "name"], registry=self.registry
        )
        self.overrides = Counter(
            "interlock_overrides_total", "Rules that were overridden in a judgement", ["rule"], registry=self.registry
        )
        self.calls = Histogram(
            "interlock_connector_seconds",
            "Calls of outside systems",
            ["connector", "outcome"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.failed_facts = Counter(
            "interlock_failed_facts_total",
            "Fact functions that raised, hung or took too much",
            ["connector", "function"],
            registry=self.registry,
        )
        self.behind = Gauge(
            "interlock_follower_behind_seconds", "Age of the last fact when read", registry=self.registry
        )
        self.parked = Gauge("interlock_parked_commands", "Commands that kept failing", registry=self.registry)
        self.sockets = Gauge("interlock_sockets", "Open WebSockets", ["kind"], registry=self.registry)


class _StandardError:
    """Standard error as it is when something is written: loggers are kept, and whoever redirects it may close what he gave."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure_logs(level: str, style: str) -> None:
    """Log to standard error: ``console`` for people, ``json`` for collectors. Never logs what customers write."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: structlog.typing.Processor
    if style == "json":
        # Never with local variables: they hold credentials and what customers write.
        plain = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        shared.append(structlog.processors.ExceptionRenderer(plain))
        render = structlog.processors.JSONRenderer()
    else:
        plain_text = structlog.dev.plain_traceback
        render = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain_text)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _StandardError())),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
