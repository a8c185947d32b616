"""The official Huntflow client at work on a token file, as a company's own program would use it.

    huntflow_recipe.py BASE_URL TOKEN_FILE me            one GET /me that refreshes by itself
    huntflow_recipe.py BASE_URL TOKEN_FILE accounts      one GET /accounts, the same way
    huntflow_recipe.py BASE_URL TOKEN_FILE refresh       the client's refresh, wanted or not
    huntflow_recipe.py BASE_URL TOKEN_FILE parallel 10   so many GET /me at once, with the client's locker

Prints one JSON line: {"ok": [answers]} or {"error": class, "code": status or null}.
"""

import asyncio
import json
import sys

from huntflow_api_client import HuntflowAPI
from huntflow_api_client.tokens.locker import AsyncioLockLocker
from huntflow_api_client.tokens.proxy import HuntflowTokenProxy
from huntflow_api_client.tokens.storage import HuntflowTokenFileStorage


async def work(base_url, token_file, what, count="1"):
    proxy = HuntflowTokenProxy(HuntflowTokenFileStorage(token_file), AsyncioLockLocker())
    api = HuntflowAPI(base_url, token_proxy=proxy, auto_refresh_tokens=True)
    if what == "refresh":
        await api._run_token_refresh()
        return []
    path = "/accounts" if what == "accounts" else "/me"
    answers = await asyncio.gather(*(api.request("GET", path) for _ in range(int(count))))
    return [answer.json() for answer in answers]


async def main():
    try:
        print(json.dumps({"ok": await asyncio.wait_for(work(*sys.argv[1:]), 60)}))
    except Exception as error:
        print(json.dumps({"error": type(error).__name__, "code": getattr(error, "code", None)}))


asyncio.run(main())
