"""In which encoding text is that is not UTF-8: a guess among the old ones, by the letters it would be made of."""

from __future__ import annotations

_WESTERN = "àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÂÄÁÃÅÆÇÈÉÊËÍÎÑÓÔÖÕØÙÚÛÜß€£§°µ²³«»“”‘’–—…•´¿¡ºª®©™½\xa0"
_CENTRAL = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻčďěňřšťůžýáíéúČĎĚŇŘŠŤŮŽÝÁÍÉÚőűŐŰöüÖÜăâîșțşţäßľĺôđĐ€„”–§°\xa0"
_TURKISH = "çğıİöşüÇĞÖŞÜâî€“”’–°\xa0"
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ№«»—\xa0"
_GREEK = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώΐΰ€«»’–\xa0"
_ALPHABETS = (
    ("cp1252", _WESTERN),
    ("mac_roman", _WESTERN),
    ("cp850", _WESTERN),
    ("cp1250", _CENTRAL),
    ("iso8859_2", _CENTRAL),
    ("cp1254", _TURKISH),
    ("cp1251", _CYRILLIC),
    ("koi8_r", _CYRILLIC),
    ("cp866", _CYRILLIC),
    ("cp1253", _GREEK),
)
"""Encodings of one byte a character, the likelier first, with the letters that text in them is made of."""
_WIDE = ("shift_jis", "gb18030", "big5", "euc_jp", "euc_kr")
"""Encodings of two bytes a character."""
_USED = {"shift_jis": (0x88, 0x97), "gb18030": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "euc_jp": (0xB0, 0xCF)}
"""First bytes of the Chinese characters that are used often: each of these standards begins with them."""


def old_encoding(odd: bytes) -> tuple[str, bool]:
    """The likeliest encoding of lines that are not UTF-8, and whether another is nearly as likely.

    Each candidate is scored by the share of its letters among the characters beyond ASCII.
    """
    scores = {name: _share(odd.decode(name, "replace"), letters) for name, letters in _ALPHABETS}
    scores |= {name: _wide_share(odd, name) for name in _WIDE}
    best, *others = sorted(scores, key=lambda name: -scores[name])
    if scores[best] < 0.6:
        best, others = "cp1252", [name for name in scores if name != "cp1252"]
    try:
        text = odd.decode(best)
    except UnicodeDecodeError:
        # cp1252 leaves five bytes without a meaning; latin-1 gives each byte one
        return ("latin-1" if best == "cp1252" else best), True
    return best, any(
        scores[name] > 0.95 * scores[best] and odd.decode(name, "replace") != text for name in others
    )


def _share(text: str, letters: str) -> float:
    """The share of `letters`. Capitals count little after a small letter, and less where the whole alphabet is meant:
    read in a wrong encoding of the same alphabet, small letters become capitals."""
    good = count = 0.0
    whole = letters in {_CYRILLIC, _GREEK}
    for before, letter, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if letter <= "\x7f":
            continue
        count += 1
        if whole and any(c.isalpha() and c <= "\x7f" for c in (before, after)):
            continue  # no word is written in two alphabets
        if before.islower() and letter.isupper():
            good += 0.2
        elif letter in letters:
            good += 1
        elif whole and letter.lower() in letters:
            good += 0.7
    return good / count if count else 0.0


def _wide_share(odd: bytes, name: str) -> float:
    """As `_share`, where nearly all bytes can be read as something: only what is used often counts in full."""
    beyond = [c for c in odd.decode(name, "replace") if c > "\x7f"]
    if not beyond or len(beyond) > 0.7 * sum(byte > 0x7F for byte in odd):
        return 0.0
    return sum(_used(c, name) for c in beyond) / len(beyond)


def _used(letter: str, name: str) -> float:
    if "\u3000" <= letter <= "\u30ff" or "\uff01" <= letter <= "\uff5e":
        return 1.0 if name in {"shift_jis", "euc_jp"} else 0.7
    if "\uac00" <= letter <= "\ud7a3":
        return 1.0 if name == "euc_kr" else 0.0
    if "\u4e00" <= letter <= "\u9fff" and name in _USED:
        low, high = _USED[name]
        return 0.95 if low <= letter.encode(name)[0] <= high else 0.3
    return 0.0
