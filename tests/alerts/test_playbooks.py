"""Playbooks: ours in both languages for every rule, a site's own in their place, mistakes by file."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.defaults import DEFAULTS
from alerts.playbooks import LANGUAGES, PlaybookError, as_document, load, parse
from alerts.words import Kind

NAMES = (
    *("surge", "collapse", "dropped", "no_answer", "mass_sign_out", "component", "adapter"),
    *("agent", "threshold"),
)
TEXT = """# Fire

Leave **at once**.

- [ ] Take the stairs
      and no lift
- [x] Count heads

Note who was missing.
"""


def written(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name.replace('__', '.')}.md").write_text(text, encoding="utf-8")
    return folder


def test_a_text_has_a_title_an_intro_steps_and_a_closing() -> None:
    fire = parse("fire", TEXT, "fire.en.md")
    assert (fire.name, fire.title, fire.intro) == ("fire", "Fire", "Leave **at once**.")
    assert fire.steps == ("Take the stairs and no lift", "Count heads")
    assert fire.closing == "Note who was missing."
    assert fire.text == TEXT


def test_every_rule_that_we_bring_has_its_playbook_in_both_languages() -> None:
    ours = load()
    assert sorted(ours) == sorted(NAMES)
    assert {rule.playbook for rule in DEFAULTS} <= set(ours)
    assert {rule.kind for rule in DEFAULTS} | {Kind.THRESHOLD} == set(Kind)
    for by_language in ours.values():
        assert sorted(by_language) == sorted(LANGUAGES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_ours_are_short_plain_and_say_what_to_tell_and_to_note(name: str, language: str) -> None:
    playbook = load()[name][language]
    assert 3 <= len(playbook.steps) <= 7
    assert playbook.intro
    text = playbook.text.replace("- [ ]", "")
    assert not re.search(r"[<>\[\]`]|https?:|\d{5,}", text), "plain text, no links, no numbers"
    assert text.count("**") % 2 == 0
    if language == "zh":
        assert re.search("通报|通知|提醒|统一口径", text)
        assert playbook.closing.startswith("结案时记下：")
    else:
        assert not re.search("[\u4e00-\u9fff]", text)
        assert re.search("[Tt]ell|Call|call|remind|wording", text)
        assert playbook.closing.startswith("At closing note:")


def test_a_sites_own_replaces_ours_of_that_name_and_may_be_new(tmp_path: Path) -> None:
    own = written(tmp_path, surge__zh=TEXT, fire__en=TEXT, fire__zh=TEXT, README="Ours.")
    (tmp_path / ".surge.zh.md").write_bytes(b"\xff an editor's")
    found = load(own)
    assert set(found) == {*NAMES, "fire"}
    assert set(found["surge"]) == {"zh"}, "ours in English may say something else"
    assert found["surge"]["zh"].title == "Fire"
    assert found["dropped"] == load()["dropped"]


def test_screens_get_the_texts_by_name_and_language(tmp_path: Path) -> None:
    document = as_document(load(written(tmp_path, fire__en="\ufeff" + TEXT)))
    assert document["fire"] == {"en": TEXT}
    assert document["surge"]["zh"].startswith("# 突发话务高峰\n")
    assert sorted(document["surge"]) == sorted(LANGUAGES)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"fire__en": TEXT, "fire__zh": TEXT + "\n"}, ""),
        (
            {"fire__en": TEXT, "fire__zh": TEXT.replace("- [x] Count heads\n", "")},
            "fire: 2 in fire.en.md and 1 in fire.zh.md steps. Write the same steps",
        ),
        ({"fire__en": "Leave.\n- [ ] Go"}, 'fire.en.md: no title. Begin it with a line "# Title"'),
        ({"fire__en": "# Fire\nLeave."}, "fire.en.md: no steps. Write each as a line"),
        ({"fire__en": TEXT + "- [ ] Go"}, "fire.en.md:10: a step after the closing words"),
        ({"fire__en": TEXT.replace("[ ]", "")}, "fire.en.md:5: a list that nobody can tick"),
        ({"fire__en": TEXT.replace("- [ ]", "1.")}, "fire.en.md:5: a list that nobody can tick"),
        ({"fire__cn": TEXT}, "fire.cn.md: not a playbook's name. Call it NAME.zh.md or NAME.en.md"),
        ({"our fire__en": TEXT}, "our fire.en.md: not a playbook's name"),
    ],
)
def test_a_mistake_is_named_by_its_file(texts: dict[str, str], said: str, tmp_path: Path) -> None:
    own = written(tmp_path, **texts)
    if not said:
        assert "fire" in load(own)
        return
    with pytest.raises(PlaybookError, match=re.escape(said)):
        load(own)


def test_another_encoding_is_named_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "fire.zh.md").write_bytes("# 火警\n- [ ] 走楼梯\n".encode("gbk"))
    with pytest.raises(PlaybookError, match=r"fire.zh.md: byte 3 is no UTF-8. Save it as UTF-8"):
        load(tmp_path)


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none")


def complaint(text: str) -> str | None:
    """What is said of this text; None if it is taken."""
    try:
        playbook = parse("fire", text, "fire.en.md")
    except PlaybookError as error:
        return str(error)
    assert playbook.title
    assert all(step.strip() for step in playbook.steps)
    return None


@given(
    st.lists(st.sampled_from(["# T", "- [ ] go", "- [x]", "1. a", " b", "", "*", "\u2028", "c"]))
)
def test_no_text_raises_anything_but_a_playbooks_own_error(lines: list[str]) -> None:
    said = complaint("\n".join(lines))
    assert said is None or re.match(r"fire\.en\.md(:\d+)?: .+\. [A-Z]", said)
