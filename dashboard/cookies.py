"""Our cookies: what they are called, how they are read from hostile headers, and how they are set.

Pure. No script of a page can read one. Over TLS a name with a prefix is used, which no page of a
neighbouring name can set (`__Host-`; under a sub-path, `__Secure-`).
"""

from websockets.http11 import Request

from dashboard.tokens import is_token

SESSION, WAY = "floorwatch", "floorwatch-way"
_MOST = 3
_LONGEST = 16_384


class Cookies:
    """`root` is the path under which browsers find us. `strict`: the session does not come along with
    a link from another site; a provider that sends people back to us is one."""

    def __init__(self, root: str = "/", *, strict: bool = True) -> None:
        self._root = root
        self._session_site = "Strict" if strict else "Lax"

    def tokens(self, request: Request, name: str, secure: bool) -> list[str]:
        """The tokens that a request brings in this cookie: more than one if somebody planted one."""
        wanted = self._name(name, secure)
        found = []
        for header in request.headers.get_all("Cookie"):
            for pair in header[:_LONGEST].split(";"):
                key, _, value = pair.strip().partition("=")
                if key == wanted and is_token(value):
                    found.append(value)
        return found[:_MOST]

    def session(self, token: str, secure: bool, age_s: int) -> tuple[str, str]:
        """The header that has a browser keep a session for so long."""
        return self._set(SESSION, token, secure, age_s, self._session_site)

    def way(self, token: str, secure: bool, age_s: int) -> tuple[str, str]:
        """The same for somebody on his way to a provider, who will come back by a link from there."""
        return self._set(WAY, token, secure, age_s, "Lax")

    def _set(self, name: str, value: str, secure: bool, age_s: int, site: str) -> tuple[str, str]:
        parts = [
            f"{self._name(name, secure)}={value}",
            f"Path={self._root}",
            f"Max-Age={age_s}",
            "HttpOnly",
            f"SameSite={site}",
        ]
        return "Set-Cookie", "; ".join([*parts, "Secure"] if secure else parts)

    def _name(self, name: str, secure: bool) -> str:
        if not secure:
            return name
        return f"__Host-{name}" if self._root == "/" else f"__Secure-{name}"
