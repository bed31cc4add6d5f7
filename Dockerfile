# syntax=docker/dockerfile:1
# The server as an image: the runtime's pinned packages and Plan Gate's wheel, and no tool to build with.
# How to run it: docs/operate/deploy.md
ARG PYTHON=python:3.12.12-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /src
COPY requirements.build.lock requirements.runtime.lock ./
RUN python -m venv /build \
 && /build/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.build.lock \
 && python -m venv --without-pip /opt/plan-gate \
 && /build/bin/pip --python /opt/plan-gate/bin/python install --no-cache-dir --require-hashes --only-binary :all: -r requirements.runtime.lock
COPY LICENSE README.md pyproject.toml ./
COPY bot ./bot
RUN /build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --no-index --wheel-dir /dist . \
 && /build/bin/pip --python /opt/plan-gate/bin/python install --no-cache-dir --no-deps --no-index /dist/*.whl

FROM ${PYTHON}
LABEL org.opencontainers.image.title="Plan Gate" \
      org.opencontainers.image.description="Keeps code from merging until its plan is approved" \
      org.opencontainers.image.source="https://github.com/plan-gate/plan-gate" \
      org.opencontainers.image.documentation="https://github.com/plan-gate/plan-gate/blob/main/docs/operate/deploy.md" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.1.0"
RUN groupadd --gid 10001 plan-gate \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin plan-gate \
 && install --directory --owner 10001 --group 10001 --mode 0700 /data
COPY --from=build /opt/plan-gate /opt/plan-gate
ENV PATH=/opt/plan-gate/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATABASE_URL=sqlite:////data/plan-gate.db \
    LOG_FORMAT=json
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["plan-gate"]
CMD ["serve"]
