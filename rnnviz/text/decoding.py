"""From the bytes of a file that somebody brings to a text that a network can be trained on."""

from __future__ import annotations

import codecs

LARGEST = 5_000_000  # bytes
LEAST = 1000  # characters: below that, the held-out tenth is too short to say anything
SAMPLE = 1 << 16  # bytes that are enough to tell one encoding from another

# The mark of UTF-32 begins with that of UTF-16: the longer ones come first.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
COMMONEST = "cp1252"  # Western European, on Windows: of encodings that fit equally well, the likeliest
BREAKS = "\t\n\r\f\v\x1b\x85"  # control characters that texts do hold; ESC changes the alphabet in ISO 2022
REWRITE = "save it as UTF-8 and try again"


def decode_text(data: bytes) -> str:
    """The text in a file's bytes, with its lines ending in \\n.

    The encoding is UTF-8, or what a byte order mark says, or else a guess (which tells alphabets apart, and may
    take one Western European encoding for another, so that a few accents come out wrong). Raises ValueError, in a
    sentence for a person, for a file that is too large, too short, or no text.
    """
    if len(data) > LARGEST:
        raise ValueError(
            f"The file has {len(data) / 1e6:.1f} million bytes, and at most {LARGEST / 1e6:g} million can be trained "
            "on here: cut out a part of it."
        )
    text = _lines(_decoded(data))
    if any(character < " " and character not in BREAKS for character in set(text)):
        raise ValueError(f"The file holds control characters, so it is not plain text; if it should be, {REWRITE}.")
    check_length(text)
    return text


def check_length(text: str) -> None:
    """Raises ValueError for a text that is too short to train on."""
    if len(text) < LEAST or not text.strip():
        raise ValueError(
            f"The text has {len(text):,} characters, blank ones included; to learn from, a network needs at least "
            f"{LEAST:,} that are not all blank."
        )


def _decoded(data: bytes) -> str:
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                named = encoding.removesuffix("-sig").upper()
                raise ValueError(
                    f"The file says that it is {named}, but is not: it may be damaged; {REWRITE}."
                ) from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    # Every byte means something in the encodings that are left, so what is not text must be told by other signs.
    if b"\0" in data:
        raise ValueError("The file is not a text: it holds zero bytes, as programs, pictures and documents do.")
    from charset_normalizer import from_bytes  # here, so that only who guesses must have it

    guesses = list(from_bytes(data[:SAMPLE]))  # the best first
    if not guesses:
        raise ValueError(f"The file's encoding cannot be recognised, or it is not a text: {REWRITE}.")
    alike = {g.encoding for g in guesses if (g.chaos, g.coherence) == (guesses[0].chaos, guesses[0].coherence)}
    guess = COMMONEST if COMMONEST in alike else guesses[0].encoding
    try:
        return data.decode(guess)
    except UnicodeDecodeError:
        raise ValueError(f"The file begins like a text in {guess} and does not go on like one: {REWRITE}.") from None


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
