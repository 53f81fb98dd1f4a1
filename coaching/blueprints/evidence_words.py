"""What a piece of evidence is, as people say it."""

from __future__ import annotations

from coaching.media import ACCEPTED

_WORDS = {
    "pdf": "PDF",
    "png": "Picture",
    "jpg": "Picture",
    "webp": "Picture",
    "gif": "Picture",
    "docx": "Document",
    "odt": "Document",
    "pptx": "Slides",
    "ppsx": "Slides",
    "odp": "Slides",
    "xlsx": "Sheet",
    "ods": "Sheet",
}
_KINDS = {kind.name: _WORDS[kind.endings[0]] for kind in ACCEPTED}


def kind_of(media_type: str) -> str:
    return _KINDS.get(media_type, "File")


def size_text(size: int | None) -> str:
    """A size as people compare sizes: 12 KB, 1.4 MB."""
    if not size:
        return ""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024**2:.1f} MB"
