"""Amazon Cognito: user pools."""

from __future__ import annotations

from typing import Any

from drift.model.value import Block, Value
from drift.normalize.values import boolean
from drift.normalize.values import text as plain_text
from drift.provider import canonical
from drift.provider.kinds import attr, block, blocks, flag, number, set_of, text
from drift.provider.spec import Call, Owner, Parent, Raw, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, tags

GONE = frozenset({"ResourceNotFoundException"})
BY_ID = {"UserPoolId": "Id"}
STANDARD = frozenset({
    "address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name", "identities", "locale",
    "middle_name", "name", "nickname", "phone_number", "phone_number_verified", "picture", "preferred_username",
    "profile", "sub", "updated_at", "website", "zoneinfo",
})
"""The attributes every pool has (Cognito Developer Guide, "Working with user attributes")."""


def bare_name(value: Any) -> Value:
    """AWS answers `custom:team` and `dev:custom:team` for what Terraform calls `team`."""
    return str(value or "").removeprefix("dev:").removeprefix("custom:") or None


def custom_of_state(value: Any, _: Raw) -> Value:
    """The pool's own attributes: those of every pool stay as they were made."""
    return tuple(
        Block({n: canonical.desired(a, s.get(n), s) for n, a in SCHEMA.items()})
        for s in value or () if s.get("name") not in STANDARD
    )


SCHEMA = {
    "name":                     attr("Name", bare_name),
    "attribute_data_type":      text("AttributeDataType"),
    "developer_only_attribute": attr("DeveloperOnlyAttribute", boolean),
    "mutable":                  attr("Mutable", boolean),
    "required":                 attr("Required", boolean),
}

UNLIMITED = {"MinLength": "0", "MaxLength": "2048"}
"""What AWS says of a text that nobody limited; an import leaves it out."""


def _schema(found: Any, _: Any) -> list[dict[str, Any]]:
    """The pool's own attributes, with their limits: to leave these out would make the pool again."""
    out = []
    for one in found or ():
        text_, number_ = one.get("StringAttributeConstraints") or {}, one.get("NumberAttributeConstraints") or {}
        said: dict[str, Any] = {n: a.canon(a.path.search(one)) for n, a in SCHEMA.items()}
        if text_ and text_ != UNLIMITED:
            limits = {"min_length": text_.get("MinLength"), "max_length": text_.get("MaxLength")}
            said["string_attribute_constraints"] = limits
        if number_:
            limits = {"min_value": number_.get("MinValue"), "max_value": number_.get("MaxValue")}
            said["number_attribute_constraints"] = limits
        out.append(said)
    return out


SENDER = {"lambda_arn": text("LambdaArn"), "lambda_version": text("LambdaVersion")}

USER_POOL = ResourceType(
    name="aws_cognito_user_pool",
    either=(
        ("verification_message_template.email_message", "email_verification_message"),
        ("verification_message_template.email_subject", "email_verification_subject"),
        ("verification_message_template.sms_message", "sms_verification_message"),
    ),
    service="cognito-idp",
    list=Call(op="ListUserPools", take="UserPools", args={"MaxResults": 60}),
    describe=(
        # one call of each kind for each pool: the listing has little more than names
        Call(op="DescribeUserPool", take="UserPool", into="Pool", bind=BY_ID, gone=GONE),
        Call(op="GetUserPoolMfaConfig", into="Mfa", bind=BY_ID, gone=GONE),
        Call(op="ListUserPoolClients", take="UserPoolClients", into="Clients", bind=BY_ID, gone=GONE,
             args={"MaxResults": 60}),
    ),
    id=text("Id"),
    label="name",
    computed={"arn": text("Pool.Arn"), "domain": text("Pool.Domain"), "custom_domain": text("Pool.CustomDomain")},
    attributes={
        "name":                             text("Name"),
        "alias_attributes":                 set_of(plain_text, "Pool.AliasAttributes"),
        "auto_verified_attributes":         set_of(plain_text, "Pool.AutoVerifiedAttributes"),
        "username_attributes":              set_of(plain_text, "Pool.UsernameAttributes"),
        "deletion_protection":              text("Pool.DeletionProtection", default="INACTIVE"),
        "user_pool_tier":                   text("Pool.UserPoolTier", assigned=True),
        "mfa_configuration":                text("Mfa.MfaConfiguration", default="OFF"),
        "email_verification_message":       text("Pool.EmailVerificationMessage", assigned=True),
        "email_verification_subject":       text("Pool.EmailVerificationSubject", assigned=True),
        "sms_authentication_message":       text("Pool.SmsAuthenticationMessage"),
        "sms_verification_message":         text("Pool.SmsVerificationMessage", assigned=True),
        "account_recovery_setting":         block("Pool.AccountRecoverySetting", {
            "recovery_mechanism": blocks("RecoveryMechanisms", {
                "name":     text("Name"),
                "priority": number("Priority"),
            }, key=lambda b: b["name"]),
        }),
        "admin_create_user_config":         block("Pool.AdminCreateUserConfig", {
            "allow_admin_create_user_only": flag("AllowAdminCreateUserOnly"),
            "invite_message_template":      block("InviteMessageTemplate", {
                "email_message": text("EmailMessage"),
                "email_subject": text("EmailSubject"),
                "sms_message":   text("SMSMessage"),
            }),
        }),
        "device_configuration":             block("Pool.DeviceConfiguration", {
            "challenge_required_on_new_device":      flag("ChallengeRequiredOnNewDevice"),
            "device_only_remembered_on_user_prompt": flag("DeviceOnlyRememberedOnUserPrompt"),
        }),
        "email_configuration":              block("Pool.EmailConfiguration", {
            "configuration_set":      text("ConfigurationSet"),
            "email_sending_account":  text("EmailSendingAccount", default="COGNITO_DEFAULT"),
            "from_email_address":     text("From"),
            "reply_to_email_address": text("ReplyToEmailAddress"),
            "source_arn":             text("SourceArn"),
        }),
        "email_mfa_configuration":          block("Mfa.EmailMfaConfiguration", {
            "message": text("Message"),
            "subject": text("Subject"),
        }),
        "lambda_config":                    block("Pool.LambdaConfig", {
            "create_auth_challenge":          text("CreateAuthChallenge"),
            "custom_email_sender":            block("CustomEmailSender", SENDER),
            "custom_message":                 text("CustomMessage"),
            "custom_sms_sender":              block("CustomSMSSender", SENDER),
            "define_auth_challenge":          text("DefineAuthChallenge"),
            "kms_key_id":                     kms_key("KMSKeyID"),
            "post_authentication":            text("PostAuthentication"),
            "post_confirmation":              text("PostConfirmation"),
            "pre_authentication":             text("PreAuthentication"),
            "pre_sign_up":                    text("PreSignUp"),
            # AWS tells the same function in both forms, Terraform's state in one or both
            "pre_token_generation":           text("PreTokenGeneration", assigned=True),
            "pre_token_generation_config":    block("PreTokenGenerationConfig", SENDER, assigned=True),
            "user_migration":                 text("UserMigration"),
            "verify_auth_challenge_response": text("VerifyAuthChallengeResponse"),
        }),
        "password_policy":                  block("Pool.Policies.PasswordPolicy", {
            "minimum_length":                   number("MinimumLength", default=8),
            "password_history_size":            number("PasswordHistorySize", default=0),
            "require_lowercase":                flag("RequireLowercase"),
            "require_numbers":                  flag("RequireNumbers"),
            "require_symbols":                  flag("RequireSymbols"),
            "require_uppercase":                flag("RequireUppercase"),
            "temporary_password_validity_days": number("TemporaryPasswordValidityDays", default=7),
        }, assigned=True),
        "schema":                           blocks(
            "Pool.SchemaAttributes[?starts_with(Name, 'custom:') || starts_with(Name, 'dev:')]",
            SCHEMA, key=lambda b: b["name"], from_state=custom_of_state, written=_schema),
        "sign_in_policy":                   block("Pool.Policies.SignInPolicy", {
            "allowed_first_auth_factors": set_of(plain_text, "AllowedFirstAuthFactors", assigned=True),
        }, assigned=True),
        "sms_configuration":                block("Pool.SmsConfiguration", {
            "external_id":    text("ExternalId"),
            "sns_caller_arn": text("SnsCallerArn"),
            "sns_region":     text("SnsRegion", assigned=True),
        }),
        "software_token_mfa_configuration": block("Mfa.SoftwareTokenMfaConfiguration", {"enabled": flag("Enabled")}),
        "user_attribute_update_settings":   block("Pool.UserAttributeUpdateSettings", {
            "attributes_require_verification_before_update":
                set_of(plain_text, "AttributesRequireVerificationBeforeUpdate"),
        }),
        "user_pool_add_ons":                block("Pool.UserPoolAddOns", {
            "advanced_security_mode":             text("AdvancedSecurityMode", default="OFF"),
            "advanced_security_additional_flows": block("AdvancedSecurityAdditionalFlows", {
                "custom_auth_mode": text("CustomAuthMode", assigned=True),
            }),
        }),
        "username_configuration":           block("Pool.UsernameConfiguration", {
            "case_sensitive": flag("CaseSensitive", default=False),
        }, assigned=True),
        "verification_message_template":    block("Pool.VerificationMessageTemplate", {
            "default_email_option":  text("DefaultEmailOption", default="CONFIRM_WITH_CODE"),
            "email_message":         text("EmailMessage", assigned=True),
            "email_message_by_link": text("EmailMessageByLink", assigned=True),
            "email_subject":         text("EmailSubject", assigned=True),
            "email_subject_by_link": text("EmailSubjectByLink", assigned=True),
            "sms_message":           text("SmsMessage", assigned=True),
        }),
        "web_authn_configuration":          block("Mfa.WebAuthnConfiguration", {
            "relying_party_id":  text("RelyingPartyId"),
            "user_verification": text("UserVerification", default="preferred"),
        }),
        "tags":                             tags("Pool.UserPoolTags"),
    },
    ignored={
        "schema.number_attribute_constraints": "AWS never changes them once the attribute exists",
        "schema.string_attribute_constraints": "AWS never changes them once the attribute exists",
    },
    refs=(
        Ref("lambda_config.kms_key_id", to="aws_kms_key", by="arn"),
        *(Ref(f"lambda_config.{trigger}", to="aws_lambda_function", by="arn") for trigger in (
            "create_auth_challenge", "custom_message", "define_auth_challenge", "post_authentication",
            "post_confirmation", "pre_authentication", "pre_sign_up", "pre_token_generation", "user_migration",
            "verify_auth_challenge_response", "custom_email_sender.lambda_arn", "custom_sms_sender.lambda_arn")),
        Ref("sms_configuration.sns_caller_arn", to="aws_iam_role", by="arn"),
    ),
)

def an_hour(want: Value, have: Value) -> bool:
    """Where nobody says how long a token is valid, the state has 0 and AWS nothing or an hour in some unit."""
    return not want and have in (1, 60, 3600)


CLIENT = ResourceType(
    name="aws_cognito_user_pool_client",
    service="cognito-idp",
    list=Within("aws_cognito_user_pool", each="Clients[]"),
    # one call for each client of a managed pool: the listing has only names
    describe=(Call(op="DescribeUserPoolClient", take="UserPoolClient", into="Client", gone=GONE,
                   bind={"UserPoolId": "UserPoolId", "ClientId": "ClientId"}),),
    id=text("ClientId"),
    import_id="join('/', [user_pool_id, id])",
    label="name",
    attributes={
        "name":                                          text("ClientName"),
        "user_pool_id":                                  text("UserPoolId"),
        "access_token_validity":                         number("Client.AccessTokenValidity", default=0, same=an_hour),
        "id_token_validity":                             number("Client.IdTokenValidity", default=0, same=an_hour),
        "refresh_token_validity":                        number("Client.RefreshTokenValidity", default=30),
        "auth_session_validity":                         number("Client.AuthSessionValidity", default=3),
        "allowed_oauth_flows":                           set_of(plain_text, "Client.AllowedOAuthFlows", same_for_all=True),
        "allowed_oauth_flows_user_pool_client":          flag("Client.AllowedOAuthFlowsUserPoolClient", default=False, same_for_all=True),
        "allowed_oauth_scopes":                          set_of(plain_text, "Client.AllowedOAuthScopes", same_for_all=True),
        "callback_urls":                                 set_of(plain_text, "Client.CallbackURLs", same_for_all=True),
        "logout_urls":                                   set_of(plain_text, "Client.LogoutURLs", same_for_all=True),
        "default_redirect_uri":                          text("Client.DefaultRedirectURI", default="", same_for_all=True),
        "enable_token_revocation":                       flag("Client.EnableTokenRevocation", default=True, same_for_all=True),
        "enable_propagate_additional_user_context_data": flag("Client.EnablePropagateAdditionalUserContextData",
                                                              default=False),
        "explicit_auth_flows":                           set_of(plain_text, "Client.ExplicitAuthFlows"),
        "prevent_user_existence_errors":                 text("Client.PreventUserExistenceErrors", assigned=True),
        "read_attributes":                               set_of(plain_text, "Client.ReadAttributes"),
        "write_attributes":                              set_of(plain_text, "Client.WriteAttributes"),
        "supported_identity_providers":                  set_of(plain_text, "Client.SupportedIdentityProviders"),
        "analytics_configuration":                       block("Client.AnalyticsConfiguration", {
            "application_arn":  text("ApplicationArn"),
            "application_id":   text("ApplicationId"),
            "external_id":      text("ExternalId"),
            "role_arn":         text("RoleArn", assigned=True),
            "user_data_shared": flag("UserDataShared", default=False),
        }),
        "refresh_token_rotation":                        block("Client.RefreshTokenRotation", {
            "feature":                    text("Feature", default="DISABLED"),
            "retry_grace_period_seconds": number("RetryGracePeriodSeconds", default=0),
        }),
        "token_validity_units":                          block("Client.TokenValidityUnits", {
            "access_token":  text("AccessToken", default="hours", always_said=True),
            "id_token":      text("IdToken", default="hours", always_said=True),
            "refresh_token": text("RefreshToken", default="days", always_said=True),
        }),
    },
    ignored={"generate_secret": "only read when the client is created"},
    parent=Parent("user_pool_id", to="aws_cognito_user_pool"),
    owners=(Owner(
        "starts_with(ClientName, 'AmazonOpenSearchService-') || starts_with(ClientName, 'AWSElasticsearch-')",
        "OpenSearch",
    ),),
)

DOMAIN = ResourceType(
    name="aws_cognito_user_pool_domain",
    service="cognito-idp",
    list=Within("aws_cognito_user_pool", each="[Pool.Domain, Pool.CustomDomain][?@].{Domain: @}"),
    describe=(Call(op="DescribeUserPoolDomain", take="DomainDescription", into="Description",
                   bind={"Domain": "Domain"}, gone=GONE),),
    id=text("Domain"),
    label="domain",
    attributes={
        "domain":                text("Domain"),
        "user_pool_id":          text("parent.Id"),
        "certificate_arn":       text("Description.CustomDomainConfig.CertificateArn"),
        "managed_login_version": number("Description.ManagedLoginVersion", default=1),
    },
    refs=(Ref("certificate_arn", to="aws_acm_certificate", by="arn"),),
    parent=Parent("user_pool_id", to="aws_cognito_user_pool"),
)
