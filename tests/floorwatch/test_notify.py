"""`floorwatch notify test`, as a person types it, against a server of our own."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from floorwatch.commands import app

KEY = "key-that-is-secret"


class Robot(http.server.BaseHTTPRequestHandler):
    """Answers every message with the class's own `said`."""

    said: dict[str, Any]
    heard: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append(json.loads(body))
        answer = json.dumps(self.said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def robot(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Robot]]:
    class Here(Robot):
        said = {"errcode": 0, "errmsg": "ok"}  # noqa: RUF012 changed by tests
        heard = []  # noqa: RUF012

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Here)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    monkeypatch.setenv("ROBOT", f"http://127.0.0.1:{server.server_port}/send?key={KEY}")
    yield Here
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def alerts(tmp_path: Path) -> Path:
    file = tmp_path / "alerts.toml"
    file.write_text('[[channel]]\nname = "floor"\nkind = "wecom"\nurl_env = "ROBOT"\n')
    return file


def notify(channel: str, config: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["notify", "test", channel, "--config", str(config)])
    return result.exit_code, result.output


def test_a_test_notice_is_sent_and_its_taking_told(robot: type[Robot], alerts: Path) -> None:
    status, said = notify("floor", alerts)
    assert status == 0
    assert "floor: the test notice was taken in" in said
    (heard,) = robot.heard
    assert "【测试】通知通道 floor" in heard["markdown"]["content"]


def test_the_settings_file_leads_to_the_alerts_file(
    robot: type[Robot], alerts: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "floorwatch.toml"
    settings.write_text('[site]\nid = "hq"\n[site.alerts]\nfile = "alerts.toml"\n')
    assert notify("floor", settings)[0] == 0
    assert "hq" in robot.heard[0]["markdown"]["content"]


def test_what_the_provider_refused_is_one_sentence(robot: type[Robot], alerts: Path) -> None:
    robot.said = {"errcode": 93000, "errmsg": f"invalid webhook url {KEY}"}
    status, said = notify("floor", alerts)
    assert status == 1
    (line,) = said.splitlines()
    assert line == (
        "floor: not sent: WeCom refused it with code 93000 (invalid webhook url …): "
        "the robot is gone or the key in its URL is wrong"
    )


def test_it_says_what_is_wrong_before_anything_is_sent(
    robot: type[Robot], alerts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert notify("flor", alerts) == (
        1,
        f'there is no channel flor in {alerts}. Did you mean "floor"? There are: floor\n',
    )
    monkeypatch.delenv("ROBOT")
    status, said = notify("floor", alerts)
    assert (status, "the variable ROBOT is not set" in said) == (1, True)
    status, said = notify("floor", tmp_path / "none.toml")
    assert (status, "cannot be read" in said) == (1, True)
    alerts.write_text('[[channel]]\nname = "floor"\nkind = "pigeon"\n')
    status, said = notify("floor", alerts)
    assert (status, "pigeon" in said) == (1, True)
    alerts.write_text("[[channel]\n")
    status, said = notify("floor", alerts)
    assert (status, "this is not TOML" in said) == (1, True)
    empty = tmp_path / "empty.toml"
    empty.write_text("")
    assert notify("floor", empty)[0] == 1
    assert robot.heard == []
