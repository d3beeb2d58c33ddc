"""Pickles that were made to do harm: nothing of them runs, and nothing of them takes much time or memory."""

import builtins
import io
import json
import operator
import os
import pathlib
import pickle
import random
import shutil
import subprocess
import sys
import types
import webbrowser
from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.checkpoints.torch.pickle_machine import InvalidPickleError, Machine, Pairs
from rnnviz.checkpoints.torch.pickle_stand_ins import stand_ins, storage_of
from rnnviz.checkpoints.torch.state_dict import SAVE, read_state_dict
from rnnviz.errors import FileError, UnsupportedFileError

from ..damaged_files import MILLION, reader, refused, survives

READ = reader(read_state_dict)
ROOT = pathlib.Path(__file__).parents[3]


class Calls:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def writers(marker):
    """Objects whose unpickling writes a file."""
    code = f"open({str(marker)!r}, 'w').close()"
    return {
        "os.system": Calls(os.system, f"touch {marker}"),
        "eval": Calls(builtins.eval, code),
        "exec": Calls(builtins.exec, code),
        "open": Calls(builtins.open, str(marker), "w"),
        "getattr": Calls(getattr(pathlib.Path(marker), "touch")),  # noqa: B009 - as a pickle does it
        "Popen": Calls(subprocess.check_call, ["touch", str(marker)]),
        "copy": Calls(shutil.copy, __file__, str(marker)),
        "mkdir": Calls(os.mkdir, str(marker)),
        "caller": Calls(operator.methodcaller("touch"), pathlib.Path(marker)),
        "browser": Calls(webbrowser.open, "http://localhost"),
    }


NAMES = list(writers("x"))
HARMLESS = {"browser"}  # which writes nothing, but is a call all the same


# Every two of call, protocol and container together once.
PAIRS = [(name, (0, 2, 4)[j], ("pickle", "zip", "old")[(k + j) % 3]) for k, name in enumerate(NAMES) for j in range(3)]


@pytest.mark.parametrize(("name", "protocol", "container"), PAIRS)
def test_a_call_of_anything_is_refused_and_does_nothing(name, protocol, container, tmp_path):
    torch = pytest.importorskip("torch")
    evil = writers(tmp_path / "marker")[name]
    nest = OrderedDict(fine=1, evil=evil)
    if container == "pickle":
        data = pickle.dumps(nest, protocol)
    else:
        made = io.BytesIO()
        nest["w"] = torch.ones(2)
        torch.save(nest, made, pickle_protocol=max(protocol, 1), _use_new_zipfile_serialization=container == "zip")
        data = made.getvalue()
    assert SAVE in refused(READ, data, UnsupportedFileError, code="code").message
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", sorted(set(NAMES) - HARMLESS))
def test_the_same_call_does_something_where_pickles_are_run(name, tmp_path):
    pickle.loads(pickle.dumps(writers(tmp_path / "marker")[name]))
    assert [path.name for path in tmp_path.iterdir()] == ["marker"]


@pytest.mark.parametrize(
    "opcodes",
    [
        b"cos\nsystem\n(S'touch marker'\ntR.",
        b"(S'touch marker'\nios\nsystem\n.",
        b"(cos\nsystem\nS'touch marker'\no.",
        b"\x80\x02cos\nsystem\nX\x0c\0\0\0touch marker\x85\x81.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x0ctouch marker\x85R.",
        b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x0ctouch marker\x85}\x92.",
        b"c__builtin__\neval\n(S'1'\ntR.",
        b"ctorch.serialization\nload\n(S'x'\ntR.",
        b"ctorch._utils\n_rebuild_tensor_v2.__globals__\n.",
        b"ccollections\nOrderedDict.__init__\n.",
        b"cnumpy\nload\n(S'x'\ntR.",
        b"ctorch\nload\n(S'x'\ntR.",
        b"\x82\x01.",  # an extension
        b"cbuiltins\nint\n(S'1'\ntR.",  # may be mentioned, but not called
    ],
)
def test_every_opcode_that_calls(opcodes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(READ, opcodes)
    assert not list(tmp_path.iterdir())


def test_a_class_of_a_stranger_is_never_created(tmp_path):
    """Not even one that could do harm: its name is kept, and the arrays beside it are read."""
    evil = writers(tmp_path / "marker")["os.system"]
    assert isinstance(pickle.loads(pickle.dumps(Calls(Calls, 1))), Calls)  # which Python creates
    for protocol in range(6):
        assert READ(pickle.dumps({"a": np.ones(2), "b": Calls(Calls, 1)}, protocol)).arrays.keys() == {"a"}
        refused(READ, pickle.dumps(Calls(Calls, 1), protocol), UnsupportedFileError, code="code")
        refused(READ, pickle.dumps({"a": np.ones(2), "b": Calls(Calls, evil)}, protocol), code="code")
    assert not list(tmp_path.iterdir())


def test_a_class_of_the_own_program_is_not_even_looked_up(monkeypatch):
    """A module whose every attribute is a trap."""

    class Trap(types.ModuleType):
        def __getattribute__(self, name):
            raise AssertionError(f"{name} was looked up")

    monkeypatch.setitem(sys.modules, "trap", Trap("trap"))
    with pytest.raises(AssertionError):
        pickle.loads(b"ctrap\nNet\n.")
    refused(READ, b"ctrap\nNet\n.", UnsupportedFileError, code="code", part="trap.Net")
    refused(READ, b"cnot_yet_imported\nNet\n.", UnsupportedFileError, code="code", part="not_yet_imported.Net")
    assert "not_yet_imported" not in sys.modules


# Laughs: each list holds the one before it ten times.
LAUGHS = b"]q\0K\1a" + b"".join(b"](" + b"h" + bytes([k]) + b"h" + bytes([k]) * 1 + b"h" + bytes([k])
    + b"eq" + bytes([k + 1]) for k in range(60)) + b"."  # fmt: skip
LONG = b"X" + MILLION.to_bytes(4, "little") + b"a" * MILLION
BOMBS = {
    "a list in itself": b"]q\0h\0a.",
    "a dict in itself": b"}q\0X\1\0\0\0ah\0s.",
    "a list in a tuple in itself": b"]q\0h\0\x85a.",
    "laughs": LAUGHS,
    "deep lists": b"]" + b"]" * 200_000 + b"a" * 200_000 + b".",
    "deep tuples": b"N" + b"\x85" * 300_000 + b".",
    "deep dicts": b"}" + b"K\0}" * 100_000 + b"s" * 100_000 + b".",
    "deep marks": b"(" * 200_000 + b"t" * 200_000 + b".",
    "a memo of a billion": b"Nr\xff\xff\xff\x7f.",
    "a memo in words": b"Np99999999999999999999\n.",
    "a memo below": b"Np-1\n.",
    "a long claim": b"B\xff\xff\xff\x7f123.",
    "a longer claim": b"\x8e" + b"\xff" * 7 + b"\x7f123.",
    "a claim of text": b"\x8d" + b"\xff" * 7 + b"\x7f123.",
    "a claim of a frame": b"\x95" + b"\xff" * 8 + b"N.",
    "a claim of an array": b"\x96" + b"\xff" * 7 + b"\x7f123.",
    "a long number": b"\x8b\x40\x42\x0f\0" + b"\x7f" * 1_000_000 + b".",
    "a long number in words": b"I" + b"9" * 100_000 + b"\n.",
    "many steps": b"N0" * 600_000 + b".",
    "much of one text": LONG + b"q\0" + b"0]" + b"h\0a" * 100_000 + b".",
    "a dict of one text": LONG + b"q\0" + b"0}("
    + b"".join(b"M%sh\0" % k.to_bytes(2, "little") for k in range(50_000)) + b"u.",
    "long names": LONG + b"q\x000}q\x01(h\x00]h\x00]h\x00]u.",
    "bytes of one text": LONG + b"q\0" + b"0]q\3c_codecs\nencode\nq\2" + b"h\2h\0\x85R" * 3000 + b".",
    "sets of one list": b"](" + b"N" * 300_000 + b"eq\0" + b"0cbuiltins\nset\nq\1" + b"h\1h\0\x85R" * 80_000 + b".",
    "dicts of one list": b"](" + b"](NNe" * 100_000 + b"eq\0" + b"0ccollections\nOrderedDict\nq\1"
    + b"h\1h\0\x85R" * 80_000 + b".",
    "a namespace doubled": b"cargparse\nNamespace\n)R}X\1\0\0\0aNsbq\0" + b"h\0b" * 64 + b".",
    "arrays of one text": LONG + b"q\0" + b"0cnumpy\ndtype\nX\2\0\0\0u1\x85Rq\1"
    + b"cnumpy.core.multiarray\n_reconstruct\nq\2(" + b"h\2)R(K\1J\x40\x42\x0f\0\x85h\1\x89h\0tb" * 3000 + b"t.",
    "files inside files": b"ctorch.storage\n_load_from_bytes\nq\1" + b"h\1C\x02N.\x85R" * 50_000 + b".",
}  # fmt: skip


@pytest.fixture(scope="module")
def exploded():
    """What came of each bomb in a process of its own, and how many bytes that process took more at its height."""
    code = (
        "import json, resource, sys; from tests.checkpoints.torch import test_pickle_machine as t\n"
        "unit = 1 if sys.platform == 'darwin' else 1024\n"
        "height = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit\n"
        "before = height(); messages = {name: t.message(bomb) for name, bomb in t.BOMBS.items()}\n"
        "print(json.dumps([messages, height() - before]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return json.loads(run.stdout)


def message(bomb):
    try:
        return f"read as {READ(bomb)}"
    except FileError as error:
        return str(error)


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused(exploded, name):
    assert exploded[0][name].startswith("mine.x ") and exploded[0][name].endswith(".")


def test_bombs_take_little_memory(exploded):
    assert exploded[1] < 150 * MILLION


def test_a_file_inside_a_file_inside_a_file():
    data = b"N."
    for _ in range(30):
        data = b"ctorch.storage\n_load_from_bytes\n" + pickle.dumps(data, 3)[2:-1] + b"\x85R."
    refused(READ, data)


def machine(data):
    return Machine(io.BytesIO(data), stand_ins(), storage_of).run()


def plain(value):
    """What the machine made, in Python's own containers."""
    if isinstance(value, Pairs):
        return {plain(key): plain(item) for key, item in value.items}
    return type(value)(map(plain, value)) if isinstance(value, list | tuple) else value


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.binary()),
    lambda inner: st.one_of(
        st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(st.text(), inner),
        st.dictionaries(st.text(), inner).map(OrderedDict), st.binary().map(bytearray),
    ),
)  # fmt: skip


@given(value=VALUES, protocol=st.integers(0, 5))
def test_plain_values_are_what_python_makes_of_them(value, protocol):
    assert plain(machine(pickle.dumps(value, protocol))) == value


@given(values=st.sets(st.integers()), protocol=st.integers(0, 5))
def test_sets_are_lists(values, protocol):
    assert set(machine(pickle.dumps(values, protocol))) == values
    assert set(machine(pickle.dumps(frozenset(values), protocol))) == values


def test_pickles_of_python_2():
    data = b"\x80\x02}q\x01(U\x01aK\x01U\x01bX\x02\x00\x00\x00\xc3\xb1c__builtin__\nset\n]K\x03a\x85RU\x01ce."
    with pytest.raises(InvalidPickleError):  # a list's end for a dict
        machine(data)
    data = b"\x80\x02}q\x01(U\x01aK\x01U\x01bX\x02\x00\x00\x00\xc3\xb1U\x01cc__builtin__\nset\n]K\x03a\x85Ru."
    assert plain(machine(data)) == {"a": 1, "b": "ñ", "c": [3]}
    assert pickle.loads(data) == {"a": 1, "b": "ñ", "c": {3}}


def test_random_opcodes_end_in_a_value_or_a_sentence():
    rng = random.Random(0)
    words = [
        *[bytes([code]) for code in b"(.012FIJKLMNQRSTUVXabcdeghijloprstu}])"],
        *[bytes([code]) for code in b"\x81\x85\x86\x87\x88\x89\x8a\x8c\x8f\x90\x91\x93\x94"],
        b"K\1", b"X\1\0\0\0a", b"ccollections\nOrderedDict\n", b"ctorch._utils\n_rebuild_tensor_v2\n", b"C\1a",
        b"cnumpy\ndtype\n", b"cnumpy.core.multiarray\n_reconstruct\n", b"cargparse\nNamespace\n",
        b"ctorch\nFloatStorage\n", b"X\7\0\0\0storage", b"q\1", b"h\1",
        b"ccopyreg\n_reconstructor\n", b"c_codecs\nencode\n", b"X\2\0\0\0f4",
        b"ctorch._tensor\n_rebuild_from_type_v2\n", b"cnumpy.core.numeric\n_frombuffer\n", b"cpathlib\nPosixPath\n",
    ]  # fmt: skip
    for _ in range(6000):
        survives(READ, b"".join(rng.choices(words, k=rng.randrange(1, 14))) + b".")
