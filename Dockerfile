# The image of the API, the worker and all other commands: `idea-storage serve` unless told otherwise.

FROM python:3.11.14-slim-trixie AS build
WORKDIR /build
COPY requirements.lock ./
# The environment gets no pip: nothing is installed in the image once it is made.
RUN python -m venv --without-pip /opt/venv \
 && pip --disable-pip-version-check --no-cache-dir --python /opt/venv/bin/python install --require-hashes --only-binary :all: \
    --requirement requirements.lock

FROM python:3.11.14-slim-trixie
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    ENVIRONMENT=production \
    HOST=0.0.0.0 \
    PORT=8000
RUN groupadd --system --gid 10001 idea-storage \
 && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin idea-storage \
 && install --directory --owner=10001 --group=10001 --mode=0700 /app/var \
 && printf '#!/bin/sh\nexec python -m app.cli "$@"\n' > /usr/local/bin/idea-storage \
 && chmod 0755 /usr/local/bin/idea-storage
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY alembic.ini ./
COPY migrations ./migrations
COPY app ./app
RUN python -m compileall -q app migrations
USER 10001:10001
EXPOSE 8000
# Of the API; a container that runs the worker switches it off, as compose.yaml does.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/livez\", timeout=4)"]
ENTRYPOINT ["idea-storage"]
CMD ["serve"]
