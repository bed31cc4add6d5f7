"""Traces and unforeseen faults reach the places that are named, and no secret goes with them."""

import gzip
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bot.errors import UsageError
from bot.telemetry import describe, report, span, telemetry

SECRET = "ghs_planted"


class Collector:
    """Takes what is sent to it, in a thread of its own."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, bytes]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # its name in http.server
                body = self.rfile.read(int(self.headers["Content-Length"]))
                zipped = self.headers.get("Content-Encoding") == "gzip"
                collector.bodies.append((self.path, gzip.decompress(body) if zipped else body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    def spans(self) -> dict[str, dict[str, str]]:
        """The attributes of each span that came, by its name."""
        found = {}
        for path, body in self.bodies:
            assert path == "/v1/traces"
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for one in (one for scope in resource.scope_spans for one in scope.spans):
                    found[one.name] = {
                        pair.key: pair.value.string_value or str(pair.value.int_value)
                        for pair in one.attributes
                    }
        return found


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.server.shutdown()
    collector.server.server_close()


def test_a_span_and_those_inside_it_are_sent(collector: Collector) -> None:
    with (
        telemetry({"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{collector.place}/"}),
        span("run pull", subject="pull acme/shop#7"),
    ):
        with span("GET /repos/{owner}/{repo}"):
            describe(status=200)
        describe(verdict="failure")
    assert collector.spans() == {
        "run pull": {"subject": "pull acme/shop#7", "verdict": "failure"},
        "GET /repos/{owner}/{repo}": {"status": "200"},
    }


def test_an_address_for_traces_alone_is_taken_as_it_is(collector: Collector) -> None:
    endpoint = f"http://{collector.place}/v1/traces"
    with telemetry({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": endpoint}), span("run head"):
        pass
    assert set(collector.spans()) == {"run head"}


def test_what_nobody_foresaw_is_reported_without_what_the_code_held(collector: Collector) -> None:
    def fail(token: str) -> None:
        raise LookupError(f"nothing of length {len(token)}")

    with telemetry({"SENTRY_DSN": f"http://public@{collector.place}/1"}):
        try:
            fail(SECRET)
        except LookupError as fault:
            report(fault)
    ((path, body),) = collector.bodies
    assert path == "/api/1/envelope/"
    assert b"LookupError" in body
    assert b"nothing of length 11" in body
    assert SECRET.encode() not in body


def test_where_no_place_is_named_nothing_is_loaded_or_sent(collector: Collector) -> None:
    with telemetry({}), span("run pull"):
        describe(verdict="success")
        report(LookupError())
    assert collector.bodies == []


def test_after_its_block_nothing_is_sent(collector: Collector) -> None:
    places = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{collector.place}",
        "SENTRY_DSN": f"http://public@{collector.place}/1",
    }
    with telemetry(places):
        pass
    with span("run pull"):
        describe(verdict="success")
    report(LookupError())
    assert collector.bodies == []


def test_an_address_that_is_none_is_one_line() -> None:
    environ = {"SENTRY_DSN": "x"}
    with pytest.raises(UsageError, match="SENTRY_DSN is no address"), telemetry(environ):
        raise AssertionError("it began")


@pytest.mark.parametrize(
    ("variable", "module"),
    [("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry"), ("SENTRY_DSN", "sentry_sdk")],
)
def test_what_is_not_installed_is_said_in_one_line(
    variable: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the extra was never installed: an entry of None makes an import fail."""
    for name in [name for name in sys.modules if name.partition(".")[0] == module] or [module]:
        monkeypatch.setitem(sys.modules, name, None)
    with (
        pytest.raises(UsageError, match=rf'{variable} is set.*"plan-gate\[telemetry\]"'),
        telemetry({variable: "http://127.0.0.1:1"}),
    ):
        raise AssertionError("it began")
