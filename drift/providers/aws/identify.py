"""The first call: whose credentials these are, and what to do where it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drift.errors import CloudError

SETUP_HINT = "Check AWS_PROFILE, AWS_REGION and the credentials: `aws sts get-caller-identity` must work."
_CREDENTIALS = frozenset({
    "AccessDenied", "AccessDeniedException", "AuthFailure", "ExpiredToken", "ExpiredTokenException",
    "IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidToken", "MissingAuthenticationToken",
    "NotAuthorized", "OptInRequired", "SignatureDoesNotMatch", "UnrecognizedClientException",
})  # fmt: skip
"""Codes that speak of the credentials (AWS API reference, "Common Errors")."""
_CLOCK = frozenset({"RequestExpired", "RequestTimeTooSkewed"})


def identify(client: Callable[[], Any]) -> str:
    """The account of the credentials; CloudError that says what failed, and what to do about it."""
    from botocore import exceptions as boto

    try:
        return str(client().get_caller_identity()["Account"])
    except (boto.NoCredentialsError, boto.PartialCredentialsError) as error:
        raise CloudError(
            f"no AWS credentials: {error}",
            "Log in (`aws sso login`) or set AWS_PROFILE. `drift demo` needs no credentials.",
        ) from error
    except (boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ReadTimeoutError) as error:
        raise CloudError(
            f"AWS does not answer: {error}", "Check the region's name, AWS_ENDPOINT_URL and the network."
        ) from error
    except boto.ClientError as error:
        raise _refused(error.response, error.operation_name) from error
    except boto.HTTPClientError as error:
        raise CloudError(
            f"the response does not come from AWS, or is truncated: {error}",
            "Check AWS_ENDPOINT_URL, HTTPS_PROXY and other proxies. If the network failed, run again.",
        ) from error
    except (boto.BotoCoreError, ValueError) as error:
        raise CloudError(f"AWS cannot be reached: {error}", SETUP_HINT) from error
    except CloudError:
        raise
    except Exception as error:  # botocore's parser fails in any way on what is no answer
        raise CloudError(
            f"AWS returned an invalid response to sts:GetCallerIdentity ({type(error).__name__})", SETUP_HINT
        ) from error


def _refused(response: Any, operation: str) -> CloudError:
    """A refusal says what AWS said: an overloaded service is nothing that new credentials mend."""
    details = response.get("Error", {})
    code, said = str(details.get("Code") or "Unknown"), str(details.get("Message") or "")
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)
    tries = int(response.get("ResponseMetadata", {}).get("RetryAttempts") or 0) + 1
    after = f" after {tries} tries" if tries > 1 else ""
    if operation == "AssumeRole" and code in _CREDENTIALS:
        return CloudError(
            f"the role cannot be assumed: {code}: {said}",
            "The role must exist, and trust the identity that drift runs as (with the external id, if it asks for "
            "one). This identity needs sts:AssumeRole for the role. `drift accounts --role-template` writes the role.",
            action="sts:AssumeRole",
            code=code,
        )
    if code in _CLOCK:
        return CloudError(f"AWS rejected the time of the request: {code}: {said}", "Set this machine's clock.")
    if code in _CREDENTIALS:
        return CloudError(
            f"AWS rejected the credentials: {code}: {said}",
            "Renew them (`aws sso login`, or a new session token) and run again.",
        )
    if "hrottl" in code or code in ("TooManyRequestsException", "RequestLimitExceeded", "SlowDown") or status == 429:
        return CloudError(f"AWS throttled the first call, sts:GetCallerIdentity{after}: {code}", "Run again later.")
    if status >= 500:
        return CloudError(
            f"AWS failed at the first call, sts:GetCallerIdentity{after}: {code}: {said}",
            "The credentials are not the cause. Run again later; health.aws.amazon.com lists outages.",
        )
    return CloudError(f"AWS refused the first call, sts:GetCallerIdentity: {code}: {said}", SETUP_HINT)
