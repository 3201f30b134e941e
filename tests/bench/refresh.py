"""`drift check` beside `terraform plan -refresh-only`: wall time and API requests, in one run.

    python -m tests.bench.refresh [--resources 200] [--latency 50]

Both ask the same moto server through the same proxy, which adds the latency and counts. Two
configurations are generated: of types that AWS lists whole (security groups, subnets, IAM roles,
volumes), and of types whose tags take a call each (log groups, parameters). drift looks at the types
of the configuration alone: moto does not serve the listings of all the others, and a retried refusal
would be measured in their stead. What it finds unmanaged besides is included in its numbers;
Terraform cannot see it.
"""

from __future__ import annotations

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.world import FAKE, PROVIDER, Terraform, cli_config, endpoint_provider, moto_server

LISTED = """
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "x" {
  count  = %(n)d
  name   = "group-${count.index}"
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "x" {
  count      = %(n)d
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet("10.0.0.0/16", 10, count.index)
}

resource "aws_iam_role" "x" {
  count              = %(n)d
  name               = "role-${count.index}"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}

resource "aws_ebs_volume" "x" {
  count             = %(n)d
  availability_zone = "us-east-1a"
  size              = 8
}
"""
ONE_BY_ONE = """
resource "aws_cloudwatch_log_group" "x" {
  count = 2 * %(n)d
  name  = "/bench/${count.index}"
}

resource "aws_ssm_parameter" "x" {
  count = 2 * %(n)d
  name  = "/bench/${count.index}"
  type  = "String"
  value = "x"
}
"""
SETS = {
    "types that AWS lists whole": (LISTED, "aws_vpc,aws_security_group,aws_subnet,aws_iam_role,aws_ebs_volume"),
    "types whose tags take a call each": (ONE_BY_ONE, "aws_cloudwatch_log_group,aws_ssm_parameter"),
}


@contextmanager
def slow_proxy(target: str, seconds: float) -> Iterator[tuple[str, list[int]]]:
    """An address that answers as `target` does, later; and a counter of what was asked."""
    host = urlsplit(target).netloc
    counter = [0]
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            with lock:
                counter[0] += 1
            time.sleep(seconds)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            connection = http.client.HTTPConnection(host, timeout=60)
            connection.request(
                self.command, self.path, body, {k: v for k, v in self.headers.items() if k != "Connection"}
            )
            answer = connection.getresponse()
            data = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            connection.close()

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = forward  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Nothing: it would be measured."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", counter
    finally:
        server.shutdown()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resources", type=int, default=200)
    parser.add_argument("--latency", type=float, default=50, help="milliseconds added to every request")
    options = parser.parse_args()
    if cli_config() is None:
        sys.exit("terraform is not on the PATH: there is nothing to compare with")
    for name, (blocks, types) in SETS.items():
        _compare(name, blocks % {"n": options.resources // 4}, types, options.latency / 1000)


def _compare(name: str, blocks: str, types: str, latency: float) -> None:
    with tempfile.TemporaryDirectory() as folder, moto_server() as direct:
        work = Path(folder)
        (work / "main.tf").write_text(PROVIDER + endpoint_provider() + blocks)
        terraform = Terraform(work, direct)
        terraform("init", "-input=false")
        terraform("apply", "-auto-approve", "-input=false", "-parallelism=30")
        count = terraform("state", "list").count("\n")
        with slow_proxy(direct, latency) as (url, counter):
            rows = [_terraform(work, url, counter), _drift(work, url, counter, types)]
    say = sys.stdout.write
    say(f"{name}: {count} resources, {latency * 1000:.0f} ms added to each request\n")
    for what, seconds, requests in rows:
        say(f"  {what:<30} {seconds:7.1f} s {requests:7d} API requests\n")
    (_, slow, many), (_, fast, few) = rows
    say(f"  {'ratio':<30} {slow / fast:7.1f} x {many / few:7.1f} x\n")


def _terraform(work: Path, url: str, counter: list[int]) -> tuple[str, float, int]:
    terraform = Terraform(work, url)
    counter[0], started = 0, time.monotonic()
    terraform("plan", "-refresh-only", "-input=false", "-no-color", "-parallelism=30")
    return "terraform plan -refresh-only", time.monotonic() - started, counter[0]


def _drift(work: Path, url: str, counter: list[int], types: str) -> tuple[str, float, int]:
    counter[0], started = 0, time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "drift", "check", "--state", "terraform.tfstate", "--only", types],
        cwd=work, env={**os.environ, **FAKE, "AWS_ENDPOINT_URL": url}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"drift check: exit {done.returncode}\n{done.stdout[-3000:]}{done.stderr}")
    return "drift check", time.monotonic() - started, counter[0]


if __name__ == "__main__":
    main()
