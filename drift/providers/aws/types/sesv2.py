"""Amazon SES: identities, and sets of rules for what is sent. Version 1 of the API knows the same things."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, blocks, flag, number, set_of, text
from drift.provider.spec import Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import policy, tags

GONE = frozenset({"NotFoundException"})


def ses_arn(resource: str) -> str:
    """JMESPath for an ARN of SES, which no answer holds; `resource` is JMESPath for its last part."""
    return f"join(':', ['arn', here.partition, 'ses', here.region, here.account, {resource}])"


EMAIL_IDENTITY = ResourceType(
    name="aws_sesv2_email_identity",
    service="sesv2",
    list=Call(op="ListEmailIdentities", take="EmailIdentities"),
    describe=(
        # one call for each identity: the listing tells whether it is verified, and little more
        Call(op="GetEmailIdentity", into="Identity", bind={"EmailIdentity": "IdentityName"}, gone=GONE),
        # only version 1 of the API tells where notifications go; it answers for many at once
        Call(op="GetIdentityNotificationAttributes", service="ses", take="entries(NotificationAttributes)",
             into="Notifications", batch=100, bind={"Identities": "IdentityName"}, match="key"),
    ),
    id=text("IdentityName"),
    label="email_identity",
    computed={
        "arn":           text(ses_arn("join('/', ['identity', IdentityName])")),
        "identity_type": text("IdentityType"),
    },
    attributes={
        "email_identity":          text("IdentityName"),
        "configuration_set_name":  text("Identity.ConfigurationSetName"),
        "dkim_signing_attributes": block("Identity.DkimAttributes", {
            # the selector of a key of one's own stands where SES's own tokens would
            "domain_signing_selector": text("(SigningAttributesOrigin == 'EXTERNAL' && Tokens[0]) || `null`"),
            "next_signing_key_length": text("NextSigningKeyLength", assigned=True),
        }, assigned=True),
        "tags":                    tags("Identity.Tags"),
    },
    ignored={"dkim_signing_attributes.domain_signing_private_key": "never returned by AWS"},
    refs=(Ref("configuration_set_name", to="aws_sesv2_configuration_set"),),
)

IDENTITY_POLICY = ResourceType(
    name="aws_sesv2_email_identity_policy",
    service="sesv2",
    list=Within("aws_sesv2_email_identity", each="entries(Identity.Policies)"),
    id=text("join('|', [parent.IdentityName, key])"),
    identity=("email_identity", "policy_name"),
    label="policy_name",
    attributes={
        "email_identity": text("parent.IdentityName"),
        "policy_name":    text("key"),
        "policy":         policy("value"),
    },
    parent=Parent("email_identity", to="aws_sesv2_email_identity"),
)

MAIL_FROM = ResourceType(
    name="aws_sesv2_email_identity_mail_from_attributes",
    service="sesv2",
    list=Within("aws_sesv2_email_identity"),
    exists="Identity.MailFromAttributes.MailFromDomain",
    id=text("IdentityName"),
    label="email_identity",
    attributes={
        "email_identity":         text("IdentityName"),
        "behavior_on_mx_failure": text("Identity.MailFromAttributes.BehaviorOnMxFailure", default="USE_DEFAULT_VALUE"),
        "mail_from_domain":       text("Identity.MailFromAttributes.MailFromDomain"),
    },
    parent=Parent("email_identity", to="aws_sesv2_email_identity"),
)

CONFIGURATION_SET = ResourceType(
    name="aws_sesv2_configuration_set",
    service="sesv2",
    list=Call(op="ListConfigurationSets", take="ConfigurationSets[].{Name: @}"),
    describe=(
        # two calls for each set: the listing has its name alone
        Call(op="GetConfigurationSet", into="Set", bind={"ConfigurationSetName": "Name"}, gone=GONE),
        Call(op="GetConfigurationSetEventDestinations", take="EventDestinations", into="Destinations",
             bind={"ConfigurationSetName": "Name"}, gone=GONE),
    ),
    id=text("Name"),
    label="configuration_set_name",
    computed={"arn": text(ses_arn("join('/', ['configuration-set', Name])"))},
    attributes={
        "configuration_set_name": text("Name"),
        "delivery_options":       block("Set.DeliveryOptions", {
            "max_delivery_seconds": number("MaxDeliverySeconds", default=0),
            "sending_pool_name":    text("SendingPoolName"),
            "tls_policy":           text("TlsPolicy", default="OPTIONAL"),
        }),
        "reputation_options":     block("Set.ReputationOptions", {
            "reputation_metrics_enabled": flag("ReputationMetricsEnabled", default=False),
        }, same_for_all=True),
        "sending_options":        block("Set.SendingOptions", {
            "sending_enabled": flag("SendingEnabled", default=True),
        }, same_for_all=True),
        "suppression_options":    block("Set.SuppressionOptions", {
            "suppressed_reasons": set_of(values.text, "SuppressedReasons"),
        }),
        "tracking_options":       block("Set.TrackingOptions", {
            "custom_redirect_domain": text("CustomRedirectDomain"),
            "https_policy":           text("HttpsPolicy", default="OPTIONAL"),
        }),
        "vdm_options":            block("Set.VdmOptions", {
            "dashboard_options": block("DashboardOptions", {
                "engagement_metrics": text("EngagementMetrics", default="DISABLED"),
            }),
            "guardian_options":  block("GuardianOptions", {
                "optimized_shared_delivery": text("OptimizedSharedDelivery", default="DISABLED"),
            }),
        }),
        "tags":                   tags("Set.Tags"),
    },
)

EVENT_DESTINATION = ResourceType(
    name="aws_sesv2_configuration_set_event_destination",
    service="sesv2",
    list=Within("aws_sesv2_configuration_set", each="Destinations[]"),
    id=text("join('|', [parent.Name, Name])"),
    identity=("configuration_set_name", "event_destination_name"),
    label="event_destination_name",
    attributes={
        "configuration_set_name": text("parent.Name"),
        "event_destination_name": text("Name"),
        "event_destination":      block("@", {
            "enabled":                      flag("Enabled", default=False),
            "matching_event_types":         set_of(values.text, "MatchingEventTypes"),
            "cloud_watch_destination":      block("CloudWatchDestination", {
                "dimension_configuration": blocks("DimensionConfigurations", {
                    "default_dimension_value": text("DefaultDimensionValue"),
                    "dimension_name":          text("DimensionName"),
                    "dimension_value_source":  text("DimensionValueSource"),
                }, key=lambda d: d.get("dimension_name")),
            }),
            "event_bridge_destination":     block("EventBridgeDestination", {"event_bus_arn": text("EventBusArn")}),
            "kinesis_firehose_destination": block("KinesisFirehoseDestination", {
                "delivery_stream_arn": text("DeliveryStreamArn"),
                "iam_role_arn":        text("IamRoleArn"),
            }),
            "pinpoint_destination":         block("PinpointDestination", {"application_arn": text("ApplicationArn")}),
            "sns_destination":              block("SnsDestination", {"topic_arn": text("TopicArn")}),
        }),
    },
    refs=(
        Ref("event_destination.event_bridge_destination.event_bus_arn", to="aws_cloudwatch_event_bus", by="arn"),
        Ref("event_destination.kinesis_firehose_destination.delivery_stream_arn",
            to="aws_kinesis_firehose_delivery_stream", by="arn"),
        Ref("event_destination.kinesis_firehose_destination.iam_role_arn", to="aws_iam_role", by="arn"),
        Ref("event_destination.sns_destination.topic_arn", to="aws_sns_topic", by="arn"),
    ),
    parent=Parent("configuration_set_name", to="aws_sesv2_configuration_set"),
)
