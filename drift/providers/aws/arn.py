"""Amazon Resource Names."""

from __future__ import annotations

from typing import NamedTuple


class Arn(NamedTuple):
    """arn:partition:service:region:account:resource; `region` and `account` may be empty."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return ":".join(("arn", *self))

    @classmethod
    def parse(cls, text: object) -> Arn | None:
        """The ARN in `text`; None if it is not an ARN.

        >>> Arn.parse("arn:aws:sqs:eu-west-1:123456789012:jobs").region
        'eu-west-1'
        """
        if not isinstance(text, str) or not text.startswith("arn:"):
            return None
        fields = text.split(":", 5)
        return cls(*fields[1:]) if len(fields) == 6 else None
