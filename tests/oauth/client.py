"""A service and a program as an OAuth library makes them, against a running instance. Fails with the first surprise.

ISSUER is the instance, SERVICE and SECRET the caller that asks, TOKEN and OTHER two tokens with read access there.
"""

import os

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6749 import ResourceProtector
from authlib.oauth2.rfc6749.requests import OAuth2Request
from authlib.oauth2.rfc6750.errors import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc7662 import IntrospectTokenValidator
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url

ISSUER, SERVICE, SECRET, TOKEN, OTHER = (
    os.environ[name] for name in ("ISSUER", "SERVICE", "SECRET", "TOKEN", "OTHER")
)


def discovered():
    """The metadata, where a client looks for them, and valid as far as they concern these two endpoints."""
    answer = requests.get(get_well_known_url(ISSUER, external=True), timeout=10)
    answer.raise_for_status()
    metadata = AuthorizationServerMetadata(answer.json())
    assert metadata["issuer"] == ISSUER, metadata
    metadata.validate_introspection_endpoint_auth_methods_supported()
    metadata.validate_revocation_endpoint_auth_methods_supported()
    assert metadata["introspection_endpoint_auth_methods_supported"] == ["client_secret_basic"]
    return metadata


class Validator(IntrospectTokenValidator):
    """What a service guards its routes with."""

    def __init__(self, metadata):
        super().__init__()
        self.metadata = metadata

    def introspect_token(self, token_string):
        session = OAuth2Session(SERVICE, SECRET)
        url = self.metadata["introspection_endpoint"]
        answer = session.introspect_token(url, token=token_string, token_type_hint="access_token")
        answer.raise_for_status()
        return answer.json()


def guarded(metadata, token, scopes):
    """What a route of the service that needs these scopes gets for a request with this token."""
    protector = ResourceProtector()
    protector.register_token_validator(Validator(metadata))
    headers = {"Authorization": f"Bearer {token}"}
    request = OAuth2Request("GET", "https://service.example/", headers=headers)
    return protector.validate_request(scopes, request)


def refused(error, work):
    try:
        work()
    except error:
        return
    raise AssertionError(f"{error.__name__} was expected")


def main():
    metadata = discovered()
    token = guarded(metadata, TOKEN, [f"{SERVICE}:read"])
    assert token["username"] == "ada" and token["aud"] == SERVICE, token
    refused(InsufficientScopeError, lambda: guarded(metadata, TOKEN, [f"{SERVICE}:write"]))
    refused(InvalidTokenError, lambda: guarded(metadata, TOKEN[:-1], [f"{SERVICE}:read"]))
    wrong = OAuth2Session(SERVICE, SECRET[:-1])
    assert wrong.introspect_token(metadata["introspection_endpoint"], token=TOKEN).status_code == 401

    # A program that is no client of anybody, and a service with its secret: both may.
    url = metadata["revocation_endpoint"]
    for session, value in ((OAuth2Session("a-scanner"), TOKEN), (OAuth2Session(SERVICE, SECRET), OTHER)):
        answer = session.revoke_token(url, token=value, token_type_hint="access_token")
        assert answer.status_code == 200, answer.text
        refused(InvalidTokenError, lambda: guarded(metadata, value, [f"{SERVICE}:read"]))
    print("understood")


main()
