"""What could not be read: listings, resources and attributes, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass

NOT_OFFERED = "NotOffered"
"""Code of a refusal by an emulator of the cloud that does not support the operation."""
NOT_ASKED = "NotAsked"
"""Code for secret content, which drift does not read unless the user asks for it."""
SWITCHED_OFF = "SwitchedOff"
"""Code of a refusal because the service is not enabled in the account. The cloud returns the code of a missing
permission."""
NOT_ON_TAPE = "NotOnTape"
"""Code of a refusal in a replay: the recording does not contain the response."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands in the place of a value that could not be read. It is not equal to any value."""

    action: str
    """The permission that was refused: `s3:GetBucketTagging`."""
    code: str
    """The cloud's error code, or the name of the exception."""


EVERY_TYPE = "*"
"""The type of a gap that concerns a whole account: nothing of it could be listed."""


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """A listing that failed. Resources that it would contain are not missing, unmanaged or in sync."""

    type: str
    account: str
    region: str
    """Empty for every region of the account."""
    action: str
    code: str
    within: str = ""
    """The parent whose children could not be listed; empty if a type could not be listed in a region."""


@dataclass(frozen=True, slots=True, order=True)
class Unread:
    """A managed resource that could not be compared, or one attribute of it."""

    address: str
    type: str
    path: str
    """The attribute that could not be read; empty for the whole resource."""
    action: str
    code: str
    account: str = ""
    region: str = ""
