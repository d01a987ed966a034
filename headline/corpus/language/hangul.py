"""Korean syllables as the keys that are pressed for them on the two-set keyboard (KS X 5002).

A syllable changes while it is typed: 대통 is 대토 before its last key. By its keys every word begins with what was
typed of it, and a slip is one key.
"""

_FIRST, _LAST = 0xAC00, 0xD7A3
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
# Letters that take two keys.
_TWO_KEYS = {
    **{"ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅐ", "ㅚ": "ㅗㅣ", "ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ"},
    **{"ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ"},
    **{"ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ"},
}


def keys_of(text: str) -> str:
    """The keys of each syllable; other characters as they are.

    >>> keys_of("대통령 3명")
    'ㄷㅐㅌㅗㅇㄹㅕㅇ 3ㅁㅕㅇ'
    """
    return "".join(map(_keys, text))


def table() -> dict:
    """What the keys of a syllable are found with, for a program in another language."""
    return {"initials": _INITIALS, "vowels": _VOWELS, "finals": list(_FINALS), "two_keys": _TWO_KEYS}


def _keys(character: str) -> str:
    if not _FIRST <= ord(character) <= _LAST:
        return _TWO_KEYS.get(character, character)
    place = ord(character) - _FIRST
    initial, vowel = divmod(place // len(_FINALS), len(_VOWELS))
    letters = _INITIALS[initial], _VOWELS[vowel], _FINALS[place % len(_FINALS)]
    return "".join(_TWO_KEYS.get(letter, letter) for letter in letters)
