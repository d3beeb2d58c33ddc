"""Atlases: a model over a corpus, from a few texts to a billion tokens, and what each of its units does there.

`build` reads the corpus once and keeps, for every unit and quantity, the contexts at both ends, a histogram,
moments, saturation, correlations, means per token, the values at a sample of positions, and what they have to do with
properties of the text. `plan` says beforehand what it takes.
"""

from .atlas import Atlas
from .building import build, build_plan
from .corpus import Corpus
from .corpus_effects import corpus_ablation
from .own_properties import label_evidence, own_property
from .planning import Plan, plan
from .property_probes import property_probes
from .text_properties import PROPERTIES, TextProperty, running_count, running_difference

__all__ = [
    "PROPERTIES",
    "Atlas",
    "Corpus",
    "Plan",
    "TextProperty",
    "build",
    "build_plan",
    "corpus_ablation",
    "label_evidence",
    "own_property",
    "plan",
    "property_probes",
    "running_count",
    "running_difference",
]
