"""A proxy between drift and a simulated AWS that does to answers what networks, proxies and AWS itself do.

Real HTTP on both sides: what is cut is cut on a socket. A page holds one entry here, so that a listing has many.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in</body></html>"
ENTRIES = 1
"""Entries of one page."""
_SIZES = re.compile(rb'("(?:MaxResults|limit|Limit|MaxItems)": ?|\b(?:MaxItems|MaxResults)=)\d+')
_NEXT = re.compile(rb'"(?:NextToken|nextToken|ExclusiveStartTableName)":|\b(?:Marker|NextToken)=')
_FIRST_CALL = re.compile(rb"Action=GetCallerIdentity")


@dataclass(frozen=True)
class Asked:
    """A request on its way to AWS."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    number: int
    """Which request of this run it is, the first call not counted."""

    @property
    def is_first_call(self) -> bool:
        """Whether it asks whose credentials these are."""
        return bool(_FIRST_CALL.search(self.body))

    @property
    def is_further_page(self) -> bool:
        """Whether it asks for a page after the first."""
        return bool(_NEXT.search(self.body))


@dataclass(frozen=True)
class Answered:
    """An answer on its way back."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    announced: int = -1
    """The Content-Length; the body's own where it is left out."""
    reset: bool = False
    """Whether the connection is reset in place of any answer."""
    seconds: float = 0
    """How long it takes."""


Fault = Callable[[Asked, Answered, random.Random], Answered]


def at(share: float, fault: Fault) -> Fault:
    """The fault, for a share of all requests; the first call of a run goes through."""

    def sometimes(asked: Asked, answered: Answered, dice: random.Random) -> Answered:
        return fault(asked, answered, dice) if not asked.is_first_call and dice.random() < share else answered

    return sometimes


def when(condition: Callable[[Asked], bool], fault: Fault) -> Fault:
    """The fault, for requests of which this holds."""
    return lambda asked, answered, dice: fault(asked, answered, dice) if condition(asked) else answered


def body(made: Callable[[bytes], bytes]) -> Fault:
    """Another body, honestly announced."""
    return lambda asked, answered, dice: Answered(answered.status, made(answered.body), answered.headers)


def cut(share: float) -> Fault:
    """A part of the body arrives, the whole was announced, and the connection is closed."""

    def fault(asked: Asked, answered: Answered, dice: random.Random) -> Answered:
        part = answered.body[: int(len(answered.body) * share)]
        return Answered(answered.status, part, answered.headers, announced=len(answered.body))

    return fault


def reset(asked: Asked, answered: Answered, dice: random.Random) -> Answered:
    """The connection is reset."""
    return Answered(0, b"", reset=True)


def late(seconds: float) -> Fault:
    """The answer comes, later."""
    return lambda asked, answered, dice: Answered(answered.status, answered.body, answered.headers, seconds=seconds)


def page(asked: Asked, answered: Answered, dice: random.Random) -> Answered:
    """A proxy's own page under status 200."""
    return Answered(200, PAGE, (("Content-Type", "text/html"),))


def refusal(status: int, code: str) -> Fault:
    """An error of AWS in the form of the service that is asked."""

    def fault(asked: Asked, answered: Answered, dice: random.Random) -> Answered:
        if "X-Amz-Target" in asked.headers or asked.path.startswith("/v2/"):
            said = json.dumps({"__type": code, "message": "no"}).encode()
            return Answered(status, said, (("Content-Type", "application/json"), ("x-amzn-ErrorType", code)))
        if asked.headers.get("smithy-protocol") == "rpc-v2-cbor":
            said = b"\xbf" + _text("__type") + _text(code) + _text("message") + _text("no") + b"\xff"
            kind = (("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"))
            return Answered(status, said, kind)
        error = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
        if not asked.body.startswith(b"Action="):
            return Answered(status, error.encode(), (("Content-Type", "application/xml"),))
        ec2 = "ec2" in asked.headers.get("Authorization", "")
        whole = f"<Response><Errors>{error}</Errors></Response>" if ec2 else f"<ErrorResponse>{error}</ErrorResponse>"
        return Answered(status, whole.encode(), (("Content-Type", "text/xml"),))

    return fault


def bare(status: int) -> Fault:
    """A status without a word of AWS's."""
    return lambda asked, answered, dice: Answered(status, b"")


def _text(value: str) -> bytes:
    raw = value.encode()
    return (bytes([0x60 + len(raw)]) if len(raw) < 24 else bytes([0x78, len(raw)])) + raw


def noise(whole: bytes) -> bytes:
    """The same length, and no document."""
    return bytes((b + 7) % 256 for b in whole)


def _first(asked: Asked) -> bool:
    return asked.is_first_call


FAULTS: Mapping[str, Fault] = {
    "truncated at 20 %": at(0.2, body(lambda whole: whole[: len(whole) // 2])),
    "shortened by a byte at 20 %": at(0.2, body(lambda whole: whole[:-1])),
    "empty at 20 %": at(0.2, body(lambda _: b"")),
    "malformed at 20 %": at(0.2, body(noise)),
    "an empty document at 20 %": at(0.2, body(lambda whole: b"{}" if whole[:1] == b"{" else b"<Response/>")),
    "a page of a proxy at 20 %": at(0.2, page),
    "cut in the middle at 20 %": at(0.2, cut(0.5)),
    "cut before the last byte at 20 %": at(0.2, cut(0.99)),
    "nothing of what was announced at 20 %": at(0.2, cut(0)),
    "reset at 10 %": at(0.1, reset),
    "reset at 30 %": at(0.3, reset),
    "500 at 10 %": at(0.1, refusal(500, "InternalFailure")),
    "500 at 30 %": at(0.3, refusal(500, "InternalFailure")),
    "a bare 404 at 10 %": at(0.1, bare(404)),
    "a bare 500 at 20 %": at(0.2, bare(500)),
    "a bare 503 at 20 %": at(0.2, bare(503)),
    "throttled at 5 %": at(0.05, refusal(400, "ThrottlingException")),
    "throttled at 30 %": at(0.3, refusal(400, "ThrottlingException")),
    "throttled at 60 %": at(0.6, refusal(400, "ThrottlingException")),
    "denied at 20 %": at(0.2, refusal(403, "AccessDenied")),
    "slow": at(1, late(0.2)),
    "stalled at 10 %": at(0.1, late(600)),
    "the clock is wrong": at(1, refusal(403, "RequestTimeTooSkewed")),
    "the credentials expire in mid-scan": when(lambda a: a.number > 25, refusal(403, "ExpiredToken")),
    "every further page truncated": when(lambda a: a.is_further_page, body(lambda whole: whole[: len(whole) // 2])),
    "every further page empty": when(lambda a: a.is_further_page, body(lambda _: b"")),
    "every further page fails": when(lambda a: a.is_further_page, refusal(500, "InternalFailure")),
    "the first call is throttled": when(_first, refusal(400, "Throttling")),
    "the first call fails": when(_first, refusal(503, "ServiceUnavailable")),
    "the first call is a page of a proxy": when(_first, page),
    "the first call is cut": when(_first, cut(0.5)),
}
"""What happens on the way -> what does it."""
SURVIVED, TOLD, REFUSED = "same", "partial", "refused"
OUTCOME: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(FAULTS, (SURVIVED,)),
    "an empty document at 20 %": (SURVIVED, TOLD),
    "throttled at 30 %": (SURVIVED, TOLD),
    "throttled at 60 %": (SURVIVED, TOLD),
    "a bare 404 at 10 %": (SURVIVED, TOLD),
    "stalled at 10 %": (SURVIVED, TOLD),
    **dict.fromkeys(("denied at 20 %", "the clock is wrong", "the credentials expire in mid-scan"), (TOLD,)),
    **{name: (TOLD,) for name in FAULTS if name.startswith("every further page")},
    **{name: (REFUSED,) for name in FAULTS if name.startswith("the first call")},
}
"""What may come of each: the verdicts of a run without it, a part of them with what was not read, or an error."""
SMALL = (
    "truncated at 20 %", "an empty document at 20 %", "malformed at 20 %", "a page of a proxy at 20 %", "cut in the middle at 20 %", "reset at 30 %",
    "500 at 30 %", "denied at 20 %", "the credentials expire in mid-scan", "every further page truncated",
    "the first call is throttled",
)  # fmt: skip
"""Those that every run of the tests has."""


class Proxy:
    """Where drift is sent; `fault` is what happens to what comes back."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.fault: Fault = lambda asked, answered, dice: answered
        self.dice = random.Random(0)
        self.requests: Counter[str] = Counter()
        self.over = threading.Event()
        self.lock = threading.Lock()

    def begin(self, fault: Fault | None, seed: int = 0) -> None:
        """A new run, with another fault."""
        self.fault = fault or (lambda asked, answered, dice: answered)
        self.dice, self.requests = random.Random(seed), Counter()
        self.dice.random()

    def decided(self, asked: Asked, answered: Answered) -> Answered:
        """What comes back."""
        with self.lock:  # one set of dice
            found = self.fault(asked, answered, self.dice)
            self.requests["hit" if found is not answered else "through"] += 1
        return found


@contextmanager
def chaos(target: str) -> Iterator[Proxy]:  # noqa: C901 - a server is one thing
    """A proxy before the simulated AWS at `target`."""
    host, local = urlsplit(target).netloc, threading.local()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def forward(self) -> None:
            sent = _SIZES.sub(rb"\g<1>%d" % ENTRIES, self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            if self.path.startswith(("/moto-api", "/_localstack")):  # it does not say that it is an emulator
                return self.reply(Answered(404, b""))
            headers = dict(self.headers)
            number = sum(proxy.requests.values())
            asked = Asked(self.command, self.path, headers, sent, number)
            return self.reply(proxy.decided(asked, self.answer(asked)))

        def answer(self, asked: Asked) -> Answered:
            kept = {k: v for k, v in asked.headers.items() if k.lower() not in ("connection", "content-length")}
            for _ in range(3):  # a connection that was kept may have been closed by the other side
                if not hasattr(local, "connection"):
                    local.connection = http.client.HTTPConnection(host, timeout=60)
                try:
                    local.connection.request(asked.method, asked.path, asked.body, kept)
                    found = local.connection.getresponse()
                    return Answered(found.status, found.read(), tuple(found.getheaders()))
                except (http.client.HTTPException, OSError):
                    local.connection.close()
                    del local.connection
            raise AssertionError("the simulated AWS does not answer")

        def finish(self) -> None:
            if hasattr(local, "connection"):
                local.connection.close()
            super().finish()

        def reply(self, answered: Answered) -> None:
            if answered.seconds and proxy.over.wait(answered.seconds):
                self.close_connection = True
                return
            if answered.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True
                return
            size = len(answered.body) if answered.announced < 0 else answered.announced
            self.send_response(answered.status)
            for name, value in answered.headers:
                if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server"):
                    self.send_header(name, value)
            if self.command != "HEAD":
                self.send_header("Content-Length", str(size))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answered.body)
            if size != len(answered.body):
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = forward  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, *_: object) -> None:
            """A client that went away is no news here."""

    server = Server(("127.0.0.1", 0), Handler)
    proxy = Proxy(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.over.set()
        server.shutdown()
        server.server_close()


# --- the account -----------------------------------------------------------------------------------------------

ACCOUNT, REGION = "123456789012", "us-east-1"
TYPES = (
    "aws_sqs_queue", "aws_iam_role", "aws_cloudwatch_log_group", "aws_s3_bucket", "aws_sns_topic", "aws_ssm_parameter",
    "aws_dynamodb_table", "aws_apigatewayv2_api", "aws_cloudwatch_metric_alarm", "aws_vpc",
)  # fmt: skip
"""One at least of each protocol that AWS speaks: JSON, query, EC2's, REST with JSON and with XML, CBOR."""
TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
})  # fmt: skip


def built(aws: Callable[[str], Any], count: int) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """An account with `count` resources of each type, what Terraform would record of it, and the lines that drift must
    say of what was then done to it by hand."""
    state: dict[str, dict[str, Any]] = {}
    names = [f"n{n:03d}" for n in range(count)]
    for name in names:
        state |= _one(aws, name)
    return state, _tampered(aws, names)


def _one(aws: Callable[[str], Any], name: str) -> dict[str, dict[str, Any]]:
    arn = f"arn:aws:{{}}:{REGION}:{ACCOUNT}:{{}}"
    url = aws("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": "30"})["QueueUrl"]
    aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, Description=name)
    aws("logs").create_log_group(logGroupName=name)
    aws("logs").put_retention_policy(logGroupName=name, retentionInDays=7)
    aws("s3").create_bucket(Bucket=f"bucket-{name}")
    topic = aws("sns").create_topic(Name=name, Attributes={"DisplayName": name})["TopicArn"]
    aws("ssm").put_parameter(Name=name, Type="String", Value=name)
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    aws("dynamodb").create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=key,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    api = aws("apigatewayv2").create_api(Name=name, ProtocolType="HTTP", Description=name)["ApiId"]
    aws("cloudwatch").put_metric_alarm(
        AlarmName=name, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, MetricName="Errors",
        Namespace="AWS/Lambda", Period=60, Statistic="Sum", Threshold=1,
    )  # fmt: skip
    vpc = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return {
        f"aws_sqs_queue.{name}": {
            "id": url, "url": url, "name": name, "arn": arn.format("sqs", name), "visibility_timeout_seconds": 30,
        },
        f"aws_iam_role.{name}": {
            "id": name, "name": name, "arn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "description": name,
            "assume_role_policy": TRUST, "path": "/",
        },
        f"aws_cloudwatch_log_group.{name}": {
            "id": name, "name": name, "arn": arn.format("logs", f"log-group:{name}"), "retention_in_days": 7,
        },
        f"aws_s3_bucket.{name}": {
            "id": f"bucket-{name}", "bucket": f"bucket-{name}", "arn": f"arn:aws:s3:::bucket-{name}", "region": REGION,
        },
        f"aws_sns_topic.{name}": {"id": topic, "arn": topic, "name": name, "display_name": name},
        f"aws_ssm_parameter.{name}": {
            "id": name, "name": name, "arn": arn.format("ssm", f"parameter/{name}"), "type": "String", "value": name,
        },
        f"aws_dynamodb_table.{name}": {
            "id": name, "name": name, "arn": arn.format("dynamodb", f"table/{name}"), "hash_key": "id",
            "billing_mode": "PAY_PER_REQUEST", "attribute": [{"name": "id", "type": "S"}],
        },
        f"aws_apigatewayv2_api.{name}": {
            "id": api, "arn": f"arn:aws:apigateway:{REGION}::/apis/{api}", "name": name, "protocol_type": "HTTP",
            "description": name,
        },
        f"aws_cloudwatch_metric_alarm.{name}": {
            "id": name, "alarm_name": name, "arn": arn.format("cloudwatch", f"alarm:{name}"), "threshold": 1,
            "comparison_operator": "GreaterThanThreshold", "evaluation_periods": 1, "metric_name": "Errors",
            "namespace": "AWS/Lambda", "period": 60, "statistic": "Sum",
        },
        f"aws_vpc.{name}": {
            "id": vpc, "arn": arn.format("ec2", f"vpc/{vpc}"), "cidr_block": "10.0.0.0/16", "enable_dns_support": True,
        },
    }  # fmt: skip


def _tampered(aws: Callable[[str], Any], names: list[str]) -> list[str]:
    first, second, third = names[0], names[1], names[2]
    queue = aws("sqs").get_queue_url(QueueName=first)["QueueUrl"]
    aws("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "5"})
    stray = aws("sqs").create_queue(QueueName="stray")["QueueUrl"]
    aws("iam").delete_role(RoleName=second)
    aws("iam").create_role(RoleName="stray", AssumeRolePolicyDocument=TRUST)
    aws("logs").put_retention_policy(logGroupName=third, retentionInDays=1)
    aws("logs").delete_log_group(logGroupName=first)
    aws("s3").create_bucket(Bucket="bucket-stray")
    topic = aws("sns").create_topic(Name=second)["TopicArn"]
    aws("sns").set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="by hand")
    aws("ssm").put_parameter(Name=third, Type="String", Value="by hand", Overwrite=True)
    aws("dynamodb").delete_table(TableName=first)
    api = next(a["ApiId"] for a in aws("apigatewayv2").get_apis()["Items"] if a["Name"] == second)
    aws("apigatewayv2").update_api(ApiId=api, Description="by hand")
    aws("cloudwatch").delete_alarms(AlarmNames=[third])
    return sorted([
        f"modified aws_sqs_queue.{first} visibility_timeout_seconds",
        f"unmanaged aws_sqs_queue {stray}",
        f"missing aws_iam_role.{second}",
        "unmanaged aws_iam_role stray",
        f"modified aws_cloudwatch_log_group.{third} retention_in_days",
        f"missing aws_cloudwatch_log_group.{first}",
        "unmanaged aws_s3_bucket bucket-stray",
        f"modified aws_sns_topic.{second} display_name",
        f"modified aws_ssm_parameter.{third} value",
        f"missing aws_dynamodb_table.{first}",
        f"modified aws_apigatewayv2_api.{second} description",
        f"missing aws_cloudwatch_metric_alarm.{third}",
    ])  # fmt: skip


__all__ = ["FAULTS", "OUTCOME", "SMALL", "TYPES", "Proxy", "built", "chaos"]
