"""How many calls of a kind go side by side: what AWS allows differs by a factor of a hundred between services.

Widths are what keeps below the documented request rates at the latency that a call usually has (50 to 100 ms): a lane
that is 8 wide makes some 100 calls a second. AWS's limits are of an account and a region; where a page gives a rate
for a class of operations (EC2's non-mutating actions, S3's GET for each prefix), the class is the lane.
`drift.live.asker` narrows a lane when AWS throttles it all the same.

Sources: "Request throttling for the Amazon EC2 API"; "Best practices design patterns: optimizing Amazon S3
performance" (5,500 GET a second for each prefix); the quota pages of CloudWatch Logs, DynamoDB, KMS, SNS and Systems
Manager; IAM, CloudFront, Route 53 (5 a second) and Organizations are known to throttle early.
"""

from __future__ import annotations

from collections.abc import Mapping

WIDTH = 8
"""For a service that is not named here."""

WIDTHS: Mapping[str, int] = {
    "s3": 48,
    "sqs": 32,
    "sns": 16,
    "dynamodb": 16,
    "lambda": 12,
    "ec2": 12,
    "kms": 16,
    "ssm": 8,
    "ecr": 12,
    "events": 10,
    "iam": 8,
    "logs": 8,
    "cloudfront": 4,
    "route53": 3,
    "organizations": 2,
    "application-autoscaling": 4,
    "wafv2": 4,
    "apigateway": 4,
}

OF_OPERATION: Mapping[tuple[str, str], int] = {
    ("logs", "ListTagsForResource"): 4,
    ("dynamodb", "ListTagsOfResource"): 8,
    ("ssm", "ListTagsForResource"): 8,
    ("iam", "GetAccountAuthorizationDetails"): 3,
}
"""Operations with a limit of their own: each is a lane beside its service's."""


def lane(service: str, operation: str) -> tuple[str, int]:
    """(the lane within the service, how many calls go side by side in it)."""
    own = OF_OPERATION.get((service, operation))
    return (operation, own) if own is not None else ("", WIDTHS.get(service, WIDTH))
