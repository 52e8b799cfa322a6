"""Behind a real nginx, under a sub-path, as `deploy/nginx.conf` has it: people sign in, walls live."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import free_port
from tests.e2e.visitor import Stranger

pytestmark = pytest.mark.chromium
ROOT = Path(__file__).parents[2]
PASSWORD = "a-long-enough-one"
SETTINGS = """
[[site]]
id = "demo"
time_zone = "Asia/Shanghai"
[[site.source]]
url = "simulate:demo"
[stores]
journal = "file:data"
[gateway]
listen = "127.0.0.1:{ours}"
public_url = "http://localhost:{theirs}/floorwatch"
allowed_origins = ["http://localhost:{theirs}"]
[access]
trusted_proxies = ["127.0.0.1"]
"""
NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u;
    scgi_temp_path {folder}/s;
    {site}
}}
"""


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no {name} here")
    return found


def told(folder: Path, ours: int, theirs: int) -> str:
    """Our own nginx.conf, at these ports, without the certificate."""
    site = (ROOT / "deploy" / "nginx.conf").read_text()
    site = re.sub(r"(?m)^\s*ssl_.*\n|^#.*\n", "", site)
    site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{theirs}")
    site = site.replace("127.0.0.1:8787", f"127.0.0.1:{ours}")
    return NGINX.format(folder=folder, site=site)


def until_answered(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        with socket.socket() as pause:
            pause.settimeout(0.2)
            pause.connect_ex(("127.0.0.1", 9))
    pytest.fail(f"{url} does not answer")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    nginx = program("nginx")
    folder = tmp_path_factory.mktemp("proxied")
    ours, theirs = free_port(), free_port()
    (folder / "f.toml").write_text(SETTINGS.format(ours=ours, theirs=theirs))
    (folder / "nginx.conf").write_text(told(folder, ours, theirs))
    environ = {**os.environ, "PASSWORD": PASSWORD}
    floorwatch = [sys.executable, "-m", "floorwatch"]
    add = ["users", "add", "wang", "--role", "admin", "--config", "f.toml"]
    subprocess.run(
        [*floorwatch, *add, "--password-env", "PASSWORD"], cwd=folder, env=environ, check=True
    )
    url = f"http://localhost:{theirs}/floorwatch"
    proxy = [nginx, "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    with (
        subprocess.Popen([*floorwatch, "up", "f.toml"], cwd=folder, env=environ) as up,
        subprocess.Popen(proxy) as web,
    ):
        try:
            until_answered(f"{url}/healthz", up)
            yield url
        finally:
            web.terminate()
            up.send_signal(signal.SIGTERM)


def test_the_whole_way_in_and_a_living_wall_under_a_sub_path(address: str, browser: Any) -> None:
    with Stranger(browser, address) as visitor:
        page = visitor.open("floor", "input[name=password]")
        assert page.url == f"{address}/sign-in?to=floor"
        page.fill("input[name=name]", "wang")
        page.fill("input[name=password]", PASSWORD)
        page.click("button.fw-go")
        page.wait_for_url(f"{address}/floor")
        page.wait_for_selector("[data-link=live]")
        wall = visitor.open("wall/main", "[data-link=live]")
        assert wall.url == f"{address}/wall/main"
        page = visitor.open("admin#audit", ".audit tbody tr")
        assert "127.0.0.1" in page.inner_text(".audit")
        [cookie] = visitor.context.cookies()
        assert (cookie["path"], cookie["httpOnly"]) == ("/floorwatch/", True)


def test_a_stranger_is_shown_nothing_through_the_proxy(address: str) -> None:
    assert httpx.get(f"{address}/session").json()["role"] == "nobody"
    for path in ("frame", "frame?view=floor", "users", "audit", "calls"):
        assert httpx.get(f"{address}/{path}").status_code == 401
