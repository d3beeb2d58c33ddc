"""Published packages whose models must load: fetched by name with pip, and only the files that tests want kept.

Run it as `python -m tests.checkpoints.published_packages`. It does nothing where the files are already there.
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from zipfile import ZipFile

CACHE = Path(__file__).parents[2] / ".cache" / "packages"
# By requirement: the files that are kept, as the package has them.
WANTED = {
    "g2p_en==2.1.0": ("g2p_en/checkpoint20.npz", "g2p_en/g2p.py"),
    "silero-vad==6.2.3": (
        "silero_vad/data/silero_vad_16k.safetensors",
        "silero_vad/data/silero_vad.onnx",
        "silero_vad/data/silero_vad_16k_op15.onnx",
        "silero_vad/data/silero_vad_16k_sequence.onnx",
        "silero_vad/data/silero_vad_half.onnx",
        "silero_vad/data/silero_vad_op18_ifless.onnx",
        "silero_vad/data/silero_vad_openvino_16k.onnx",
        "silero_vad/tinygrad_model.py",
    ),
    "chars2vec==0.1.7": ("chars2vec/trained_models/eng_50/weights.h5", "chars2vec/model.py"),
}


def package_file(name: str) -> Path:
    """Where a file of `WANTED` is, once it was fetched: a test that asks for one is marked `peers`."""
    return next(_place(wanted, name) for wanted, files in WANTED.items() if name in files)


def fetched() -> bool:
    """Whether all files are there."""
    return all(_place(wanted, name).is_file() for wanted, files in WANTED.items() for name in files)


def fetch() -> list[Path]:
    """Fetch what is missing; the paths of all files."""
    for wanted, files in WANTED.items():
        if not all(_place(wanted, name).is_file() for name in files):
            with tempfile.TemporaryDirectory() as folder:
                _extract(_downloaded(wanted, Path(folder)), wanted)
    return [_place(wanted, name) for wanted, files in WANTED.items() for name in files]


def _place(wanted: str, name: str) -> Path:
    return CACHE / wanted.replace("==", "-") / name


def _downloaded(wanted: str, folder: Path) -> Path:
    """The package's archive, from the index that pip is set up with; its dependencies are left alone."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--dest", str(folder), wanted], check=True)
    (archive,) = folder.iterdir()
    return archive


def _extract(archive: Path, wanted: str) -> None:
    """The wanted files of a wheel, or of a source archive, all of whose files are in one folder."""
    if archive.suffix == ".whl":
        with ZipFile(archive) as file:
            found = {name: file.read(name) for name in WANTED[wanted]}
    else:
        with tarfile.open(archive) as file:
            top = file.getnames()[0].split("/")[0]
            members = {name: file.extractfile(f"{top}/{name}") for name in WANTED[wanted]}
            found = {name: member.read() for name, member in members.items() if member}
    for name, data in found.items():
        path = _place(wanted, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".part")
        partial.write_bytes(data)
        partial.replace(path)


if __name__ == "__main__":
    for path in fetch():
        print(path.relative_to(CACHE))
