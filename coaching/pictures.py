"""Pictures, read and written anew: the picture stays, and where and with what it was taken does not.

Nothing of the file that came is copied but its pixels. Whatever lies beside them, or behind them, is left out.
"""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO

from coaching.errors import Invalid

if TYPE_CHECKING:
    from PIL.Image import Image

FIELD = "file"
# As large as phones take them. Larger ones would take more memory than a web worker has to spare.
MOST_PIXELS = 50_000_000
# Larger than any screen: what is larger still is made smaller.
LONGEST_SIDE = 4096
UNREADABLE = "This picture cannot be read. Open it where it comes from, and save it again as PNG or JPEG."
TOO_MANY_PIXELS = "This picture has more than 50 million pixels. Save it smaller, and send that."
MOVING = "This picture moves, and only still ones are kept. Send one picture of it, or add a link to where it plays."
JPEG_QUALITY = 88
# One at a time in each process: a picture of the largest size takes a few hundred megabytes while it is written.
_ONE_AT_A_TIME = Lock()


def rewrite(file: BinaryIO, media_type: str) -> tuple[BytesIO, str]:
    """The picture anew, upright, with its media type: a GIF becomes a PNG. Raises Invalid on the field `file`."""
    with _ONE_AT_A_TIME:
        return _rewrite(file, media_type)


def _rewrite(file: BinaryIO, media_type: str) -> tuple[BytesIO, str]:
    # Only those who bring pictures need the library.
    from PIL import Image, ImageOps  # noqa: PLC0415

    written = "PNG" if media_type == "image/gif" else media_type.removeprefix("image/").upper()
    read = media_type.removeprefix("image/").upper()
    file.seek(0)
    try:
        with Image.open(file, formats=(read,)) as picture:
            _check(picture)
            # Of a picture that is to be made smaller, a JPEG reads no more than that takes.
            picture.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = _plain(ImageOps.exif_transpose(picture), written)
        return _written(plain, written), f"image/{written.lower()}"
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid.field(FIELD, TOO_MANY_PIXELS) from error
    except (OSError, SyntaxError, ValueError, TypeError, EOFError, KeyError, IndexError, ArithmeticError) as error:
        raise Invalid.field(FIELD, UNREADABLE) from error


def _check(picture: Image) -> None:
    """What the head of the file says, before any pixel is read."""
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise Invalid.field(FIELD, TOO_MANY_PIXELS)
    if getattr(picture, "is_animated", False):
        raise Invalid.field(FIELD, MOVING)


def _plain(picture: Image, written: str) -> Image:
    """The pixels alone, in the colours that every screen takes them for."""
    if picture.mode.startswith("I"):
        # Sixteen bits to a pixel, of which a screen shows the upper eight.
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    is_clear = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    mode = "RGBA" if is_clear and written != "JPEG" else "L" if picture.mode in {"1", "L"} and not is_clear else "RGB"
    plain = _in_standard_colours(picture).convert(mode)
    # Writers take comments, profiles and the rest from here.
    plain.info = {}
    return plain


def _in_standard_colours(picture: Image) -> Image:
    """Applies the picture's own profile of colours, which does not come along."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK"}:
        return picture
    from PIL import ImageCms  # noqa: PLC0415

    with suppress(ImageCms.PyCMSError, OSError, ValueError):
        mode = "RGB" if picture.mode == "CMYK" else picture.mode
        turned = ImageCms.profileToProfile(
            picture, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode=mode
        )
        return turned or picture
    # A profile that cannot be read is as good as none.
    return picture


def _written(picture: Image, kind: str) -> BytesIO:
    out = BytesIO()
    options = {"quality": JPEG_QUALITY} if kind != "PNG" else {}
    picture.save(out, kind, **options)
    out.seek(0)
    return out
