"""What changes a text or silences units runs it many times: with very many labels this needs no more memory at once."""

import pytest

from rnnviz.analysis import ablation, attribution, attribution_over_time
from rnnviz.analysis.effects.silenced_units import silenced_effects
from rnnviz.model import Model

from ...checkpoints.damaged_files import MILLION, memory_below
from ...strategies import CHARACTERS, draw_network

LABELS = 4000
TEXT = "abcdefgh" * 16
# By name, what is computed, with how many units, and the megabytes that it may take at once. The logits of all changed
# texts after all steps would take 0.02 GB where units are silenced, and 0.13 to 0.26 GB elsewhere.
MEASURES = {
    "swap": (lambda model: attribution(model.trace(TEXT)), 8, 30),
    "integral": (lambda model: attribution(model.trace(TEXT), method="integrated gradients"), 8, 40),
    "over time": (lambda model: attribution_over_time(model.trace(TEXT)), 8, 60),
    "silenced": (lambda model: silenced_effects(model.trace(TEXT), 0), 8, 12),
    "ablation": (lambda model: ablation(model, TEXT), 64, 60),
}


@pytest.mark.parametrize("name", MEASURES)
def test_many_labels_need_no_more_memory_at_once(name):
    measure, hidden, megabytes = MEASURES[name]
    network = draw_network("lstm", hidden=hidden, classes=LABELS)
    model = Model("labels", network, CHARACTERS, [str(k) for k in range(LABELS)])
    with memory_below(megabytes * MILLION):
        measure(model)
