"""Photos from outside: taken only if they are some, and without what they tell besides."""

import io
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dashboard.photo import NoPhotoError, cleaned
from dashboard.photo_shelf import PhotoShelf

SECRET = b"GPS 31.2304 N 121.4737 E"


def picture(form: str, size: tuple[int, int] = (40, 30)) -> bytes:
    """A picture whose tags tell where it was taken."""
    image = Image.new("RGB", size, (200, 40, 40))
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    written = io.BytesIO()
    image.save(written, form, exif=exif, comment=SECRET)
    return written.getvalue()


@pytest.mark.parametrize(("form", "content_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_a_photo_is_the_same_picture_without_its_tags(form: str, content_type: str) -> None:
    body = picture(form)
    assert SECRET in body
    photo = cleaned(body + b"<script>behind its end</script>")
    assert photo.content_type == content_type
    assert SECRET not in photo.body
    assert b"script" not in photo.body
    kept = Image.open(io.BytesIO(photo.body))
    assert kept.tobytes() == Image.open(io.BytesIO(body)).tobytes()
    assert not kept.getexif()
    assert cleaned(photo.body) == photo


def test_a_progressive_photo_is_taken_too() -> None:
    written = io.BytesIO()
    Image.effect_noise((200, 200), 80).convert("RGB").save(written, "JPEG", progressive=True)
    Image.open(io.BytesIO(cleaned(written.getvalue()).body)).load()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x01",
        b"\x89PNG\r\n\x1a\n<script>",
        picture("JPEG")[:-30],
        picture("PNG")[:-12],
        picture("JPEG", (4_097, 1)),
        picture("PNG", (1, 4_097)),
    ],
)
def test_what_is_no_photo_of_ours_is_not_taken(body: bytes) -> None:
    with pytest.raises(NoPhotoError):
        cleaned(body)


@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]))
def test_any_bytes_are_a_photo_or_refused(rest: bytes, head: bytes) -> None:
    try:
        photo = cleaned(head + rest)
    except NoPhotoError:
        return
    assert cleaned(photo.body) == photo


@given(st.data())
def test_a_photo_that_was_damaged_is_refused_or_still_without_tags(data: st.DataObject) -> None:
    body = bytearray(picture(data.draw(st.sampled_from(["JPEG", "PNG"]))))
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        photo = cleaned(bytes(body))
    except NoPhotoError:
        return
    assert len(photo.body) <= len(body)


def test_a_photo_is_a_file_of_a_random_name_for_us_alone(tmp_path: Path) -> None:
    shelf = PhotoShelf(tmp_path / "photos")
    photo = cleaned(picture("PNG"))
    name, other = shelf.keep(photo), shelf.keep(photo)
    assert name != other
    assert shelf.read(name) == photo
    assert stat.S_IMODE((tmp_path / "photos" / name).stat().st_mode) == 0o600
    shelf.drop(name)
    shelf.drop(name)
    assert shelf.read(name) is None


@pytest.mark.parametrize("name", ["", "../desk.db", "/etc/passwd", "a" * 32 + ".exe"])
def test_no_other_file_is_read_or_dropped(tmp_path: Path, name: str) -> None:
    (tmp_path / "desk.db").write_bytes(b"everything")
    shelf = PhotoShelf(tmp_path / "photos")
    shelf.drop(name)
    assert shelf.read(name) is None
    assert (tmp_path / "desk.db").exists()
