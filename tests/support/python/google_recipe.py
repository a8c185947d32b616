"""Google's own clients at work, with their addresses turned to a fake.

    google_recipe.py refresh BASE_URL TOKEN_FILE                                   an authorized_user file
    google_recipe.py service-account BASE_URL KEY_FILE SCOPES SUBJECT SHEET        a key file, then one GET of a sheet
    google_recipe.py flow BASE_URL CLIENT_SECRET_FILE SCOPES                       the consent of google-auth-oauthlib

Prints one JSON line; {"error": text} when the client raised.
"""

import json
import os
import sys
import threading
import warnings

import google.auth
import google.auth.transport.requests
import requests
from google.oauth2 import credentials, id_token, service_account

# Plain HTTP, for a fake on 127.0.0.1.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
warnings.simplefilter("ignore")


def refresh(base_url, path):
    # The file's token_uri is ignored by the loader, so the address is turned here.
    loaded = credentials.Credentials.from_authorized_user_file(path).with_token_uri(base_url + "/token")
    loaded.refresh(google.auth.transport.requests.Request())
    adc, _ = google.auth.load_credentials_from_file(path)
    return {
        "token": loaded.token,
        "refresh_token": loaded.refresh_token,
        "valid": loaded.valid,
        "granted": loaded.granted_scopes,
        "adc": f"{type(adc).__module__}.{type(adc).__qualname__}",
    }


def sign(base_url, path, scopes, subject, sheet):
    loaded = service_account.Credentials.from_service_account_file(path, scopes=scopes.split())
    if subject:
        loaded = loaded.with_subject(subject)
    session = google.auth.transport.requests.AuthorizedSession(loaded)
    answer = session.get(f"{base_url}/v4/spreadsheets/{sheet}")
    return {"status": answer.status_code, "body": answer.json(), "email": loaded.service_account_email}


def consent(base_url, path, scopes):
    from google_auth_oauthlib.flow import InstalledAppFlow
    import webbrowser

    class Browser:
        def open(self, url, **_):
            threading.Thread(target=requests.get, args=(url,), daemon=True).start()
            return True

    webbrowser.get = lambda *_: Browser()
    flow = InstalledAppFlow.from_client_secrets_file(path, scopes.split())
    got = flow.run_local_server(host="127.0.0.1", port=0, timeout_seconds=30, authorization_prompt_message=None)
    answer = {"scopes": got.granted_scopes, "refresh_token": got.refresh_token}
    keys = requests.get(f"{base_url}/.well-known/openid-configuration").json()["jwks_uri"]
    answer["id"] = id_token.verify_token(
        got.id_token, google.auth.transport.requests.Request(), got.client_id, certs_url=keys, clock_skew_in_seconds=5
    )
    return answer


try:
    work = {"refresh": refresh, "service-account": sign, "flow": consent}[sys.argv[1]]
    print(json.dumps(work(*sys.argv[2:])))
except (Exception, Warning) as error:
    print(json.dumps({"error": str(error.args[0] if error.args else error)}))
