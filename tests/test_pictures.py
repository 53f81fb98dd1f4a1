"""Pictures, written anew: upright, in the same colours, and without anything that came beside them."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from coaching import pictures
from coaching.errors import Invalid
from coaching.pictures import rewrite
from tests.media_files import picture

SECRET = b"51.5007N 0.1246W of Ann's phone"
KINDS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}


def telling() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    exif[0x0112] = 6
    return exif


def telling_picture(kind: str) -> bytes:
    """A picture two wide and one high that lies on its side, with what cameras and people write beside it."""
    out, image = BytesIO(), Image.new("RGB", (40, 20), "red")
    image.paste("blue", (20, 0, 40, 20))
    text = PngInfo()
    text.add_text("Comment", SECRET.decode())
    more = {
        "PNG": {"exif": telling(), "pnginfo": text},
        "JPEG": {"exif": telling(), "comment": SECRET, "quality": 95, "xmp": b"<x>" + SECRET},
        "WEBP": {"exif": telling(), "xmp": b"<x>" + SECRET, "lossless": True},
        "GIF": {"comment": SECRET},
    }
    image.save(out, kind, **more[kind])
    return out.getvalue() + b"<script>" + SECRET


@pytest.mark.parametrize("media_type", KINDS)
def test_a_picture_keeps_its_pixels_and_nothing_else(media_type: str) -> None:
    data = telling_picture(KINDS[media_type])
    assert SECRET in data
    out, kind = rewrite(BytesIO(data), media_type)
    assert kind == ("image/png" if media_type == "image/gif" else media_type)
    assert SECRET not in out.getvalue()
    assert b"script" not in out.getvalue()
    with Image.open(out) as again:
        assert not {"exif", "xmp", "comment", "icc_profile"} & again.info.keys()
        assert not again.getexif()
        plain = again.convert("RGB")
    # Turned as the camera said, where a format has a place for that: what was left is now above.
    size, red, blue = ((40, 20), (5, 10), (35, 10)) if media_type == "image/gif" else ((20, 40), (10, 5), (10, 35))
    assert plain.size == size
    assert [max(range(3), key=plain.getpixel(at).__getitem__) for at in (red, blue)] == [0, 2]


def test_a_profile_of_colours_is_applied_and_left_out() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    out, _ = rewrite(BytesIO(picture("JPEG", icc_profile=profile)), "image/jpeg")
    with Image.open(out) as again:
        assert "icc_profile" not in again.info
    assert rewrite(BytesIO(picture("PNG", icc_profile=b"no profile at all")), "image/png")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_colour_comes_through(mode: str) -> None:
    out, _ = rewrite(BytesIO(picture(mode=mode)), "image/png")
    with Image.open(out) as again:
        assert again.size == (6, 4)
        assert again.mode == ("RGBA" if "A" in mode else "RGB" if mode == "P" else "L")


def test_four_inks_become_three_lights() -> None:
    out, _ = rewrite(BytesIO(picture("JPEG", mode="CMYK")), "image/jpeg")
    with Image.open(out) as again:
        assert again.mode == "RGB"


def test_a_picture_larger_than_any_screen_is_made_smaller() -> None:
    out, _ = rewrite(BytesIO(picture(size=(5000, 100), mode="L")), "image/png")
    with Image.open(out) as again:
        assert again.size == (4096, 82)


def png_of(width: int, height: int) -> bytes:
    """The head of a picture of this size, with hardly anything behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    head = struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize("size", [(10_000, 5_001), (12_000, 8_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_before_it_is_read(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "draft", None)
    with pytest.raises(Invalid) as refusal:
        rewrite(BytesIO(png_of(*size)), "image/png")
    assert refusal.value.messages["file"] in ([pictures.TOO_MANY_PIXELS], [pictures.UNREADABLE])


def moving(kind: str) -> bytes:
    out, frames = BytesIO(), [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize("media_type", ["image/gif", "image/webp", "image/png"])
def test_a_moving_picture_is_refused_plainly(media_type: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rewrite(BytesIO(moving(KINDS[media_type])), media_type)
    assert refusal.value.messages == {"file": [pictures.MOVING]}


@pytest.mark.parametrize("media_type", KINDS)
def test_what_cannot_be_read_is_refused(media_type: str) -> None:
    whole = picture(KINDS[media_type], (60, 40))
    for data in (whole[:20], whole[: len(whole) // 2], whole[:12] + bytes(80), b"", b"GIF89a"):
        with pytest.raises(Invalid) as refusal:
            rewrite(BytesIO(data), media_type)
        assert refusal.value.messages == {"file": [pictures.UNREADABLE]}
