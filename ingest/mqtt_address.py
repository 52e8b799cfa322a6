"""Where an MQTT broker is, and how to speak to it."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

PORTS = {"mqtt": 1883, "mqtts": 8883}


class MqttAddressError(ValueError):
    """This is not the address of a broker; the message says what one looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttAddress:
    """One broker. `ca_file` is the certificate authority to trust; None trusts the system's own."""

    host: str
    port: int = 1883
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None

    @classmethod
    def parse(
        cls, url: str, *, password: str | None = None, ca_file: Path | None = None
    ) -> "MqttAddress":
        """Read `mqtt://[user[:password]@]host[:port]`, or `mqtts://` for TLS.

        A `password` given beside the URL (from the environment or a file) wins over one inside.
        Raises `MqttAddressError`.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise MqttAddressError(f"{_shown(url)}: {error}") from None
        if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/"):
            raise MqttAddressError(
                f"{_shown(url)} is not a broker's address: write mqtt://host:1883, "
                "or mqtts://host:8883 for TLS"
            )
        inside = unquote(parts.password) if parts.password is not None else None
        username = unquote(parts.username) if parts.username else None
        secret = password if password is not None else inside
        if secret is not None and username is None:
            raise MqttAddressError(
                f"{_shown(url)}: a password needs a user name: write mqtt://user@host"
            )
        return cls(
            host=parts.hostname,
            port=PORTS[parts.scheme] if port is None else port,
            tls=parts.scheme == "mqtts",
            username=username,
            password=secret,
            ca_file=ca_file,
        )

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"

    def tls_context(self) -> ssl.SSLContext | None:
        """What TLS needs, or None without TLS. Raises `MqttAddressError` for a bad `ca_file`."""
        if not self.tls:
            return None
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise MqttAddressError(
                f"{self.ca_file}: cannot be read as certificates (PEM): {error}"
            ) from None


def _shown(url: str) -> str:
    """The URL without what may be a password."""
    scheme, sign, rest = url.partition("://")
    return f"{scheme}{sign}{rest.rpartition('@')[2]}"
