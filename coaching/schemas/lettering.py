"""Text without what nobody can see: the invisible characters that people paste along, and the reordering ones.

They are taken out instead of refused, because who cannot see a character cannot remove it. What a language or an emoji
needs stays where it has a meaning: joiners after letters that join, direction marks beside letters that are written
from right to left, the tags that make a flag Scotland's. An override of the direction, which can make a name read as
another, never stays.
"""

from __future__ import annotations

import re
import unicodedata

# Zero-width spaces, soft hyphens, invisible operators, and every embedding, override or isolate of a direction.
_UNSEEN = re.compile("[\u00ad\u034f\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0001]")
# Neither Latin letters nor blanks join with anything, and no word begins with a joiner.
_IDLE_JOINERS = re.compile(
    "(^|[\u0000-\u00a8\u00aa-\u00ad\u00af-\u02ff\u1e00-\u1eff\u2000-\u200a\u2028-\u202f])[\u200c\u200d]+"
)
_DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f]")
# Tags follow a black flag and end with their own last sign; alone they would carry hidden text.
_TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]{1,16}\U000e007f)|[\U000e0020-\U000e007f]")
# Letters and signs by their class, which show nothing all the same: fillers of Hangul and Khmer, Braille without a dot.
_BLANKS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def seen_only(words: str) -> str:
    """The text, composed (NFC), without the characters that show nothing and mean nothing where they stand."""
    if words.isascii():
        return words
    kept = _TAGS.sub(r"\1", _UNSEEN.sub("", words))
    kept = _IDLE_JOINERS.sub(r"\1", unicodedata.normalize("NFC", kept))
    if not any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in _DIRECTION_MARKS.sub("", kept)):
        kept = _DIRECTION_MARKS.sub("", kept)
    return kept if any(map(_shows, kept)) else ""


def _shows(letter: str) -> bool:
    """Whether one sees anything: an accent without its letter does not count, and neither does a blank."""
    return unicodedata.category(letter)[0] not in "ZCM" and letter not in _BLANKS
