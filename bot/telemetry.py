"""Traces for OpenTelemetry and unforeseen faults for Sentry, where the environment names a place.

Nothing of either is loaded where it names none, and what is sent holds no secret: no variables of
the code, no request, no body.
https://opentelemetry.io/docs/languages/sdk-configuration/otlp-exporter/
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from bot import __version__
from bot.errors import UsageError

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
DSN = "SENTRY_DSN"
FLUSH = 2.0  # seconds that a stop gives what is still to be sent


class _Places:
    """Where this process sends what; it is set once, at its start."""

    tracer: "Tracer | None" = None
    sentry = False


_places = _Places()


@contextmanager
def telemetry(environ: Mapping[str, str]) -> Iterator[None]:
    """Send what the block does to the places that *environ* names; the rest at its end.

    Raises `UsageError` where one is named and what speaks to it is not installed.
    """
    with ExitStack() as ending:
        if endpoint := _endpoint(environ):
            ending.enter_context(_tracing(endpoint))
        if dsn := environ.get(DSN, "").strip():
            ending.enter_context(_reporting(dsn))
        yield


@contextmanager
def span(name: str, **attributes: str | int) -> Iterator[None]:
    """Let the block be a span of the trace."""
    if _places.tracer is None:
        yield
        return
    with _places.tracer.start_as_current_span(name, attributes=attributes):
        yield


def describe(**attributes: str | int | float) -> None:
    """Say more of the span that is open."""
    if _places.tracer is not None:
        from opentelemetry.trace import get_current_span

        get_current_span().set_attributes(attributes)


def report(fault: Exception) -> None:
    """Tell Sentry of what nobody foresaw."""
    if _places.sentry:
        import sentry_sdk

        sentry_sdk.capture_exception(fault)


def _endpoint(environ: Mapping[str, str]) -> str:
    """Where traces go: the address for traces alone, or that for everything, as OTLP has it."""
    traces, everything = (environ.get(name, "").strip() for name in ENDPOINTS)
    return traces or (f"{everything.rstrip('/')}/v1/traces" if everything else "")


@contextmanager
def _tracing(endpoint: str) -> Iterator[None]:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise _missing(ENDPOINTS[1]) from None
    resource = Resource.create({"service.name": "plan-gate", "service.version": __version__})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    _places.tracer = provider.get_tracer("plan-gate", __version__)
    try:
        yield
    finally:
        _places.tracer = None
        provider.force_flush(int(FLUSH * 1_000))
        provider.shutdown()


@contextmanager
def _reporting(dsn: str) -> Iterator[None]:
    try:
        import sentry_sdk
        from sentry_sdk.utils import BadDsn
    except ImportError:
        raise _missing(DSN) from None
    try:
        sentry_sdk.init(
            dsn,
            release=f"plan-gate@{__version__}",
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,  # they hold tokens and plans
            max_breadcrumbs=0,
        )
    except BadDsn as fault:
        raise UsageError(f"{DSN} is no address of a project: {fault}") from None
    _places.sentry = True
    try:
        yield
    finally:
        _places.sentry = False
        sentry_sdk.get_client().close(FLUSH)


def _missing(variable: str) -> UsageError:
    return UsageError(
        f"{variable} is set, but what sends there is not installed: "
        'install "plan-gate[telemetry]", or unset it'
    )
