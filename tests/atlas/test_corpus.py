"""What a corpus can be, and how it becomes tokens."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz.atlas
from rnnviz.atlas import Corpus
from rnnviz.atlas import corpus as corpus_module
from rnnviz.atlas.encoded_corpus import encode
from rnnviz.errors import (
    ArgumentError,
    DamagedFileError,
    DtypeError,
    InputError,
    MissingFileError,
    UnknownNameError,
    UnsupportedFileError,
)
from rnnviz.text.tokens import UNKNOWN, Vocabulary
from tests.atlas.brute_force import draw_model
from tests.raising import raises
from tests.strategies import CHARACTERS, WORDS, texts

ENDING = Vocabulary("characters", (UNKNOWN, "<end>", "a", "b", "é"), end=True)


def encoded(tmp_path_factory, model, source, **options):
    return encode(model, Corpus.of(source, **options), tmp_path_factory.mktemp("corpus"))


def contents(corpus):
    """The documents of a corpus, texts as one string."""
    return ["".join(d.content) if d.kind == "text" else list(d.content) for d in corpus]


@settings(max_examples=15, deadline=None)
@given(st.lists(texts, min_size=1, max_size=5), st.sampled_from([CHARACTERS, WORDS, ENDING]), st.integers(1, 9))
def test_tokens_are_those_of_the_vocabulary(tmp_path_factory, documents, vocabulary, size):
    model = draw_model(vocabulary=vocabulary)
    parts = [[text[k : k + size] for k in range(0, len(text), size)] for text in documents]
    stream = Corpus("parts", lambda: iter([corpus_module.Document(f"{k}", p, "text") for k, p in enumerate(parts)]))
    readable = [text for text in documents if text.strip() and [*filter(str.strip, text)]]
    for source in (documents, stream):
        expected = []
        for text in readable:
            try:
                expected.append(vocabulary.encode(text))
            except InputError:  # no token at all
                continue
        if not expected:
            with raises(InputError, code="empty"):
                encoded(tmp_path_factory, model, source)
            continue
        found = encoded(tmp_path_factory, model, source)
        assert found.texts(0, len(found)) == [token for encoding in expected for token in encoding.tokens]
        assert found.read(0, len(found)).tolist() == [row for encoding in expected for row in encoding.inputs]
        assert np.diff(found.borders).tolist() == [len(encoding.inputs) for encoding in expected]
        assert found.unknown_tokens == sum(int(encoding.unknown.sum()) for encoding in expected)
        assert found.empty == len(documents) - len(expected)


def test_files_are_documents(tmp_path):
    (tmp_path / "a.txt").write_text("one\ntwo\n", encoding="utf-8-sig")
    (tmp_path / "b.txt").write_bytes("drei\r\nvier é".encode("utf-16"))
    (tmp_path / "c.csv").write_text('text,label\n"five, six",1\n,2\nNA,3\n')
    pd.DataFrame({"text": ["seven", None], "tokens": [["a", "b"], []]}).to_parquet(tmp_path / "d.parquet")
    first, second, table, parquet = sorted(tmp_path.iterdir())
    assert contents(Corpus.of(first)) == ["one\ntwo\n"]
    assert contents(Corpus.of(str(second))) == ["drei\nvier é"]
    assert contents(Corpus.of([first, second], split="line")) == ["one", "two", "drei", "vier é"]
    assert contents(Corpus.of(table, column="text")) == ["five, six", "", "NA"]
    assert contents(Corpus.of(parquet, column="text")) == ["seven", ""]
    assert contents(Corpus.of(parquet, column="tokens")) == [["a", "b"], []]
    folder = Corpus.of(tmp_path, column="text")
    assert contents(folder) == contents(folder) == ["one\ntwo\n", "drei\nvier é", "five, six", "", "NA", "seven", ""]
    assert [document.source for document in folder][3] == "row 1 of c.csv"


def test_what_is_in_memory_is_a_corpus():
    assert contents(Corpus.of(iter(["a", ["b", "c"]]))) == ["a", ["b", "c"]]
    series = Corpus.of(np.zeros((2, 3, 1)))
    assert [(document.kind, np.shape(document.content)) for document in series] == [("numbers", (3, 1))] * 2
    assert [np.shape(document.content) for document in Corpus.of(np.zeros((3, 1)))] == [(3, 1)]
    assert Corpus.of(series) is series


def test_rows_of_the_embedding_are_read(tmp_path_factory):
    found = encoded(tmp_path_factory, draw_model(), [np.array([3, 1, 2]), [4, 5]])
    assert found.read(0, 5).tolist() == [3, 1, 2, 4, 5]


def test_other_sources_are_refused(tmp_path):
    with raises(MissingFileError, code="missing"):
        Corpus.of("no such file.txt")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")
    with raises(UnsupportedFileError, code="kind"):
        Corpus.of(tmp_path / "a.pdf")
    with raises(ArgumentError, code="empty_folder"):
        Corpus.of(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"%PDF-1.4")
    with raises(UnsupportedFileError, code="document"):
        contents(Corpus.of(tmp_path / "a.txt"))
    (tmp_path / "b.txt").write_bytes(b"a\0b")
    with raises(UnsupportedFileError, code="not_text"):
        contents(Corpus.of(tmp_path / "b.txt"))
    (tmp_path / "c.txt").write_bytes("é".encode("latin-1"))
    with raises(DamagedFileError, code="encoding"):
        contents(Corpus.of(tmp_path / "c.txt"))
    assert contents(Corpus.of(tmp_path / "c.txt", encoding="latin-1")) == ["é"]
    (tmp_path / "d.csv").write_text("one,two\n1,2\n")
    with raises(UnknownNameError, code="unknown", kind="column", name="three", allowed=("one", "two")):
        contents(Corpus.of(tmp_path / "d.csv", column="three"))
    with raises(UnknownNameError, code="missing", kind="column"):
        contents(Corpus.of(tmp_path / "d.csv"))
    for name in ("e.csv", "e.parquet"):
        (tmp_path / name).write_bytes(b"")
        with raises(DamagedFileError, code="table"):
            contents(Corpus.of(tmp_path / name))
    for source in (3, b"bytes"):
        with raises(DtypeError, code="corpus"):
            Corpus.of(source)
    with raises(DtypeError, code="document"):
        contents(Corpus.of([3]))
    with raises(UnknownNameError, kind="split"):
        Corpus.of(["a"], split="word")
    with raises(UnknownNameError, kind="encoding"):
        Corpus.of(["a"], encoding="klingon")


def test_a_sign_for_a_line_end_is_read_as_a_trace_reads_it(tmp_path):
    for tokens in (("<unk>", "a", "\n"), ("<unk>", "a", "\n", "⏎"), ("<unk>", "a")):
        vocabulary = Vocabulary("characters", tokens)
        read = encode(draw_model(vocabulary=vocabulary), Corpus.of(["a⏎a"]), tmp_path / str(len(tokens)))
        expected = vocabulary.encode("a⏎a")
        assert read.read(0, 3).tolist() == expected.inputs.tolist() and read.texts(0, 3) == expected.tokens


@pytest.mark.parametrize("source", [[], ["", "  \n"], iter(())])
def test_an_empty_corpus_is_refused(source):
    with raises(InputError, code="empty"):
        rnnviz.atlas.build(draw_model(), source)


def test_unknown_tokens_are_counted_or_refused(tmp_path_factory):
    plan = rnnviz.atlas.plan(draw_model(), ["ab 12 1"])
    assert (plan.corpus.unknown_tokens, plan.corpus.commonest_unknown) == (3, ["1", "2"])
    assert "“1”, “2”" in plan.describe()
    closed = Vocabulary("characters", ("a", "b"))
    with raises(InputError, code="unknown_token", token="c", file="document 1"):
        encoded(tmp_path_factory, draw_model(vocabulary=closed), ["ab", "abcab"])


def test_a_long_file_is_never_held(tmp_path, monkeypatch):
    monkeypatch.setattr(corpus_module, "PART", 1 << 16)
    line = "the film was good. " * 50 + "\n"
    (tmp_path / "long.txt").write_text(line * 10_000)  # 9.5 million letters
    model = draw_model()
    tracemalloc.start()
    found = encode(model, Corpus.of(tmp_path / "long.txt"), tmp_path / "corpus")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == len(line) * 10_000
    assert peak < 6e6
