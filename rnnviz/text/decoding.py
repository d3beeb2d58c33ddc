"""From the bytes of an uploaded file to a text: a vocabulary, labels, or what a network can be trained on."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace

from ..errors import DamagedFileError, InputError, LimitError, UnsupportedFileError

LARGEST = 5_000_000  # bytes
LEAST = 1000  # characters: below that, the held-out tenth is too short to measure anything
SAMPLE = 1 << 16  # bytes that are enough to distinguish encodings

# The mark of UTF-32 begins with that of UTF-16: the longer ones come first.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
COMMONEST = "cp1252"  # Western European, on Windows: the likeliest of encodings that fit equally well
NAMES = {"cp1250": "windows-1250", "cp1251": "windows-1251", "cp1252": "windows-1252"}  # as people know them
BREAKS = "\t\n\r\f\v\x1b\x85"  # control characters that texts do hold; ESC changes the alphabet in ISO 2022
REWRITE = "save it as UTF-8 and try again"


# What begins like this is a document of a program, however much of it can be read as letters.
DOCUMENTS = {
    b"%PDF-": "a PDF document",
    b"{\\rtf": "a document in rich text format",
    b"%!PS": "a PostScript document",
    b"PK\x03\x04": "a zip archive, such as an Office document",
}


@dataclass(frozen=True)
class DecodedText:
    """A text, and how its bytes were read.

    Parameters
    ----------
    text : str
        The text.
    encoding : str
        The name of the encoding, such as "UTF-8" or "windows-1252".
    is_guess : bool
        Whether the encoding was inferred from the letters, since the file does not say.
    """

    text: str
    encoding: str
    is_guess: bool = False


def decode_text(data: bytes) -> str:
    """Decode a text file, as `read_text` does.

    Parameters
    ----------
    data : bytes
        The content of the file.

    Returns
    -------
    str
        The text.
    """
    return read_text(data).text


def read_text(data: bytes) -> DecodedText:
    r"""Decode a text file, and say in which encoding.

    Parameters
    ----------
    data : bytes
        The content of the file.

    Returns
    -------
    DecodedText
        The text, its lines ending in \n, and its encoding.

    Raises
    ------
    LimitError
        If the file is too large.
    UnsupportedFileError
        If the file is not plain text, or its encoding cannot be recognised.
    DamagedFileError
        If the file does not follow its own byte order mark or encoding.

    Notes
    -----
    The encoding is that of the byte order mark, else UTF-8, else a guess. A guess distinguishes alphabets, but may
    mistake one Western European encoding for another, so that a few accents are wrong. A text in UTF-8 may end within a
    letter, as one that was cut to a size does; the rest of that letter is left out.
    """
    if len(data) > LARGEST:
        raise LimitError(
            f"The file has {len(data) / 1e6:.1f} million bytes, and at most {LARGEST / 1e6:g} million are read: use a "
            "part of it.",
            code="too_large", limit=LARGEST, actual=len(data),
        )  # fmt: skip
    for mark, what in DOCUMENTS.items():
        if data.startswith(mark):
            raise UnsupportedFileError(f"The file is {what}, not plain text: {REWRITE}.", code="document")
    decoded = _decode(data)
    text = _unify_line_ends(decoded.text)
    if any(character < " " and character not in BREAKS for character in set(text)):
        raise UnsupportedFileError(
            f"The file holds control characters, so it is not plain text; if it should be, {REWRITE}.",
            code="control_characters",
        )
    return replace(decoded, text=text)


def read_training_text(data: bytes) -> DecodedText:
    """Decode a text file that a network is to be trained on, and say in which encoding.

    Parameters
    ----------
    data : bytes
        The content of the file.

    Returns
    -------
    DecodedText
        The text and its encoding. See `read_text`, also for what it raises.

    Raises
    ------
    InputError
        If the text is too short to train on.
    """
    decoded = read_text(data)
    check_length(decoded.text)
    return decoded


def check_length(text: str) -> None:
    """Check that a text is long enough to train on.

    Parameters
    ----------
    text : str
        The text.

    Raises
    ------
    InputError
        If it is too short or blank.
    """
    if len(text) < LEAST or not text.strip():
        raise InputError(
            f"The text has {len(text):,} characters, including spaces; a network needs at least {LEAST:,} to learn "
            "from, and not only spaces.",
            code="too_short" if len(text) < LEAST else "blank",
        )


def _decode(data: bytes) -> DecodedText:
    """The text of a file, by its mark, as UTF-8, or by a guess."""
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            try:
                return DecodedText(data.decode(encoding), encoding.removesuffix("-sig").upper())
            except UnicodeDecodeError:
                name = encoding.removesuffix("-sig").upper()
                raise DamagedFileError(
                    f"The file is marked as {name} but is not: it may be damaged; {REWRITE}.", code="wrong_mark"
                ) from None
    try:
        return DecodedText(codecs.getincrementaldecoder("utf-8")().decode(data), "UTF-8")
    except UnicodeDecodeError:
        pass
    # In the remaining encodings every byte means something, so other signs must show what is not text.
    if b"\0" in data:
        raise UnsupportedFileError(
            "The file is not text: it holds zero bytes, as programs, pictures and documents do.", code="not_text"
        )
    from charset_normalizer import from_bytes  # imported here, so that only this guess needs it

    guesses = list(from_bytes(data[:SAMPLE]))  # the best first
    if not guesses:
        raise UnsupportedFileError(
            f"The file’s encoding cannot be recognised, or it is not text: {REWRITE}.", code="unknown_encoding"
        )
    alike = {g.encoding for g in guesses if (g.chaos, g.coherence) == (guesses[0].chaos, guesses[0].coherence)}
    guess = COMMONEST if COMMONEST in alike else guesses[0].encoding
    try:
        return DecodedText(data.decode(guess), NAMES.get(guess, guess.replace("_", "-")), is_guess=True)
    except UnicodeDecodeError:
        raise DamagedFileError(
            f"The file begins like a text in {guess}, but does not continue like one: {REWRITE}.",
            code="mixed_encoding",
        ) from None


def _unify_line_ends(text: str) -> str:
    r"""The text with lines that end in \n."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
