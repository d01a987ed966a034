"""Publishes the app as a Space of the Hugging Face Hub, and a checkpoint as a model."""

import re
import subprocess
from collections.abc import Sequence
from contextlib import AbstractContextManager
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headline.errors import HubError
from headline.model.checkpoint import Checkpoint
from headline.model.storage.checkpoint_files import CARD, CHECKPOINT_FILES
from headline.paths import ROOT
from headline.share.card import model_card
from headline.share.hub import check_name, needed_token, sending

if TYPE_CHECKING:
    from huggingface_hub import HfApi

GPU_HARDWARE = "t4-small"  # the cheapest with a GPU
MANIFEST = ".headline-files"  # on the Space: the paths of the last upload, one per line
_ALWAYS = ("app.py", "requirements.txt", "README.md", "LICENSE")
_PICTURES = "assets/pictures"  # only those that the README and its pages show are uploaded
_SHOWN = {".md", ".svg", ".png", ".jpg", ".gif", ".webp"}
_LINK = re.compile(r"""\]\(<?([^)\s>#?]+)|(?:src|href)=["']([^"'#?]+)""")
_HEADER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def space_files(root: Path = ROOT) -> list[Path]:
    """Return the files to upload, as sorted paths relative to a checkout.

    Raises:
        HubError: a file that a Space needs is missing.
    """
    root = root.resolve()
    for name in _ALWAYS:
        if not (root / name).is_file():
            raise HubError(f"{root} has no {name}: run this in a checkout of the whole repository.")
    found = {root / name for name in _ALWAYS} | set((root / "headline").rglob("*.py"))
    found |= {p for folder in ("assets", "data") for p in (root / folder).rglob("*")}
    readme = root / "README.md"
    shown = _linked(root, readme)
    if thumbnail := re.search(r"^thumbnail: *(?!https?:)(\S+)$", readme.read_text(encoding="utf-8"), re.MULTILINE):
        shown.add(root / thumbnail[1])
    found = {p for p in found if not p.is_relative_to(root / _PICTURES)} | shown
    paths = {p.relative_to(root) for p in found if p.is_file() and not p.is_symlink()}
    visible = {p for p in paths if not any(part.startswith(".") for part in p.parts)}
    tracked = _tracked(root)
    return sorted(visible & tracked if tracked else visible - _ignored(root, visible))


def _linked(root: Path, page: Path, seen: frozenset[Path] = frozenset()) -> set[Path]:
    """Return pictures and pages below assets/ and docs/ that a page links to, directly or through others."""
    linked: set[Path] = set()
    for match in _LINK.finditer(page.read_text(encoding="utf-8")):
        path = (page.parent / (match[1] or match[2])).resolve()
        inside = path.is_relative_to(root / "assets") or path.is_relative_to(root / "docs")
        if inside and path.suffix in _SHOWN and path.is_file() and path not in seen | linked:
            linked.add(path)
            if path.suffix == ".md":
                linked |= _linked(root, path, seen | linked)
    return linked


def _tracked(root: Path) -> set[Path]:
    """Return the files in git, so that private lists in data/ are not uploaded. Empty without git."""
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True)
    except OSError:
        return set()
    return {Path(name) for name in done.stdout.decode().split("\0") if name} if done.returncode == 0 else set()


def _ignored(root: Path, paths: set[Path]) -> set[Path]:
    """Return the paths that simple patterns of .gitignore match."""
    file = root / ".gitignore"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    patterns = [line.strip().strip("/") for line in lines if line.strip() and not line.startswith("#")]
    # A pattern with a slash matches a path, another one a name in any folder; a folder includes its content.
    return {
        path
        for path in paths
        for above in (path, *path.parents)
        if any(fnmatch(above.as_posix() if "/" in pattern else above.name, pattern) for pattern in patterns)
    }


def space_content(repo: str, root: Path = ROOT, hardware: str | None = None) -> dict[str, bytes]:
    """Return the content of each file to upload, by its path.

    Two files are changed: requirements.txt has TensorFlow with CUDA for a GPU, README.md the address of the Space.
    """
    content = {path.as_posix(): (root / path).read_bytes() for path in space_files(root)}
    if on_gpu(hardware):
        content["requirements.txt"] = with_gpu(content["requirements.txt"].decode()).encode()
    content["README.md"] = readme_of(content["README.md"].decode(), repo, hardware).encode()
    return content


def on_gpu(hardware: str | None) -> bool:
    return hardware is not None and not hardware.startswith("cpu-")


def with_gpu(requirements: str) -> str:
    """Return the requirements with a TensorFlow that includes the CUDA libraries."""
    return re.sub(r"^tensorflow(?=[\s<>=!~;])", "tensorflow[and-cuda]", requirements, flags=re.MULTILINE)


def readme_of(readme: str, repo: str, hardware: str | None = None) -> str:
    """Return the README with a header for one Space, in which the thumbnail is an absolute address."""
    found = _HEADER.match(readme)
    if not found:
        raise HubError("README.md does not begin with the YAML block that configures a Space.")
    thumbnail = rf"\g<1>https://huggingface.co/spaces/{repo}/resolve/main/\g<2>"
    header = re.sub(r"^(thumbnail: *)(?!https?:)(\S+)$", thumbnail, found[0], flags=re.MULTILINE)
    if hardware:
        header = re.sub(r"^(suggested_hardware: *)\S+$", rf"\g<1>{hardware}", header, flags=re.MULTILINE)
    return header + readme[found.end() :]


def check_hardware(hardware: str | None, gpu: bool = False) -> str | None:
    """Return the hardware to request; None keeps the current one.

    Raises:
        HubError: it does not exist, or cannot run this app.
    """
    if hardware is None:
        return GPU_HARDWARE if gpu else None
    from huggingface_hub import SpaceHardware

    known = [flavour.value for flavour in SpaceHardware if flavour is not SpaceHardware.ZERO_A10G]
    if hardware.startswith("zero-"):
        raise HubError(
            f"ZeroGPU ({hardware}) runs PyTorch only and this app trains with TensorFlow: use {GPU_HARDWARE}, "
            "or cpu-basic, which is slower."
        )
    if hardware not in known:
        raise HubError(f"A Space has no hardware called {hardware}; there are {', '.join(known)}.")
    if gpu and not on_gpu(hardware):
        raise HubError(
            f"{hardware} has no GPU: leave out --gpu, or name hardware that has one, such as {GPU_HARDWARE}."
        )
    return hardware


def publish_space(repo: str, hardware: str | None = None, private: bool = False, root: Path = ROOT) -> str:
    """Create or update a Space and return its address. Files that no earlier upload put there are kept.

    Raises:
        HubError: it cannot be done; the message says why and what to do.
    """
    return _publish_space(space_content(check_name(repo), root, hardware), repo, "gradio", hardware, private)


def publish_static(content: dict[str, bytes], repo: str, private: bool = False) -> str:
    """Create or update a static Space of the files of `web_folder` and return its address. It runs no program and needs
    no hardware. Files that no earlier upload put there are kept.

    Raises:
        HubError: it cannot be done; the message says why and what to do.
    """
    return _publish_space(content, check_name(repo), "static", None, private)


def _publish_space(content: dict[str, bytes], repo: str, sdk: str, hardware: str | None, private: bool) -> str:
    content = content | {MANIFEST: ("\n".join(sorted(content)) + "\n").encode()}
    from huggingface_hub import HfApi

    with _sending(repo):
        api = HfApi(token=_token())
        kind: Any = hardware  # one of SpaceHardware: check_hardware checked it
        url = api.create_repo(
            repo, repo_type="space", exist_ok=True, space_sdk=sdk, space_hardware=kind, private=private or None
        )
        there = _there(api, repo, "space")
        ours = _manifest(api, repo) if MANIFEST in there else set()
        gone = sorted((ours & there) - content.keys() - {".gitattributes"})
        _commit(api, repo, "space", content, gone)
        if hardware:
            runtime = api.get_space_runtime(repo)
            if (runtime.requested_hardware or runtime.hardware) != hardware:
                api.request_space_hardware(repo, kind)
    return str(url)


def model_content(folder: Path, repo: str) -> dict[str, bytes]:
    """Return the files of a model's repository: the checkpoint's files and its card.

    Raises:
        CheckpointError: the folder is not a whole checkpoint.
    """
    checkpoint = Checkpoint.load(folder)
    content = {name: (folder / name).read_bytes() for name in CHECKPOINT_FILES if (folder / name).is_file()}
    card = folder / CARD
    text = card.read_text(encoding="utf-8") if card.is_file() else None
    return content | {CARD: model_card(checkpoint, repo, text).encode()}


def publish_model(folder: Path, repo: str, private: bool = False) -> str:
    """Create or update a model's repository and return its address.

    Raises:
        CheckpointError: the folder is not a whole checkpoint.
        HubError: it cannot be done; the message says why and what to do.
    """
    content = model_content(folder, check_name(repo))
    from huggingface_hub import HfApi

    with _sending(repo):
        api = HfApi(token=_token())
        url = api.create_repo(repo, private=private or None, exist_ok=True)
        # A file of an older checkpoint would belong to another vocabulary.
        gone = sorted((_there(api, repo, "model") & set(CHECKPOINT_FILES)) - content.keys())
        _commit(api, repo, "model", content, gone)
    return str(url)


def _token() -> str:
    return needed_token("Publishing", "write access")


def _manifest(api: "HfApi", repo: str) -> set[str]:
    path = api.hf_hub_download(repo, MANIFEST, repo_type="space")
    return set(Path(path).read_text(encoding="utf-8").splitlines())


def _there(api: "HfApi", repo: str, kind: str) -> set[str]:
    from huggingface_hub import RepoFile

    entries = api.list_repo_tree(repo, repo_type=kind, recursive=True)
    return {entry.path for entry in entries if isinstance(entry, RepoFile)}


def _commit(api: "HfApi", repo: str, kind: str, content: dict[str, bytes], gone: Sequence[str]) -> None:
    """Make one commit. The client does not upload files that have not changed."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    additions = [CommitOperationAdd(path, data) for path, data in content.items()]
    deletions = [CommitOperationDelete(path) for path in gone]
    api.create_commit(repo, [*additions, *deletions], repo_type=kind, commit_message="Publish from headline")


def _sending(repo: str) -> AbstractContextManager[None]:
    """Turn the client's errors while it writes into one sentence."""
    owner = repo.partition("/")[0]
    refused = {
        401: "The Hugging Face Hub does not accept the token: make a new one at "
        "https://huggingface.co/settings/tokens and set HF_TOKEN to it.",
        402: "The Hugging Face Hub asks for a subscription or for credit: a Gradio Space on the free hardware needs a "
        "PRO account, other hardware a payment method. https://huggingface.co/settings/billing",
        403: f"The token may not write to {repo}: make one with write access to {owner} at "
        "https://huggingface.co/settings/tokens and set HF_TOKEN to it.",
    }
    return sending(repo, refused, f"{repo} was not published")
