"""ES modules of assets/ as one script, for Gradio, which runs the body of a function and cannot import."""

import re
from collections.abc import Iterator
from functools import cache
from posixpath import dirname, join, normpath

from headline.paths import read_asset

_IMPORT = re.compile(r'^import \{([^}]+)\} from "(\.{1,2}/[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_ANY = re.compile(r"^(import|export)\b.*$", re.MULTILINE)


@cache
def one_script(entry: str) -> str:
    """A module, by its path in assets/, behind the modules that it imports, each in a function of its own.

    What a module exports is in `modules[path]`. Only `import { a, b } from "./c.js";` on a line of its own, and
    `export` in front of a function, a class or a constant are understood.

    Raises:
        ValueError: a module imports or exports in another way, or imports itself.
    """
    return "".join(["const modules = {};\n", *_functions(entry, set(), ())])


def _functions(path: str, done: set[str], importers: tuple[str, ...]) -> Iterator[str]:
    """The functions for a module and for those that it needs and that are not done yet, in the order to run them."""
    if path in importers:
        raise ValueError(f"assets/{path} imports itself.")
    if path in done:
        return
    module = read_asset(path)
    for imported in _IMPORT.finditer(module):
        yield from _functions(_resolved(path, imported[2]), done, (*importers, path))
    done.add(path)
    names = _EXPORT.findall(module)
    body = _IMPORT.sub(lambda found: f'const {{{found[1]}}} = modules["{_resolved(path, found[2])}"];', module)
    body = _EXPORT.sub("", body)
    if other := _ANY.search(body):
        raise ValueError(f"assets/{path}: “{other[0]}” cannot be put into one script.")
    yield f'modules["{path}"] = (() => {{\n{body}\nreturn {{ {", ".join(names)} }};\n}})();\n'


def _resolved(path: str, address: str) -> str:
    return normpath(join(dirname(path), address))
