"""What we were not allowed, or not able, to know."""

from __future__ import annotations

from dataclasses import dataclass

NOT_OFFERED = "NotOffered"
"""The code of a refusal by an emulator of the cloud that does not know the operation."""
NOT_ASKED = "NotAsked"
"""The code of content that drift may read and does not, because nobody asked for it: what is kept secret."""
SWITCHED_OFF = "SwitchedOff"
"""The code of a refusal by a service that nobody switched on: the cloud has the code of a missing permission for it."""
NOT_ON_TAPE = "NotOnTape"
"""The code of a refusal by a replayed tape: nobody asked this when it was recorded."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands where a value would, had the cloud let us read it: never equal to any value."""

    action: str
    """The permission that was refused: `s3:GetBucketTagging`."""
    code: str
    """The cloud's error code, or the name of the failure."""


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """A listing that failed: nothing behind it may be called missing, unmanaged or in sync."""

    type: str
    account: str
    region: str
    action: str
    code: str
    within: str = ""
    """The parent whose children could not be listed; empty for a whole type in a whole region."""


@dataclass(frozen=True, slots=True, order=True)
class Unread:
    """A managed resource that could not be judged, or not in whole."""

    address: str
    type: str
    path: str
    """The attribute that could not be read; empty for the whole resource."""
    action: str
    code: str
