"""Pieces of MathML, and the letters of weights."""

from __future__ import annotations


def parameter_letter(parameter: str) -> str:
    """The letter that tells whether weights read the input or the hidden state: "i" of weight_ih, "h" of weight_hh."""
    return parameter.rpartition("_")[2][0]


def bracketed(mathml: str) -> str:
    """Put an expression into brackets."""
    return f"<mrow><mo>(</mo>{mathml}<mo>)</mo></mrow>"


def subscripted(letter: str, parameter: str, block: str) -> str:
    """Write the letter of a weight with what it reads and the quantity that it computes."""
    return f"<msub><mi>{letter}</mi><mrow><mi>{parameter_letter(parameter)}</mi>{block}</mrow></msub>"
