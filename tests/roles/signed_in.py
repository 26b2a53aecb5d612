"""A person's session with the pages, without a browser: log-in, cookies, reading."""

import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar


class SignedIn:
    """Signs in at once and then reads pages."""

    def __init__(self, address: str, name: str, password: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.read("/accounts/login/"))
        assert token is not None
        form = {"csrfmiddlewaretoken": token.group(1), "login": name, "password": password}
        request = urllib.request.Request(
            f"{address}/accounts/login/", urllib.parse.urlencode(form).encode(), {"Referer": address}
        )
        with self.opener.open(request, timeout=30) as answer:
            assert "/accounts/login" not in answer.url, "the log-in was refused"

    def read(self, path: str) -> str:
        """The text of a page. Errors: `OSError`, and `http.client.HTTPException` where the server dies within its answer."""
        with self.opener.open(self.address + path, timeout=30) as answer:
            return str(answer.read().decode())
