"""What faces the internet: CloudFront, load balancers, DNS."""

from __future__ import annotations

from drift.providers.aws.rules.api import OLD_TLS
from drift.providers.aws.rules.exposure import on_host
from drift.providers.aws.rules.hosts import listening
from drift.providers.aws.rules.networks import known, network, tried
from drift.rules.spec import NONE_OF_THEM, Fact, Fail, Found, rule
from drift.rules.subject import Subject


@rule(
    title="The distribution allows HTTP without TLS",
    severity="medium",
    theme="transit",
    types=("aws_cloudfront_distribution",),
    reads=("default_cache_behavior", "ordered_cache_behavior"),
    remedy="Set viewer_protocol_policy to redirect-to-https.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html",),
    prowler=("cloudfront_distributions_https_enabled",),
)
def cf_http_viewer(it: Subject) -> Found:
    """A cache behaviour with allow-all."""
    found = [
        *it.all("default_cache_behavior.viewer_protocol_policy"),
        *it.all("ordered_cache_behavior[].viewer_protocol_policy"),
    ]
    return "viewer_protocol_policy is allow-all" if "allow-all" in found else None


@rule(
    title="The distribution connects to its origin without TLS",
    severity="medium",
    theme="transit",
    types=("aws_cloudfront_distribution",),
    reads=("origin",),
    remedy="Set origin_protocol_policy to https-only.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html",),
    prowler=("cloudfront_distributions_origin_traffic_encrypted",),
    security_hub=("CloudFront.9",),
)
def cf_http_origin(it: Subject) -> Found:
    """http-only, or match-viewer if viewers may use HTTP."""
    viewers = [
        *it.all("default_cache_behavior.viewer_protocol_policy"),
        *it.all("ordered_cache_behavior[].viewer_protocol_policy"),
    ]
    for origin in it["origin"] or ():
        how = (origin.get("custom_origin_config") or {}).get("origin_protocol_policy")
        if how == "http-only" or (how == "match-viewer" and "allow-all" in viewers):
            return f"{origin.get('origin_id')}: {how}"
    return None


@rule(
    title="The distribution allows old TLS versions",
    severity="medium",
    theme="transit",
    types=("aws_cloudfront_distribution",),
    reads=("origin", "viewer_certificate"),
    remedy="Set minimum_protocol_version to TLSv1.2_2021, with your own certificate.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html",),
    prowler=(
        "cloudfront_distributions_using_deprecated_ssl_protocols",
        "cloudfront_distributions_custom_ssl_certificate",
    ),
    security_hub=("CloudFront.10", "CloudFront.7"),
)
def cf_old_tls(it: Subject) -> Found:
    """SSL 3, TLS 1.0 or 1.1 to the origin or the viewers. With CloudFront's default certificate, the minimum is TLS
    1.0."""
    found = []
    for origin in it["origin"] or ():
        old = {"SSLv3", "TLSv1", "TLSv1.1"} & set(
            (origin.get("custom_origin_config") or {}).get("origin_ssl_protocols") or ()
        )
        if old:
            answers = ("cloudfront_distributions_using_deprecated_ssl_protocols", "CloudFront.10")
            found.append(Fact(f"{origin.get('origin_id')}: {', '.join(sorted(old))}", answers=answers))
    if it.at("viewer_certificate.cloudfront_default_certificate"):
        answers = ("cloudfront_distributions_custom_ssl_certificate", "CloudFront.7")
        return [*found, Fact("CloudFront's own certificate", answers=answers)]
    least = str(it.at("viewer_certificate.minimum_protocol_version") or "")
    if least in OLD_TLS:
        found.append(Fact(f"minimum_protocol_version is {least}", "minimum", NONE_OF_THEM))
    return found


@rule(
    title="Requests to the distribution are not logged",
    severity="medium",
    theme="logging",
    types=("aws_cloudfront_distribution",),
    reads=("logging_config", "default_cache_behavior"),
    remedy="Set logging_config, or a real-time log.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html",),
    prowler=("cloudfront_distributions_logging_enabled",),
    security_hub=("CloudFront.5",),
)
def cf_logging(it: Subject) -> Found:
    """Without access logs, it is unknown who downloaded what."""
    real_time = it.at("default_cache_behavior.realtime_log_config_arn")
    return None if it.at("logging_config.bucket") or real_time else "no logging_config"


@rule(
    title="The distribution uses no origin access control",
    severity="medium",
    theme="public access",
    types=("aws_cloudfront_distribution",),
    reads=("origin",),
    remedy="Use an origin access control.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html",),
    prowler=("cloudfront_distributions_s3_origin_access_control",),
    security_hub=("CloudFront.13",),
)
def cf_s3_oac(it: Subject) -> Found:
    """An S3 origin without an origin access control. A legacy origin access identity lowers the severity."""
    for origin in it["origin"] or ():
        s3 = ".s3." in str(origin.get("domain_name")) or ".s3-" in str(origin.get("domain_name"))
        website = ".s3-website" in str(origin.get("domain_name"))
        identity = (origin.get("s3_origin_config") or {}).get("origin_access_identity")
        if s3 and not website and not origin.get("origin_access_control_id"):
            name = str(origin.get("origin_id"))
            return Fail(f"{name}: an origin access identity", "low") if identity else name
    return None


@rule(
    title="The resource refers to a bucket or address that no longer exists: somebody else can take it over",
    severity="high",
    theme="public access",
    types=("aws_cloudfront_distribution", "aws_route53_record"),
    near=("aws_s3_bucket", "aws_eip", "aws_instance"),
    remedy="Remove the origin or the record.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html",),
    prowler=("cloudfront_distributions_s3_origin_non_existent_bucket", "route53_dangling_ip_subdomain_takeover"),
    security_hub=("CloudFront.12",),
)
def cf_dangling_bucket(it: Subject) -> Found:
    """An S3 origin without a bucket, or a DNS record with an EC2 address that the account no longer owns. A deleted
    bucket looks like a bucket of another account, so drift reports an origin only if a state describes the bucket."""
    if it.type == "aws_route53_record":
        if it["type"] != "A" or not it["records"]:
            return None
        return known(lambda: _lost_address(it), None)
    lost = it.described("aws_s3_bucket", "bucket") - {str(b["bucket"]) for b in it.every("aws_s3_bucket", "global")}
    for origin in it["origin"] or ():
        name, found, _ = str(origin.get("domain_name") or "").partition(".s3")
        if found and name in lost:
            return str(origin["domain_name"])
    return None


def _lost_address(it: Subject) -> str | None:
    own = {str(a["public_ip"]) for a in it.every("aws_eip", "global")}
    lost = it.described("aws_eip", "public_ip") - own
    return next((str(r) for r in sorted(it["records"]) if r in lost), None)


@rule(
    title="The load balancer is internet-facing",
    severity="medium",
    theme="network",
    types=("aws_lb", "aws_alb", "aws_elb"),
    reads=("internal",),
    near=("aws_security_group", "aws_subnet", "aws_route_table", "aws_network_acl", "aws_lb_listener"),
    remedy="Make it internal if only your own network uses it.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html",),
    prowler=("elbv2_internet_facing", "elb_internet_facing"),
)
def lb_internet_facing(it: Subject) -> Found:
    """Anybody on the internet can reach it. That is right for a public service.

    A gateway load balancer has no public address, whatever its scheme says.
    """
    if it["internal"] or (it.has("load_balancer_type") and it["load_balancer_type"] == "gateway"):
        return None
    return Fail("internet-facing", context=str(on_host(network(it), it, _listening(it))))


def _listening(it: Subject) -> tuple[tuple[str, int], ...]:
    found = tried(lambda: listening(it))
    return found if isinstance(found, tuple) else (("tcp", 443),)


@rule(
    title="The load balancer allows HTTP without TLS",
    severity="medium",
    theme="transit",
    types=("aws_lb_listener", "aws_alb_listener", "aws_elb"),
    remedy="Redirect HTTP to HTTPS.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html",),
    prowler=("elbv2_ssl_listeners", "elb_ssl_listeners"),
    security_hub=("ELB.1", "ELB.3"),
)
def lb_http_listener(it: Subject) -> Found:
    """An HTTP listener that does not redirect."""
    if it.type == "aws_elb":
        clear = [
            str(p)
            for entry in it["listener"] or ()
            if entry.get("lb_protocol") == "http" and (p := entry.get("lb_port"))
        ]
        return f"http on {', '.join(sorted(clear))}" if clear else None
    redirects = "redirect" in it.all("default_action[].type")
    return f"HTTP on {it['port']}" if it["protocol"] == "HTTP" and not redirects else None


@rule(
    title="The listener allows old TLS versions",
    severity="medium",
    theme="transit",
    types=("aws_lb_listener", "aws_alb_listener"),
    reads=("protocol", "ssl_policy"),
    remedy="Set ssl_policy to ELBSecurityPolicy-TLS13-1-2-2021-06.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html",),
    prowler=("elbv2_insecure_ssl_ciphers",),
)
def lb_weak_tls(it: Subject) -> Found:
    """A policy that allows TLS 1.0 or 1.1."""
    if it["protocol"] not in ("HTTPS", "TLS"):
        return None
    found = str(it["ssl_policy"] or "")
    modern = "TLS13-1-2" in found or "TLS13-1-3" in found or "TLS-1-2" in found or "FS-1-2" in found
    return None if modern else found


@rule(
    title="Requests to the load balancer are not logged",
    severity="medium",
    theme="logging",
    types=("aws_lb", "aws_alb", "aws_elb"),
    reads=("access_logs",),
    remedy="Enable access_logs.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html",),
    prowler=("elbv2_logging_enabled", "elb_logging_enabled"),
    security_hub=("ELB.5",),
)
def lb_logs(it: Subject) -> Found:
    """Without access logs, it is unknown who sent requests."""
    return None if it.at("access_logs.enabled") else "access_logs is off"


DESYNC = ("elbv2_desync_mitigation_mode", "elb_desync_mitigation_mode", "ELB.12", "ELB.14")
MALFORMED = ("elbv2_alb_drop_invalid_header_fields_enabled", "ELB.4")


@rule(
    title="The load balancer forwards malformed requests",
    severity="medium",
    theme="transit",
    types=("aws_lb", "aws_alb", "aws_elb"),
    reads=("desync_mitigation_mode",),
    remedy="Set drop_invalid_header_fields, and desync_mitigation_mode to defensive.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html",),
    prowler=(
        "elbv2_alb_drop_invalid_header_fields_enabled",
        "elbv2_desync_mitigation_mode",
        "elb_desync_mitigation_mode",
    ),
    security_hub=("ELB.12", "ELB.14", "ELB.4"),
)
def alb_header_desync(it: Subject) -> Found:
    """If it and the target read a request differently, an attacker can smuggle in a second request."""
    classic = it.type == "aws_elb"
    if not classic and it["load_balancer_type"] != "application":
        return None
    found = []
    if it["desync_mitigation_mode"] == "monitor":
        found.append(Fact("desync_mitigation_mode is monitor", answers=DESYNC))
    if not classic and not it["drop_invalid_header_fields"]:
        found.append(Fact("drop_invalid_header_fields is off", answers=MALFORMED))
    return found


@rule(
    title="The network load balancer forwards port 443 without terminating TLS",
    severity="medium",
    theme="transit",
    types=("aws_lb_listener",),
    reads=("protocol", "port"),
    remedy="Use a TLS listener, or make sure that the targets terminate TLS.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html",),
    prowler=("elbv2_nlb_tls_termination_enabled",),
)
def nlb_tls(it: Subject) -> Found:
    """Each target decides which TLS versions it accepts."""
    return "TCP on 443" if it["protocol"] == "TCP" and it["port"] == 443 else None
