"""A queue's group: small queues that are judged together."""

from pathlib import Path

from floorwatch.settings import load

TOML = """
[site]
id = "hq"
[[site.queue]]
id = "vip"
group = "small"
[[site.queue]]
id = "sales"
"""


def test_a_queue_may_belong_to_a_group(tmp_path: Path) -> None:
    file = tmp_path / "floorwatch.toml"
    file.write_text(TOML)
    queues = load(file, {}).sites[0].site.queues
    assert (queues["vip"].group, queues["sales"].group) == ("small", "")
