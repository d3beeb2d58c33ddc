"""The atlases that come with rnnviz: over held-out texts, and for generated tasks over generated ones.

`python -m rnnviz.atlas.bundled --data folder` builds them again; the folder is the one that training takes.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..training import TASKS
from ..training.tasks.labelled_texts import LabelledTexts
from ..zoo import BUNDLED, load
from .atlas import Atlas
from .atlas_files import SUMMARIES_FILE, finished
from .building import build
from .corpus import Corpus
from .corpus_properties import FITTING
from .own_properties import label_evidence
from .planning import PLAN
from .text_properties import TextProperty

if TYPE_CHECKING:
    import pandas as pd

FOLDER = BUNDLED / "atlases"
EFFECTS = "effects.csv"
TASK_NAMES = ("names", "reviews", "shakespeare", "counter", "recall")
CELLS = ("rnn", "gru", "lstm")
SAMPLE = 100  # positions whose values are kept: the tenths of a unit have ten each
KEPT = ("hidden", "cell", "forget", "update")  # the states, and the gates that keep them
SILENCED = 40  # texts over which every unit is silenced, at least
SILENCED_TOKENS = 8000  # of short texts so many more are read
STRINGS, SEQUENCES = 20, 150  # of counter and of recall


class BundledCorpus(NamedTuple):
    """What the models of a task read, and what their units are compared with beside the properties that fit.

    Documents have labels where the task has them, and a corpus has the name that pages call it.
    """

    documents: list[str]
    labels: list[str] | None
    name: str
    properties: tuple[TextProperty, ...] = ()


@lru_cache(maxsize=8)
def bundled_atlas(model: str) -> Atlas | None:
    """Open the atlas of a bundled model.

    Parameters
    ----------
    model : str
        The name of the model.

    Returns
    -------
    Atlas or None
        The atlas; None if the model has none.
    """
    folder = FOLDER / Path(model).name
    return Atlas.load(folder) if finished(folder) else None


@lru_cache(maxsize=8)
def bundled_effects(model: str) -> pd.DataFrame | None:
    """Read what silencing each unit of a bundled model does over its corpus.

    Parameters
    ----------
    model : str
        The name of the model, which has one layer and one direction.

    Returns
    -------
    pandas.DataFrame or None
        What `Atlas.ablation` gave; None if there is nothing.
    """
    import pandas as pd

    file = FOLDER / Path(model).name / EFFECTS
    return pd.read_csv(file) if file.is_file() else None


def bundled_corpus(task: str, data: str | None = None) -> BundledCorpus:
    """Gather what the models of a task read for their atlases.

    Parameters
    ----------
    task : str
        The name of the task.
    data : str, optional
        The folder with the data that training takes.

    Returns
    -------
    BundledCorpus
        The texts that were held out for testing; of tasks without data, texts that the task generates.
    """
    if task == "shakespeare":
        text = (BUNDLED / "texts" / "shakespeare-test.txt").read_text(encoding="utf-8")
        return BundledCorpus([text], None, "Shakespeare, held out for testing")
    made = TASKS[task](data) if data else TASKS[task]()
    if isinstance(made, LabelledTexts):
        chosen = made.indices.test.tolist()
        labels = [made.labels[made.classes[k]] for k in chosen]
        name = f"{task}, held out for testing"
        return BundledCorpus([made.texts[k] for k in chosen], labels, name, _verdict(made))
    if task == "counter":
        strings = ["a" * n + "b" * n for n in range(1, STRINGS + 1)]
        return BundledCorpus(strings, None, f"some a’s and as many b’s, 1 to {STRINGS} of each; training had up to 12")
    rng = np.random.default_rng(3)
    letters = rng.integers(8, size=SEQUENCES)
    texts = [
        "ABCDEFGH"[first] + "".join(rng.choice(list("abcdefgh"), size=int(delay))) + "?"
        for first, delay in zip(letters, rng.integers(30, 41, size=SEQUENCES), strict=True)
    ]
    return BundledCorpus(
        texts, ["ABCDEFGH"[first] for first in letters], "sequences for recall, with delays of 30 to 40 steps"
    )


def _verdict(task: LabelledTexts) -> tuple[TextProperty, ...]:
    """For a task of two labels, how much the words so far speak for the second, as its training texts teach."""
    if len(task.labels) != 2:
        return ()
    taught = task.indices.train.tolist()
    texts, labels = [task.texts[k] for k in taught], [task.labels[task.classes[k]] for k in taught]
    return (label_evidence(texts, labels, task.labels[1], task.vocabulary.kind),)


def build_bundled(models: Sequence[str], data: str | None, folder: Path = FOLDER) -> None:
    """Build atlases and write them, compressed, with the effects of units.

    Parameters
    ----------
    models : sequence of str
        Names of bundled models.
    data : str or None
        The folder with the data that training takes.
    folder : Path, optional
        Where to write.
    """
    for name in models:
        model, corpus = load(name), bundled_corpus(name.rpartition("-")[0], data)
        with tempfile.TemporaryDirectory() as temporary:
            quantities = [name for name in KEPT if name in model.definition.by_name]
            read = Corpus.of(corpus.documents, name=corpus.name)
            properties = [FITTING, *corpus.properties]
            made = build(model, read, quantities, out=temporary, properties=properties, sample=SAMPLE, states=[])
            documents = max(SILENCED, SILENCED_TOKENS * len(corpus.documents) // made.tokens)
            made.ablation(model, documents=documents, labels=corpus.labels).round(6).to_csv(
                Path(temporary) / EFFECTS, index=False
            )
            with np.load(Path(temporary) / SUMMARIES_FILE) as arrays:
                kept = {key: arrays[key] for key in arrays.files}
            np.savez_compressed(Path(temporary) / SUMMARIES_FILE, **kept)
            target = folder / name
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(temporary, target, ignore=shutil.ignore_patterns(PLAN))


def main() -> None:
    """Build all of them, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    names = [f"{task}-{cell}" for task in TASK_NAMES for cell in CELLS]
    parser.add_argument("models", nargs="*", default=names, help="names of bundled models; all if left out")
    parser.add_argument("--data", help="the folder with the data that training takes")
    asked = parser.parse_args()
    build_bundled(asked.models, asked.data)


if __name__ == "__main__":
    main()
