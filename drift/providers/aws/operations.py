"""AWS's API as botocore's models describe it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any

from drift.provider.operations import Kind, Model, Operation, Shape

READ_ONLY = re.compile(r"(Describe|List|Get|BatchGet|Lookup|Search|Head)[A-Z]\w*")
"""What an operation that changes nothing is called (AWS API naming)."""

READS_ALL_THE_SAME = frozenset({("iam", "GenerateServiceLastAccessedDetails")})
"""What changes nothing and is not called so: it makes IAM count what a role used, and the Service Authorization
Reference gives it the access level Read. GetServiceLastAccessedDetails answers for nothing else."""

ALSO_SECRET = {
    ("lambda", "GetFunction"): frozenset({"Location"}),
    ("lambda", "GetLayerVersion"): frozenset({"Location"}),
    ("ec2", "DescribeInstanceAttribute"): frozenset({"UserData"}),
    ("firehose", "DescribeDeliveryStream"): frozenset({"HECToken"}),
}
"""(service, operation) -> members that hold secrets although the model does not mark them."""

ALSO_ANSWERED: Mapping[str, frozenset[str]] = {
    "cloudformation": frozenset({"ValidationError"}),
    "elbv2": frozenset({"InvalidAction", "UnknownOperationException"}),
    "opensearch": frozenset({"ValidationException"}),
    "quicksight": frozenset({"ResourceNotFoundException"}),
    "rds": frozenset({"DBSubnetGroupNotFound"}),
    "s3": frozenset({
        "NoSuchTagSet", "NoSuchBucketPolicy", "NoSuchCORSConfiguration", "NoSuchLifecycleConfiguration",
        "NoSuchWebsiteConfiguration", "NoSuchPublicAccessBlockConfiguration", "OwnershipControlsNotFoundError",
        "ServerSideEncryptionConfigurationNotFoundError", "ObjectLockConfigurationNotFoundError",
        "ReplicationConfigurationNotFoundError", "MethodNotAllowed", "NotImplemented", "UnsupportedArgument",
        "UnsupportedOperation", "XNotImplemented", "404",
    }),
    "s3control": frozenset({
        "NoSuchAccessPoint", "NoSuchAccessPointPolicy", "AccessGrantsInstanceNotExistsError",
    }),
    "sagemaker": frozenset({"ValidationException"}),
    "ses": frozenset({"InvalidAction"}),
    "sqs": frozenset({"AWS.SimpleQueueService.NonExistentQueue"}),
}  # fmt: skip
"""Service -> error codes that it answers although its model does not name them: the common errors of its API
reference, and older names that it still uses."""

ALSO_KEYS = {
    "TopicAttributesMap": ("sns", "CreateTopic", "Attributes"),
    "SubscriptionAttributesMap": ("sns", "Subscribe", "Attributes"),
}
"""Map -> the argument whose documentation names the keys that the map's own leaves out."""

_KINDS: Mapping[str, Kind] = {
    "structure": "structure", "list": "list", "map": "map", "string": "text", "character": "text",
    "integer": "number", "long": "number", "float": "number", "double": "number", "boolean": "flag",
    "timestamp": "time", "blob": "bytes",
}  # fmt: skip
_MENTIONED = re.compile(r"<code>([A-Za-z][\w.-]*)</code>")


def reads(service: str, op: str) -> bool:
    """Whether an operation changes nothing."""
    return bool(READ_ONLY.fullmatch(op)) or (service, op) in READS_ALL_THE_SAME


class BotoShape:
    """A shape of botocore's, as the lint and the tape see it."""

    def __init__(self, shape: Any, secret: frozenset[str] = frozenset()) -> None:
        self._shape = shape
        self._secret = secret

    @property
    def kind(self) -> Kind:
        """What sort of value it is; a JSON document is none of them."""
        document = self._shape.type_name == "structure" and getattr(self._shape, "is_document_type", False)
        return "any" if document else _KINDS.get(self._shape.type_name, "any")

    @property
    def name(self) -> str:
        """As botocore calls it."""
        return str(self._shape.name)

    @cached_property
    def sensitive(self) -> bool:
        """Whether the model marks it, or it is one of what the model forgot."""
        return bool(self._shape.metadata.get("sensitive"))

    @cached_property
    def members(self) -> Mapping[str, Shape]:
        """The members of a structure, made when they are looked at: shapes may contain themselves."""
        return _Members(getattr(self._shape, "members", {}), self._secret)

    @cached_property
    def element(self) -> Shape | None:
        """What a list or a map is made of."""
        inner = getattr(self._shape, "member", None) or getattr(self._shape, "value", None)
        return BotoShape(inner, self._secret) if inner is not None else None

    @cached_property
    def names(self) -> frozenset[str] | None:
        """The enumeration of a text or of a map's keys, or else what the documentation mentions."""
        named = self._shape.key if self._shape.type_name == "map" else self._shape
        listed = frozenset(getattr(named, "enum", None) or ())
        return listed or frozenset(_MENTIONED.findall(_documentation(self._shape))) or None

    @cached_property
    def complete(self) -> bool:
        """Whether the names are an enumeration."""
        named = self._shape.key if self._shape.type_name == "map" else self._shape
        return bool(getattr(named, "enum", None))


def _documentation(shape: Any) -> str:
    own = str(shape.documentation or "")
    if own and shape.name in ALSO_KEYS:
        service, op, argument = ALSO_KEYS[shape.name]
        own += service_model(service).operation_model(op).input_shape.members[argument].documentation
    return own


class _Secret(BotoShape):
    sensitive = True


class _Members(Mapping[str, Shape]):
    def __init__(self, members: Mapping[str, Any], secret: frozenset[str]) -> None:
        self._members = members
        self._secret = secret
        self._made: dict[str, Shape] = {}

    def __getitem__(self, name: str) -> Shape:
        if name not in self._made:
            form = _Secret if name in self._secret else BotoShape
            self._made[name] = form(self._members[name], self._secret)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


class BotoOperations:
    """All operations of AWS."""

    def find(self, service: str, op: str) -> Operation | None:
        """One operation as botocore's model of the service describes it."""
        model = service_model(service)
        return _operation(service, op) if model is not None and op in model.operation_names else None

    def services(self) -> Iterable[str]:
        """The name of every service that botocore has a model of."""
        names: list[str] = _loader().list_available_services("service-2")
        return names

    def names(self, service: str) -> Iterable[str]:
        """The operations of a service."""
        model = service_model(service)
        names: list[str] = model.operation_names if model is not None else []
        return names

    def errors(self, service: str) -> frozenset[str]:
        """Every code that the model of a service names, and those that it forgot."""
        model = service_model(service)
        if model is None or not (named := _codes(model.error_shapes)):
            return frozenset()
        return named | ALSO_ANSWERED.get(service, frozenset())


@cache
def service_model(service: str) -> Any:
    """botocore's model of a service; None of a service that it does not know.

    It is loaded without a session: a session fails where AWS_PROFILE names none, and a model belongs to no account.
    """
    from botocore.exceptions import UnknownServiceError
    from botocore.model import ServiceModel

    try:
        return ServiceModel(_loader().load_service_model(service, "service-2"), service_name=service)
    except UnknownServiceError:
        return None


@cache
def _loader() -> Any:
    """One for all models: each looks through the directories of all services first."""
    from botocore.loaders import create_loader

    return create_loader()


@cache
def _operation(service: str, op: str) -> Operation:
    model = service_model(service).operation_model(op)
    secret = ALSO_SECRET.get((service, op), frozenset())
    return Operation(
        takes=_Members(model.input_shape.members if model.input_shape is not None else {}, frozenset()),
        required=frozenset(model.input_shape.required_members if model.input_shape is not None else ()),
        answers=BotoShape(model.output_shape, secret) if model.output_shape is not None else Model("structure"),
        errors=named | ALSO_ANSWERED.get(service, frozenset()) if (named := _codes(model.error_shapes)) else named,
        reads=reads(service, op),
    )


def _codes(shapes: Any) -> frozenset[str]:
    """Both names of each error: older protocols answer the code, newer ones the shape's name."""
    return frozenset(code for shape in shapes for code in (shape.error_code, shape.name) if code)
