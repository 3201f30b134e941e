"""Amazon SES, by version 1 of its API: the same identities and configuration sets, templates, and what is received."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, caseless, flag, number, set_of, text
from drift.provider.spec import Attr, Call, Owner, Parent, Ref, ResourceType, Where, Within
from drift.providers.aws.kinds import policy
from drift.providers.aws.normalize.names import last_of_arn
from drift.providers.aws.types.sesv2 import (
    CONFIGURATION_SET,
    EMAIL_IDENTITY,
    EVENT_DESTINATION,
    GONE,
    IDENTITY_POLICY,
    MAIL_FROM,
    ses_arn,
)

IDENTITY_ARN = EMAIL_IDENTITY.computed["arn"]

DOMAIN_IDENTITY = ResourceType(
    name="aws_ses_domain_identity",
    service="sesv2",
    alias_of="aws_sesv2_email_identity",
    list=EMAIL_IDENTITY.list,
    describe=EMAIL_IDENTITY.describe,
    id=text("IdentityName"),
    label="domain",
    computed={"arn": IDENTITY_ARN},
    attributes={"domain": text("IdentityName")},
)

MAIL_IDENTITY = ResourceType(
    name="aws_ses_email_identity",
    service="sesv2",
    alias_of="aws_sesv2_email_identity",
    list=EMAIL_IDENTITY.list,
    describe=EMAIL_IDENTITY.describe,
    id=text("IdentityName"),
    label="email",
    computed={"arn": IDENTITY_ARN},
    attributes={"email": text("IdentityName")},
)

# every domain may be signed for: only looked for where somebody relies on it
DOMAIN_DKIM = ResourceType(
    name="aws_ses_domain_dkim",
    service="sesv2",
    list=None,
    lookup=Call(op="GetEmailIdentity", take="@", bind={"EmailIdentity": "domain"}, gone=GONE),
    exists="DkimAttributes.Tokens",
    id=text("EmailIdentity"),
    label="domain",
    attributes={"domain": text("EmailIdentity")},
    refs=(Ref("domain", to="aws_ses_domain_identity"),),
)

DOMAIN_VERIFICATION = ResourceType(
    name="aws_ses_domain_identity_verification",
    importable=False,
    service="sesv2",
    list=None,
    lookup=Call(op="GetEmailIdentity", take="@", bind={"EmailIdentity": "domain"}, gone=GONE),
    exists="VerificationStatus == 'SUCCESS'",
    id=text("EmailIdentity"),
    label="domain",
    computed={"arn": text(ses_arn("join('/', ['identity', EmailIdentity])"))},
    attributes={"domain": text("EmailIdentity")},
    refs=(Ref("domain", to="aws_ses_domain_identity"),),
)


def _behavior(value: Any) -> str | None:
    """`UseDefaultValue` and `USE_DEFAULT_VALUE`: the two versions of the API spell words their own way."""
    return str(value).lower().replace("_", "") if value else None


DOMAIN_MAIL_FROM = ResourceType(
    name="aws_ses_domain_mail_from",
    service="sesv2",
    alias_of="aws_sesv2_email_identity_mail_from_attributes",
    list=MAIL_FROM.list,
    exists=MAIL_FROM.exists,
    id=text("IdentityName"),
    label="domain",
    attributes={
        "domain":                 text("IdentityName"),
        "behavior_on_mx_failure": attr("Identity.MailFromAttributes.BehaviorOnMxFailure", _behavior,
                                       default="UseDefaultValue"),
        "mail_from_domain":       text("Identity.MailFromAttributes.MailFromDomain"),
    },
    parent=Parent("domain", to="aws_sesv2_email_identity"),
)

POLICY = ResourceType(
    name="aws_ses_identity_policy",
    service="sesv2",
    alias_of="aws_sesv2_email_identity_policy",
    list=IDENTITY_POLICY.list,
    id=text("join('|', [parent.IdentityName, key])"),
    identity=("identity", "name"),
    label="name",
    attributes={
        # may be given by its ARN
        "identity": attr("parent.IdentityName", last_of_arn),
        "name":     text("key"),
        "policy":   policy("value"),
    },
    parent=Parent("identity", to="aws_sesv2_email_identity"),
)


def _notification(kind: str) -> str:
    return (f"{{type: '{kind}', topic: Notifications.value.{kind}Topic, "
            f"headers: Notifications.value.HeadersIn{kind}NotificationsEnabled}}")


NOTIFICATION_TOPIC = ResourceType(
    name="aws_ses_identity_notification_topic",
    service="sesv2",
    list=Within("aws_sesv2_email_identity",
                each=f"Notifications && [{', '.join(map(_notification, ('Bounce', 'Complaint', 'Delivery')))}]"),
    id=text("join('|', [parent.IdentityName, type])"),
    identity=("identity", "notification_type"),
    label="id",
    attributes={
        "identity":                 attr("parent.IdentityName", last_of_arn),
        "notification_type":        text("type"),
        "topic_arn":                text("topic"),
        "include_original_headers": flag("headers", default=False),
    },
    refs=(Ref("topic_arn", to="aws_sns_topic", by="arn"),),
    parent=Parent("identity", to="aws_sesv2_email_identity"),
    # each identity has the three kinds, whether or not anybody hears of them
    owners=(Owner("!topic", "AWS"),),
)

SES_CONFIGURATION_SET = ResourceType(
    name="aws_ses_configuration_set",
    service="sesv2",
    alias_of="aws_sesv2_configuration_set",
    list=CONFIGURATION_SET.list,
    describe=CONFIGURATION_SET.describe,
    id=text("Name"),
    label="name",
    computed={"arn": CONFIGURATION_SET.computed["arn"]},
    attributes={
        "name":                       text("Name"),
        "reputation_metrics_enabled": flag("Set.ReputationOptions.ReputationMetricsEnabled", default=False),
        "sending_enabled":            flag("Set.SendingOptions.SendingEnabled", default=True),
        # `Require` in version 1 of the API
        "delivery_options":           block("Set.DeliveryOptions", {
            "tls_policy": caseless("TlsPolicy", default="Optional"),
        }),
        "tracking_options":           block("Set.TrackingOptions", {
            "custom_redirect_domain": text("CustomRedirectDomain"),
        }),
    },
)

SES_EVENT_DESTINATION = ResourceType(
    name="aws_ses_event_destination",
    service="sesv2",
    alias_of="aws_sesv2_configuration_set_event_destination",
    list=EVENT_DESTINATION.list,
    id=text("Name"),
    identity=("configuration_set_name", "name"),
    import_id="join('/', [configuration_set_name, name])",
    label="name",
    attributes={
        "configuration_set_name": text("parent.Name"),
        "name":                   text("Name"),
        "enabled":                flag("Enabled", default=False),
        "matching_types":         set_of(_behavior, "MatchingEventTypes"),
        "cloudwatch_destination": blocks("CloudWatchDestination.DimensionConfigurations", {
            "default_value":  text("DefaultDimensionValue"),
            "dimension_name": text("DimensionName"),
            "value_source":   attr("DimensionValueSource", _behavior),
        }, key=lambda d: d.get("dimension_name")),
        "kinesis_destination":    block("KinesisFirehoseDestination", {
            "role_arn":   text("IamRoleArn"),
            "stream_arn": text("DeliveryStreamArn"),
        }),
        "sns_destination":        block("SnsDestination", {"topic_arn": text("TopicArn")}),
    },
    refs=(
        Ref("kinesis_destination.stream_arn", to="aws_kinesis_firehose_delivery_stream", by="arn"),
        Ref("kinesis_destination.role_arn", to="aws_iam_role", by="arn"),
        Ref("sns_destination.topic_arn", to="aws_sns_topic", by="arn"),
    ),
    parent=Parent("configuration_set_name", to="aws_sesv2_configuration_set"),
)

TEMPLATE = ResourceType(
    name="aws_ses_template",
    service="ses",
    list=Call(op="ListTemplates", take="TemplatesMetadata"),
    describe=(
        # one call for each template: the listing has its name alone
        Call(op="GetTemplate", take="Template", into="Template", bind={"TemplateName": "Name"},
             gone=frozenset({"TemplateDoesNotExist"})),
    ),
    id=text("Name"),
    label="name",
    computed={"arn": text(ses_arn("join('/', ['template', Name])"))},
    attributes={
        "name":    text("Name"),
        "html":    text("Template.HtmlPart"),
        "subject": text("Template.SubjectPart"),
        "text":    text("Template.TextPart"),
    },
)

# only some regions receive mail; the others do not know the operation
NO_MAIL = frozenset({"InvalidAction"})
NO_SET = frozenset({"RuleSetDoesNotExist"})

RECEIPT_RULE_SET = ResourceType(
    name="aws_ses_receipt_rule_set",
    service="ses",
    list=Call(op="ListReceiptRuleSets", take="RuleSets", absent=NO_MAIL),
    describe=(
        Call(op="DescribeReceiptRuleSet", take="Rules", into="Rules", bind={"RuleSetName": "Name"}, gone=NO_SET),
    ),
    id=text("Name"),
    label="rule_set_name",
    computed={"arn": text(ses_arn("join('/', ['receipt-rule-set', Name])"))},
    attributes={"rule_set_name": text("Name")},
)

ACTIVE_RECEIPT_RULE_SET = ResourceType(
    name="aws_ses_active_receipt_rule_set",
    service="ses",
    # the active set cannot be deleted (DeleteReceiptRuleSet)
    list=Call(op="DescribeActiveReceiptRuleSet", take="Metadata.[@]", absent=NO_MAIL,
              where=(Where("aws_ses_receipt_rule_set"),)),
    id=text("Name"),
    label="rule_set_name",
    computed={"arn": text(ses_arn("join('/', ['receipt-rule-set', Name])"))},
    attributes={"rule_set_name": text("Name")},
    refs=(Ref("rule_set_name", to="aws_ses_receipt_rule_set"),),
)


def _action(at: str, fields: Mapping[str, Attr]) -> Attr:
    """One kind of action, each with its place in the order of all of them."""
    def numbered(actions: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
        return [{**a[at], "Position": n} for n, a in enumerate(actions or (), 1) if a.get(at)]

    return blocks("Actions", {**fields, "position": number("Position")}, from_api=numbered,
                  key=lambda a: a.get("position"))


def _before() -> Callable[[Any], Any]:
    def found(value: Mapping[str, Any] | None) -> list[str]:
        names = (value or {}).get("rules") or []
        return names[: names.index(value["name"])] if value and value["name"] in names else []

    return found


def _stands_after(want: Value, have: Value) -> bool:
    """Rules made later may stand between the two."""
    return isinstance(have, tuple) and want in have


TOPIC = {"topic_arn": text("TopicArn")}

RECEIPT_RULE = ResourceType(
    name="aws_ses_receipt_rule",
    service="ses",
    list=Within("aws_ses_receipt_rule_set", each="Rules[]"),
    id=text("Name"),
    identity=("rule_set_name", "name"),
    import_id="join(':', [rule_set_name, name])",
    label="name",
    attributes={
        "rule_set_name":     text("parent.Name"),
        "name":              text("Name"),
        # the rules that stand before it; what the provider only reads when it moves one
        "after":             attr("{rules: parent.Rules[].Name, name: Name}", values.listed(values.text), assigned=True,
                                  from_api=_before(), from_state=lambda value, _: values.text(value),
                                  same=_stands_after),
        "enabled":           flag("Enabled", default=False),
        "recipients":        set_of(values.text, "Recipients"),
        "scan_enabled":      flag("ScanEnabled", default=False),
        "tls_policy":        text("TlsPolicy", default="Optional", same_for_all=True),
        "add_header_action": _action("AddHeaderAction", {
            "header_name":  text("HeaderName"),
            "header_value": text("HeaderValue"),
        }),
        "bounce_action":     _action("BounceAction", {
            "message":         text("Message"),
            "sender":          text("Sender"),
            "smtp_reply_code": text("SmtpReplyCode"),
            "status_code":     text("StatusCode"),
            **TOPIC,
        }),
        "lambda_action":     _action("LambdaAction", {
            "function_arn":    text("FunctionArn"),
            "invocation_type": text("InvocationType", default="Event"),
            **TOPIC,
        }),
        "s3_action":         _action("S3Action", {
            "bucket_name":       text("BucketName"),
            "iam_role_arn":      text("IamRoleArn"),
            "kms_key_arn":       text("KmsKeyArn"),
            "object_key_prefix": text("ObjectKeyPrefix"),
            **TOPIC,
        }),
        "sns_action":        _action("SNSAction", {"encoding": text("Encoding", default="UTF-8"), **TOPIC}),
        "stop_action":       _action("StopAction", {"scope": text("Scope"), **TOPIC}),
        "workmail_action":   _action("WorkmailAction", {"organization_arn": text("OrganizationArn"), **TOPIC}),
    },
    refs=(
        Ref("lambda_action[].function_arn", to="aws_lambda_function", by="arn"),
        Ref("s3_action[].bucket_name", to="aws_s3_bucket"),
        Ref("s3_action[].kms_key_arn", to="aws_kms_key", by="arn"),
        Ref("s3_action[].iam_role_arn", to="aws_iam_role", by="arn"),
        *(Ref(f"{kind}_action[].topic_arn", to="aws_sns_topic", by="arn")
          for kind in ("bounce", "lambda", "s3", "sns", "stop", "workmail")),
    ),
    parent=Parent("rule_set_name", to="aws_ses_receipt_rule_set"),
)
