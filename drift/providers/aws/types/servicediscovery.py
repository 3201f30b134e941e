"""AWS Cloud Map."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, number, text
from drift.provider.spec import Attr, Call, Ref, ResourceType, Where
from drift.providers.aws.kinds import tags

TAGS = Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceARN": "Arn"},
            gone=frozenset({"ResourceNotFoundException"}))


def _namespace(name: str, kind: str, *, computed: dict[str, Attr], describe: tuple[Call, ...] = (),
               attributes: dict[str, Attr] | None = None, **more: Any) -> ResourceType:
    """One kind of namespace: they are listed together."""
    return ResourceType(
        name=f"aws_service_discovery_{name}_namespace",
        service="servicediscovery",
        list=Call(op="ListNamespaces", take=f"Namespaces[?Type == '{kind}']"),
        describe=(TAGS, *describe),
        id=text("Id"),
        label="name",
        # those that another account shares with us are listed, too
        account="account(Arn)",
        computed={"arn": text("Arn"), **computed},
        attributes={
            "name":        text("Name"),
            "description": text("Description"),
            **(attributes or {}),
            "tags":        tags("Tags"),
        },
        **more,
    )


ZONE = "last(Properties.DnsProperties.HostedZoneId)"
MADE_ZONE = (Ref("hosted_zone", to="aws_route53_zone"),)

HTTP_NAMESPACE = _namespace(
    "http", "HTTP", computed={"http_name": text("Properties.HttpProperties.HttpName")},
)

PUBLIC_DNS_NAMESPACE = _namespace(
    "public_dns", "DNS_PUBLIC", computed={"hosted_zone": text(ZONE)}, creates=MADE_ZONE,
)


def _first(found: Any, _item: Any) -> Any:
    return next(iter(found or ()), None)


def _one_of(want: Value, have: Value) -> bool:
    """Further networks may have been associated with the zone; a private zone without any does not tell."""
    return isinstance(want, frozenset) and isinstance(have, frozenset) and (want <= have or not have)


PRIVATE_DNS_NAMESPACE = _namespace(
    "private_dns", "DNS_PRIVATE",
    computed={"hosted_zone": text(ZONE)},
    # Cloud Map does not tell the network; the zone that it made does
    describe=(Call(op="GetHostedZone", service="route53", take="VPCs[].VPCId", into="Networks", bind={"Id": ZONE},
                   gone=frozenset({"NoSuchHostedZone"})),),
    attributes={
        "vpc": attr("Networks", values.unordered(values.text), same=_one_of, written=_first,
                    from_state=lambda value, _: frozenset({value} - {None, ""})),
    },
    import_id="join(':', [id, vpc[0] || ''])",
    creates=MADE_ZONE,
    refs=(Ref("vpc[]", to="aws_vpc"),),
)

SERVICE = ResourceType(
    name="aws_service_discovery_service",
    service="servicediscovery",
    # a namespace with services cannot be deleted (DeleteNamespace)
    list=Call(op="ListServices", take="Services",
              where=(Where("aws_service_discovery_private_dns_namespace"),
                     Where("aws_service_discovery_public_dns_namespace"),
                     Where("aws_service_discovery_http_namespace"))),
    describe=(
        # two calls for each service: the listing does not tell its namespace
        Call(op="GetService", take="Service", into="Service", bind={"Id": "Id"}, gone=frozenset({"ServiceNotFound"})),
        TAGS,
    ),
    id=text("Id"),
    label="name",
    account="account(Arn)",
    computed={"arn": text("Arn")},
    attributes={
        "name":                       text("Name"),
        "description":                text("Description"),
        "namespace_id":               text("Service.NamespaceId", assigned=True),
        "type":                       text("Service.Type", assigned=True),
        "dns_config":                 block("Service.DnsConfig && {config: Service.DnsConfig, id: Service.NamespaceId}", {
            "namespace_id":   text("config.NamespaceId || id"),
            "routing_policy": text("config.RoutingPolicy", default="MULTIVALUE"),
            "dns_records":    blocks("config.DnsRecords", {
                "ttl":  number("TTL"),
                "type": text("Type"),
            }, key=lambda r: r.get("type")),
        }),
        "health_check_config":        block("Service.HealthCheckConfig", {
            "failure_threshold": number("FailureThreshold", default=1),
            "resource_path":     text("ResourcePath", assigned=True),
            "type":              text("Type", default="HTTP"),
        }),
        "health_check_custom_config": block("Service.HealthCheckCustomConfig", {
            # no longer chosen: always 1, whether or not it is told
            "failure_threshold": attr("FailureThreshold", lambda value: values.number(value) or 1),
        }),
        "tags":                       tags("Tags"),
    },
    ignored={"force_destroy": "an instruction to Terraform"},
    refs=(
        Ref("namespace_id", to="aws_service_discovery_private_dns_namespace"),
        Ref("namespace_id", to="aws_service_discovery_public_dns_namespace"),
        Ref("namespace_id", to="aws_service_discovery_http_namespace"),
    ),
)
