"""The modules that the page loads by themselves: the engine, which runs in a worker."""

import hashlib
from functools import cache

from headline.paths import ASSETS

_FOLDER = "engine"  # of assets/
_TYPES = {".js": "text/javascript", ".wasm": "application/wasm"}


@cache
def page_code() -> dict[str, tuple[bytes, str]]:
    """(content, type) of the modules and of the kernels by their paths in assets/."""
    paths = (path for path in sorted((ASSETS / _FOLDER).iterdir()) if path.suffix in _TYPES)
    return {f"{_FOLDER}/{path.name}": (path.read_bytes(), _TYPES[path.suffix]) for path in paths}


@cache
def code_version() -> str:
    """A hash of all of them. Their addresses contain it, so that the browser may keep them for good."""
    together = hashlib.sha256()
    for name, (content, _) in page_code().items():
        together.update(name.encode() + b"\0" + content)
    return together.hexdigest()[:16]


def code_path() -> str:
    """The path below which they are, after that of the page's own routes."""
    return f"/code/{code_version()}"
