"""Clients of Feishu at work, with their addresses turned to a fake. lark-oapi takes seconds to load, so one process does
many pieces of work: each line of its input is a JSON list, each line of its output the JSON answer.

    [WHAT, OPEN_URL, ACCOUNTS_URL, APP_ID, APP_SECRET, ...]

    v3-code CODE REDIRECT_URI VERIFIER, v3-refresh TOKEN, v1-code CODE, v1-refresh TOKEN, tenant      lark-oapi
    v2 REDIRECT_URI SCOPES                                                                            authlib

{"error": [HTTP status, code, word]} means that the client was refused.
"""

import json
import sys

import lark_oapi as lark
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from lark_oapi.api.authen.v1 import (
    CreateOidcAccessTokenRequest,
    CreateOidcAccessTokenRequestBody,
    CreateOidcRefreshAccessTokenRequest,
    CreateOidcRefreshAccessTokenRequestBody,
    GetUserInfoRequest,
)
from lark_oapi.core.exception import AccessTokenException, ObtainAccessTokenException


def client(open_url, accounts_url, app_id, app_secret):
    builder = lark.Client.builder().app_id(app_id).app_secret(app_secret).domain(open_url)
    return builder.oauth_base_url(accounts_url).enable_set_token(True).log_level(lark.LogLevel.CRITICAL).build()


def pair(got):
    return {"access_token": got.access_token, "refresh_token": got.refresh_token}


def v3_code(where, code, redirect_uri, verifier):
    got = client(*where).access_token.retrieve_by_authorization_code(code, redirect_uri=redirect_uri, code_verifier=verifier)
    option = lark.RequestOption.builder().user_access_token(got.access_token).build()
    user = client(*where).authen.v1.user_info.get(GetUserInfoRequest.builder().build(), option)
    return {**pair(got), "user": {"name": user.data.name, "email": user.data.email}}


def v3_refresh(where, token):
    return pair(client(*where).access_token.refresh(token))


def answered(response):
    if not response.success():
        return {"error": [response.raw.status_code, response.code, response.msg]}
    return json.loads(response.raw.content)["data"]


def v1_code(where, code):
    body = CreateOidcAccessTokenRequestBody.builder().grant_type("authorization_code").code(code).build()
    request = CreateOidcAccessTokenRequest.builder().request_body(body).build()
    return answered(client(*where).authen.v1.oidc_access_token.create(request))


def v1_refresh(where, token):
    body = CreateOidcRefreshAccessTokenRequestBody.builder().grant_type("refresh_token").refresh_token(token).build()
    request = CreateOidcRefreshAccessTokenRequest.builder().request_body(body).build()
    return answered(client(*where).authen.v1.oidc_refresh_access_token.create(request))


def tenant(where):
    request = lark.BaseRequest.builder().http_method(lark.HttpMethod.GET).uri("/open-apis/bot/v3/info")
    response = client(*where).request(request.token_types({lark.AccessTokenType.TENANT}).build())
    return json.loads(response.raw.content)


def v2(where, redirect_uri, scopes):
    open_url, accounts_url, app_id, app_secret = where
    session = OAuth2Session(
        app_id, app_secret, scope=scopes, redirect_uri=redirect_uri,
        token_endpoint_auth_method="client_secret_post", code_challenge_method="S256",
    )
    verifier = "an-authlib-verifier-of-more-than-forty-three-characters"
    url, _ = session.create_authorization_url(f"{accounts_url}/open-apis/authen/v1/authorize", code_verifier=verifier)
    back = requests.get(url, allow_redirects=False).headers["Location"]
    endpoint = f"{open_url}/open-apis/authen/v2/oauth/token"
    first = dict(session.fetch_token(endpoint, authorization_response=back, code_verifier=verifier))
    second = dict(session.refresh_token(endpoint, refresh_token=first["refresh_token"]))
    try:
        reuse = dict(session.refresh_token(endpoint, refresh_token=first["refresh_token"]))
    except OAuthError as error:
        reuse = error.error
    return {"first": first, "second": second, "reuse": reuse}


WORK = {"v3-code": v3_code, "v3-refresh": v3_refresh, "v1-code": v1_code, "v1-refresh": v1_refresh, "tenant": tenant, "v2": v2}


def answer(what, open_url, accounts_url, app_id, app_secret, *rest):
    try:
        return WORK[what]((open_url, accounts_url, app_id, app_secret), *rest)
    except AccessTokenException as error:
        return {"error": [error.status_code, error.code, error.error]}
    except ObtainAccessTokenException as error:
        return {"error": [None, error.code, error.msg]}


for line in sys.stdin:
    print(json.dumps(answer(*json.loads(line))), flush=True)
