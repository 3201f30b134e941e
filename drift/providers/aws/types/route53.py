"""Amazon Route 53: zones, records, health checks, and the Resolver."""

from __future__ import annotations

import re
from typing import Any

from drift.model.value import Block, Value
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, caseless, flag, number, set_of, text
from drift.provider.spec import Attributes, Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import group_arn, tags

GONE = frozenset({"NoSuchHostedZone", "NoSuchHealthCheck"})
ESCAPED = re.compile(r"\\([0-7]{3})")


def domain(value: Any) -> str | None:
    """A domain name: lower case, no final dot, `*` where Route 53 answers `\\052`."""
    return values.dot_free(ESCAPED.sub(lambda m: chr(int(m[1], 8)), str(value))) if value else None


def alias_target(value: Any) -> str | None:
    """The console puts `dualstack.` before a load balancer's name; the provider takes it off."""
    name = domain(value)
    return name.removeprefix("dualstack.") if name else None


def bare_id(value: Any) -> str | None:
    """`Z1` of `/hostedzone/Z1`."""
    return str(value).rsplit("/", 1)[-1] if value else None


def record_value(value: Any) -> str:
    """TXT values are quoted in the API and not in Terraform."""
    text_ = str(value)
    return text_[1:-1] if len(text_) > 1 and text_[0] == text_[-1] == '"' else text_


def tags_of(what: str) -> Call:
    """The tags of ten resources at once: no listing of Route 53 has them."""
    return Call(op="ListTagsForResources", take="ResourceTagSets", into="Tags", batch=10, match="ResourceId",
                args={"ResourceType": what}, bind={"ResourceIds": "last(Id)"}, gone=GONE)


def the_vpc(attributes: Attributes) -> frozenset[Value]:
    """What one association holds of its zone's `vpc`."""
    return frozenset({Block(vpc_id=attributes.get("vpc_id"), vpc_region=attributes.get("vpc_region"))})


LINKED = Owner("LinkedService", "the service that made it (Cloud Map and others)")

ZONE = ResourceType(
    name="aws_route53_zone",
    service="route53",
    regional=False,
    list=Call(op="ListHostedZones", take="HostedZones"),
    describe=(
        tags_of("hostedzone"),
        # one call for each zone: no listing tells the VPCs or the delegation set
        Call(op="GetHostedZone", into="Zone", gone=GONE, bind={"Id": "Id"}),
        # one call for each managed zone; a private one is no zone to sign
        Call(op="GetDNSSEC", into="Dnssec", gone=GONE, absent=frozenset({"InvalidArgument"}),
             bind={"HostedZoneId": "last(Id)"}),
        Call(op="ListResourceRecordSets", take="ResourceRecordSets", into="Records", gone=GONE,
             bind={"HostedZoneId": "Id"}),
        # only private zones have any
        Call(op="ListVPCAssociationAuthorizations", take="VPCs", into="Authorizations", gone=GONE,
             only_if="Config.PrivateZone", bind={"HostedZoneId": "last(Id)"}),
    ),
    id=attr("Id", bare_id),
    label="name",
    computed={"private_zone": flag("Config.PrivateZone", outside_schema=True), "zone_id": attr("Id", bare_id)},
    attributes={
        "name":              attr("Name", domain),
        "comment":           text("Config.Comment"),
        "delegation_set_id": attr("Zone.DelegationSet.Id", bare_id),
        "vpc": blocks("Zone.VPCs", {
            "vpc_id":     text("VPCId"),
            "vpc_region": text("VPCRegion", assigned=True),
        }, key=lambda v: v["vpc_id"]),
        "tags":              tags("Tags.Tags"),
    },
    ignored={"force_destroy": "an instruction to Terraform"},
    refs=(Ref("vpc[].vpc_id", to="aws_vpc"),),
    owners=(LINKED,),
)

ZONE_ASSOCIATION = ResourceType(
    name="aws_route53_zone_association",
    service="route53",
    regional=False,
    list=Within("aws_route53_zone", each="Zone.VPCs[]"),
    # a zone of another account is not among ours; its VPC's own list of zones shows it
    lookup=Call(op="ListHostedZonesByVPC", bind={"VPCId": "vpc_id", "VPCRegion": "vpc_region"},
              take="HostedZoneSummaries"),
    id=text("join(':', [last(HostedZoneId || parent.Id), VPCId])"),
    identity=("zone_id", "vpc_id"),
    import_id="join(':', [zone_id, vpc_id])",
    label="join(':', [zone_id, vpc_id])",
    attributes={
        "zone_id":    attr("HostedZoneId || parent.Id", bare_id),
        "vpc_id":     text("VPCId"),
        "vpc_region": text("VPCRegion", assigned=True),
    },
    computed={"owning_account": text("Owner.OwningAccount")},
    parent=Parent("zone_id", to="aws_route53_zone", covers={"vpc": the_vpc}, beside_inline=True),
    refs=(Ref("vpc_id", to="aws_vpc"),),
)

RECORD = ResourceType(
    name="aws_route53_record",
    service="route53",
    regional=False,
    list=Within("aws_route53_zone", each="Records[]"),
    id=text("join('_', [last(parent.Id), Name, Type, SetIdentifier][?@])"),
    identity=("zone_id", "name", "type", "set_identifier"),
    import_id="join('_', [zone_id, name, type, set_identifier][?@])",
    label="join(' ', [type, name])",
    attributes={
        "zone_id":                          attr("parent.Id", bare_id),
        # Terraform keeps the name as it was written, and the full one beside it
        "name":                             attr("Name", domain, from_state=lambda v, i: domain(i.get("fqdn") or v)),
        "type":                             text("Type"),
        "set_identifier":                   text("SetIdentifier"),
        "ttl":                              number("TTL", default=0),
        "records":                          set_of(record_value, "ResourceRecords[].Value"),
        "health_check_id":                  text("HealthCheckId"),
        "multivalue_answer_routing_policy": flag("MultiValueAnswer"),
        "alias": block("AliasTarget", {
            "name":                   attr("DNSName", alias_target, written=lambda found, _: str(found or "").rstrip(".").lower()),
            "zone_id":                text("HostedZoneId"),
            "evaluate_target_health": flag("EvaluateTargetHealth"),
        }),
        "weighted_routing_policy":          block("@", {"weight": number("Weight")}),
        "latency_routing_policy":           block("@", {"region": text("Region")}),
        "failover_routing_policy":          block("@", {"type": text("Failover")}),
        "geolocation_routing_policy": block("GeoLocation", {
            "continent":   text("ContinentCode"),
            "country":     text("CountryCode"),
            "subdivision": text("SubdivisionCode"),
        }),
        "geoproximity_routing_policy": block("GeoProximityLocation", {
            "aws_region":       text("AWSRegion"),
            "local_zone_group": text("LocalZoneGroup"),
            "bias":             number("Bias", default=0),
            "coordinates":      block("Coordinates", {"latitude": text("Latitude"), "longitude": text("Longitude")}),
        }),
        "cidr_routing_policy": block("CidrRoutingConfig", {
            "collection_id": text("CollectionId"),
            "location_name": text("LocationName"),
        }),
    },
    ignored={"allow_overwrite": "an instruction to Terraform"},
    parent=Parent("zone_id", to="aws_route53_zone"),
    owners=(
        Owner("(Type == 'NS' || Type == 'SOA') && Name == parent.Name", "Route 53"),
        Owner("TrafficPolicyInstanceId", "a traffic policy"),
        Owner("parent.LinkedService", "the service that made the zone"),
    ),
    refs=(
        Ref("health_check_id", to="aws_route53_health_check"),
        Ref("alias.name", to="aws_lb", by="dns_name"),
        Ref("alias.name", to="aws_cloudfront_distribution", by="domain_name"),
        Ref("records[]", to="aws_lb", by="dns_name"),
        Ref("records[]", to="aws_eip", by="public_ip"),
    ),
)

HEALTH_CHECK = ResourceType(
    name="aws_route53_health_check",
    service="route53",
    regional=False,
    list=Call(op="ListHealthChecks", take="HealthChecks"),
    describe=(tags_of("healthcheck"),),
    id=text("Id"),
    label="tags.Name",
    attributes={
        "type":                            text("HealthCheckConfig.Type"),
        "fqdn":                            caseless("HealthCheckConfig.FullyQualifiedDomainName"),
        "ip_address":                      caseless("HealthCheckConfig.IPAddress"),
        "port":                            number("HealthCheckConfig.Port", default=0),
        "resource_path":                   text("HealthCheckConfig.ResourcePath", default="/"),
        "search_string":                   text("HealthCheckConfig.SearchString"),
        "request_interval":                number("HealthCheckConfig.RequestInterval", default=0),
        "failure_threshold":               number("HealthCheckConfig.FailureThreshold", default=0),
        "measure_latency":                 flag("HealthCheckConfig.MeasureLatency"),
        "invert_healthcheck":              flag("HealthCheckConfig.Inverted"),
        "disabled":                        flag("HealthCheckConfig.Disabled"),
        "enable_sni":                      flag("HealthCheckConfig.EnableSNI", default=False),
        "regions":                         set_of(values.text, "HealthCheckConfig.Regions"),
        "child_healthchecks":              set_of(values.text, "HealthCheckConfig.ChildHealthChecks"),
        "child_health_threshold":          number("HealthCheckConfig.HealthThreshold", default=0),
        "cloudwatch_alarm_name":           text("HealthCheckConfig.AlarmIdentifier.Name"),
        "cloudwatch_alarm_region":         text("HealthCheckConfig.AlarmIdentifier.Region"),
        "insufficient_data_health_status": text("HealthCheckConfig.InsufficientDataHealthStatus"),
        "routing_control_arn":             text("HealthCheckConfig.RoutingControlArn"),
        "tags":                            tags("Tags.Tags"),
    },
    ignored={
        "reference_name": "only read when the health check is created",
        "triggers": "an instruction to Terraform",
    },
    refs=(
        Ref("child_healthchecks[]", to="aws_route53_health_check"),
        Ref("cloudwatch_alarm_name", to="aws_cloudwatch_metric_alarm"),
    ),
    owners=(LINKED,),
)


QUERY_LOG = ResourceType(
    name="aws_route53_query_log",
    service="route53",
    regional=False,
    list=Call(op="ListQueryLoggingConfigs", take="QueryLoggingConfigs"),
    id=text("Id"),
    label="zone_id",
    attributes={
        "zone_id":                  attr("HostedZoneId", bare_id),
        "cloudwatch_log_group_arn": group_arn("CloudWatchLogsLogGroupArn"),
    },
    refs=(
        Ref("zone_id", to="aws_route53_zone"),
        Ref("cloudwatch_log_group_arn", to="aws_cloudwatch_log_group", by="arn"),
    ),
)

ZONE_DNSSEC = ResourceType(
    name="aws_route53_hosted_zone_dnssec",
    service="route53",
    regional=False,
    list=Within("aws_route53_zone"),
    exists="Dnssec.Status",
    id=attr("Id", bare_id),
    identity=("hosted_zone_id",),
    import_id="hosted_zone_id",
    label="hosted_zone_id",
    attributes={
        "hosted_zone_id": attr("Id", bare_id),
        "signing_status": text("Dnssec.Status.ServeSignature", default="SIGNING"),
    },
    parent=Parent("hosted_zone_id", to="aws_route53_zone"),
    owners=(Owner("Dnssec.Status.ServeSignature == 'NOT_SIGNING'", "AWS"),),  # as every zone begins
)

KEY_SIGNING_KEY = ResourceType(
    name="aws_route53_key_signing_key",
    service="route53",
    regional=False,
    list=Within("aws_route53_zone", each="Dnssec.KeySigningKeys[]"),
    id=text("join(',', [last(parent.Id), Name])"),
    label="name",
    attributes={
        "hosted_zone_id":             attr("parent.Id", bare_id),
        "key_management_service_arn": text("KmsArn"),
        "name":                       text("Name"),
        "status":                     text("Status", default="ACTIVE"),
    },
    parent=Parent("hosted_zone_id", to="aws_route53_zone"),
    refs=(Ref("key_management_service_arn", to="aws_kms_key", by="arn"),),
)

VPC_ASSOCIATION_AUTHORIZATION = ResourceType(
    name="aws_route53_vpc_association_authorization",
    service="route53",
    regional=False,
    list=Within("aws_route53_zone", each="Authorizations[]"),
    id=text("join(':', [last(parent.Id), VPCId])"),
    identity=("zone_id", "vpc_id"),
    import_id="join(':', [zone_id, vpc_id])",
    label="id",
    attributes={
        "vpc_id":     text("VPCId"),
        "vpc_region": text("VPCRegion", assigned=True),
        "zone_id":    attr("parent.Id", bare_id),
    },
    refs=(Ref("zone_id", to="aws_route53_zone"),),
    parent=Parent("zone_id", to="aws_route53_zone"),
)
