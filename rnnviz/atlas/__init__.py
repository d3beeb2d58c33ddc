"""Atlases: a model over a corpus, from a few texts to a billion tokens, and what each of its units does there.

`build` reads the corpus once and keeps, for every unit and quantity, the contexts at both ends, a histogram,
moments, saturation, correlations, means per token, and the values at a sample of positions. `plan` says beforehand what
it takes.
"""

from .atlas import Atlas
from .building import build, build_plan
from .corpus import Corpus
from .planning import Plan, plan

__all__ = ["Atlas", "Corpus", "Plan", "build", "build_plan", "plan"]
