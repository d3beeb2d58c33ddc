"""An atlas: what each unit of a model does over a whole corpus."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ..errors import ArgumentError, DamagedFileError
from ..wording import printable
from .atlas_files import read_facts
from .encoded_corpus import EncodedCorpus
from .parquet_tables import ParquetTables
from .planning import CORPUS
from .span_matches import SpanMatches


class Atlas(ParquetTables, SpanMatches):
    """What each unit of a model does over a corpus of N tokens.

    `build` makes one, and `Atlas.load` opens the folder of one. It needs neither the model nor the files of the
    corpus. Quantities have the names that they have in a trace; layers and units count from 0. A direction may be left
    out where a layer has one. A position is the index of a token in the whole corpus, a step that in its document.

    Examples
    --------
    >>> import rnnviz
    >>> atlas = rnnviz.atlas.build(rnnviz.load("names-lstm"), ["Schmidhuber", "Ada"])
    >>> atlas
    <Atlas of names-lstm over documents: 16 tokens>
    >>> atlas.saturation("forget").columns.tolist()
    ['unit', 'below', 'above']
    """

    @classmethod
    def load(cls, folder: str | Path, *, keeper: Any = None) -> Atlas:
        """Open a finished atlas.

        Parameters
        ----------
        folder : str or Path
            Its folder.
        keeper : object, default None
            What keeps a temporary folder from being removed.

        Returns
        -------
        Atlas
            The atlas; its arrays are read when they are asked for.

        Raises
        ------
        MissingFileError
            If there is no atlas, or it is unfinished.
        UnsupportedFileError
            If it is written in another format.
        DamagedFileError
            If its files are damaged.
        """
        folder = Path(folder)
        facts, recorded = read_facts(folder)
        corpus = EncodedCorpus.load(folder / CORPUS)
        if max(facts["listed"], default=-1) > corpus.rows.max(initial=-1):
            raise DamagedFileError(
                f"The files of the atlas {printable(folder.name)} do not fit each other: build it again.",
                code="facts", file=str(folder),
            )  # fmt: skip
        return cls(folder, facts, recorded, corpus, keeper)

    def save(self, folder: str | Path) -> None:
        """Copy the atlas to another folder.

        Parameters
        ----------
        folder : str or Path
            A folder that does not exist, or is empty.

        Raises
        ------
        ArgumentError
            If the folder holds something.
        """
        target = Path(folder)
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise ArgumentError(
                f"{target} holds something already: name a new folder.",
                code="not_empty",
                name="folder",
                value=str(target),
            )
        shutil.copytree(self.folder, target, dirs_exist_ok=True)
