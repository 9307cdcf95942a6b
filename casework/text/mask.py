"""What must not be kept in the clear in texts that many may read: telephone and identity numbers.

Promises: pure; every number that has the form of a mobile or fixed line's number or of an identity card is starred in
its middle, in wide digits too; the text keeps its length, and masking what is masked changes nothing. Case numbers,
codes of grids and components, house numbers, dates and sums stay. It cannot know a name or an address.
"""

from __future__ import annotations

import re

GAP = r"[ \-‐-―－]?"
# The first group stays, the second is starred, the third stays. No further digit may stand before or behind.
MOBILE = re.compile(rf"(?<!\d)((?:\+?86{GAP})?1[3-9]\d)({GAP}\d{{4}}{GAP})(\d{{4}})(?!\d)", re.ASCII)
FIXED = re.compile(rf"(?<!\d)(\(?0\d{{2,3}}\)?)({GAP}\d{{3,4}}{GAP}\d{{2}})(\d{{2}})(?!\d)", re.ASCII)
AMERICAN = re.compile(r"(?<!\d)(\(?\d{3}\)?)([ .\-]{1,2}\d{3}[ .\-]\d{2})(\d{2})(?!\d)", re.ASCII)
IDENTITY = re.compile(
    r"(?<!\d)([1-9]\d{5})((?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx])()(?!\d)",
    re.ASCII,
)
FORMS = (IDENTITY, MOBILE, FIXED, AMERICAN)
WIDE = str.maketrans("０１２３４５６７８９（）＋Ｘｘ", "0123456789()+Xx")
# Where no six digits stand close together there is no number to mask: most texts are passed by here.
MAYBE = re.compile(r"\d{3}\D{0,3}\d{3}")


def masked(text: str) -> str:
    """The text with the middle of such numbers starred."""
    if not MAYBE.search(text):
        return text
    plain = text.translate(WIDE)
    for form in FORMS:
        for found in form.finditer(plain):
            first, last = found.span(2)
            text = text[:first] + "*" * (last - first) + text[last:]
            plain = plain[:first] + "*" * (last - first) + plain[last:]
    return text
