# drift in an image, for CI systems that run images. It runs as nobody's user and writes only where you mount something.
#
#   docker build -t drift .                                    more extras: --build-arg EXTRAS=gcs,pg
#   docker run --rm drift --help
#   docker run --rm -v "$PWD:/work:ro" -v "$HOME/.aws:/home/drift/.aws:ro" -e AWS_PROFILE drift check
FROM python:3.13-slim AS build
ARG EXTRAS=""
WORKDIR /source
COPY requirements/run.txt requirements/build.txt requirements/dev.txt requirements/
RUN python -m venv /opt/drift \
    && /opt/drift/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
        -r requirements/run.txt -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY drift drift
# the extras have the versions that the tests prove
RUN sed -nE 's/^([A-Za-z0-9._-]+)(\[[a-z,]+\])?(==[^\]*).*/\1\3/p' requirements/dev.txt > versions.txt \
    && /opt/drift/bin/pip install --no-cache-dir --disable-pip-version-check --no-build-isolation \
        --constraint versions.txt ".[github,gitlab,rules${EXTRAS:+,$EXTRAS}]" \
    && /opt/drift/bin/drift version

FROM python:3.13-slim
COPY --from=build /opt/drift /opt/drift
RUN useradd --create-home --uid 10001 drift
ENV PATH="/opt/drift/bin:$PATH" DRIFT_CONTAINER=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /work
ENTRYPOINT ["drift"]
CMD ["--help"]
