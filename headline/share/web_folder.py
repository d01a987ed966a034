"""A model as a folder for any file host: the search box, the engine and the model's files, without a server.

index.html                  the search box, which a phone installs as an app and which works offline
field.html                  an example: a form of somebody else's, with one line more
headline.js                 the module of that line
engine/ search_box/ field/  modules
model.json, model/          which files the model has, and these, compressed by gzip
"""

import gzip
import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from headline.errors import ExportError
from headline.generator.box.rules import RULES
from headline.model.checkpoint import Checkpoint
from headline.model.light import PRECISION, light
from headline.model.storage.atomic import replacing_file
from headline.model.storage.checkpoint_files import CHECKPOINT_FILES, MEMORY, META
from headline.model.storage.hashes import hash_files
from headline.model.storage.memory_file import drop_seen
from headline.model.storage.metadata import Metadata
from headline.paths import ASSETS, BUNDLED_MODEL
from headline.share.card import escaped
from headline.share.engine_files import engine_files, runs_in_page

MODEL = "model.json"
_MODULES = ("engine", "search_box", "field")  # folders of assets/
_LEFT_OUT = {"engine/kernels.wat"}
_SHELL = "service_worker.js"  # keeps the other files; its text holds their names and their hash
_README = "README.md"


def web_content(folder: Path = BUNDLED_MODEL, lighter: bool = False, name: str = "") -> dict[str, bytes]:
    """Return the content of each file by its path.

    `lighter`: of a light variant of the model. `name` is what the page calls it, by default what it was trained as.

    Raises:
        CheckpointError: the folder is not a whole checkpoint.
        ExportError: the engine in a page cannot run this model.
    """
    meta = Metadata.read(folder)
    with TemporaryDirectory(prefix="headline-web-") as made:
        if lighter:
            light(Checkpoint.load(folder)).save(made, PRECISION)
        else:
            _without_seen(folder, Path(made), meta)
        files = engine_files(Path(made))
        if not runs_in_page(meta, files):
            raise ExportError(
                "A page cannot run this model by itself: it needs the autocomplete recipe, and files of 64 MB at most."
            )
        contents = {name: file.read() for name, file in files.items()}
    model: dict[str, bytes] = {}
    entries = {}
    for file, content in contents.items():
        sha256 = hashlib.sha256(content).hexdigest()
        path = f"model/{Path(file).stem}-{sha256[:16]}.bin"  # hosts compress by the ending, or unpack .gz by themselves
        model[path] = gzip.compress(content, 9, mtime=0)
        entries[file] = {"url": path, "bytes": len(content), "sha256": sha256, "packed": True}
    name = name or str(meta.provenance.get("name") or "headline")
    told = {"name": name, "rules": RULES, "files": entries}
    shell = _shell() | {MODEL: json.dumps(told, indent=1, ensure_ascii=False).encode()}
    shell[_SHELL] = _with_list(shell.pop(_SHELL), shell)
    return shell | model | {_README: _readme(meta, name).encode()}


def first_visit_bytes(content: Mapping[str, bytes]) -> int:
    """The bytes that a browser fetches until the first exact list, if the host compresses texts."""
    shown = {path: data for path, data in content.items() if path not in (_README, "field.html", "example.css")}
    return sum(
        len(data) if path.endswith((".bin", ".png")) else len(gzip.compress(data)) for path, data in shown.items()
    )


def write_web_folder(content: Mapping[str, bytes], folder: Path) -> None:
    """Write the files into a new folder, or over those of an earlier export. Other files in it stay.

    Raises:
        ExportError: the folder has files, and none is of an earlier export.
    """
    if folder.is_file():
        raise ExportError(f"{folder} is a file: name a folder.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MODEL).is_file():
        raise ExportError(f"{folder} has other files: name a new folder, or one that this command wrote.")
    # The list of the model's files comes last, so that whoever visits meanwhile finds all that is listed.
    for path in sorted(content, key=lambda path: (not path.startswith("model/"), path in (MODEL, _SHELL))):
        with replacing_file(folder / path) as fresh:
            fresh.write_bytes(content[path])
    for old in (folder / "model").glob("*-*.bin"):
        if f"model/{old.name}" not in content:
            old.unlink()


def zip_web_folder(content: Mapping[str, bytes], path: Path) -> None:
    """Write the files to a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(content.items()):
            archive.writestr(name, data, zipfile.ZIP_STORED if name.endswith((".bin", ".png")) else None)


def _without_seen(folder: Path, made: Path, meta: Metadata) -> None:
    """Copy a checkpoint without the hashes of its headlines: no page needs them, and a list may be private."""
    for name in CHECKPOINT_FILES:
        if name != META and (folder / name).is_file():
            content = (folder / name).read_bytes()
            (made / name).write_bytes(drop_seen(content) if name == MEMORY else content)
    meta.write(made, hash_files(made))


def _shell() -> dict[str, bytes]:
    """All files but the model's."""
    own = {path.name: path.read_bytes() for path in sorted((ASSETS / "web_folder").iterdir()) if path.is_file()}
    modules = {
        f"{part}/{path.name}": path.read_bytes() for part in _MODULES for path in sorted((ASSETS / part).iterdir())
    }
    box = (ASSETS / "search_box.html").read_text(encoding="utf-8")
    own["index.html"] = own["index.html"].replace(b"<!-- search_box.html -->", box.encode())
    own["search_box.css"] = (ASSETS / "search_box.css").read_bytes()
    return own | {path: data for path, data in modules.items() if path not in _LEFT_OUT}


def _with_list(worker: bytes, shell: Mapping[str, bytes]) -> bytes:
    """The service worker, with the files that it keeps and a hash of them and of itself: another hash, other files."""
    together = hashlib.sha256(worker)
    for path, data in sorted(shell.items()):
        together.update(path.encode() + b"\0" + data)
    kept = json.dumps(sorted(["./", *shell.keys()]))
    told = worker.replace(b'"VERSION"', json.dumps(together.hexdigest()[:16]).encode())
    return told.replace(b'["FILES"]', kept.encode())


def _readme(meta: Metadata, name: str) -> str:
    """The README.md, whose head makes a static Space of the folder."""
    stated = escaped(meta.licence.get("weights") or "not stated")
    sources = "".join(
        f"- {escaped(part.get('name', ''))}: {escaped(part.get('licence', ''))}; {escaped(part.get('source', ''))}\n"
        for part in meta.licence.get("data", [])
    )
    return (
        f"---\ntitle: {json.dumps(escaped(name, 80))}\nsdk: static\napp_file: index.html\n---\n"
        "Headlines that complete themselves, in the page and without a server. Put this folder on any file host: "
        "`index.html` is the search box, `field.html` shows how a text field of another page gets it.\n\n"
        "Program: Apache License 2.0. The general word list is wordfreq's, Robyn Speer 2022, CC BY-SA 4.0. "
        f"The model's weights: {stated}.\n" + (f"\nIt was trained on:\n{sources}" if sources else "")
    )
