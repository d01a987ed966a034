"""Feeds and exports in XML: RSS, Atom, and WordPress (WXR)."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from headline.corpus.bounds import Bounds
from headline.corpus.reading.columns import quoted
from headline.corpus.reading.records import Records
from headline.corpus.reading.source import Source
from headline.errors import CorpusError, NoColumnError

_ITEMS = frozenset(("item", "entry"))
_DEEPEST = 60  # elements within each other
# Things that WordPress keeps in the same list as posts, and that are no titles.
_NO_POSTS = frozenset(
    "attachment nav_menu_item revision custom_css customize_changeset oembed_cache user_request".split()
)


def read_feed(source: Source, bounds: Bounds) -> Records:
    """The titles of the items.

    Raises:
        NoColumnError: it has no items.
        CorpusError: it is not well-formed, or defines entities, which could unpack to gigabytes.
    """
    titles = _titles(source, bounds)
    first = next(titles, None)
    if first is None:
        raise NoColumnError(f"{source.name} has no items with titles: RSS, Atom and WordPress exports are read.")

    def rows() -> Iterator[list[str]]:
        yield [first]
        for title in titles:
            yield [title]

    return Records(source.name, ["title"], rows())


def _titles(source: Source, bounds: Bounds) -> Iterator[str]:
    with source.open() as file:
        depth, inside, parents = 0, 0, []  # type: int, int, list[Element]
        counted = _Counted(file, source.name, bounds)
        try:
            for event, element in iterparse(counted, events=("start", "end")):
                name = _local(element)
                if event == "start":
                    depth += 1
                    parents.append(element)
                    inside += name in _ITEMS
                    if depth > _DEEPEST:
                        raise CorpusError(f"{source.name} has elements that are nested too deep.")
                    continue
                depth -= 1
                parents.pop()
                if name in _ITEMS:
                    inside -= 1
                    if (title := _title(element)) is not None:
                        yield title
                if not inside and parents:
                    parents[-1].remove(element)  # so that memory does not grow with the file
        except DefusedXmlException as error:
            raise CorpusError(
                f"{source.name} defines XML entities, which are not read: save it without them."
            ) from error
        except ParseError as error:
            raise CorpusError(f"{source.name} is not well-formed XML ({quoted(error)}): is it complete?") from error
        except (LookupError, ValueError) as error:
            if isinstance(error, CorpusError):
                raise
            raise CorpusError(f"{source.name} has an encoding that XML cannot be read in ({quoted(error)}).") from error


class _Counted:
    """A file whose bytes are counted while they are read."""

    def __init__(self, file, name: str, bounds: Bounds):  # type: ignore[no-untyped-def]
        self.file, self.name, self.bounds, self.size = file, name, bounds, 0

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.size += len(block)
        self.bounds.check_bytes(self.name, self.size)
        return block


def _local(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1].lower()


def _title(item: Element) -> str | None:
    """The text of an item's title; None if it has none, or is no post."""
    fields = {_local(child): child for child in reversed(list(item))}
    kind = fields.get("post_type")
    if kind is not None and ((kind.text or "").strip() in _NO_POSTS or (kind.text or "").startswith("wp_")):
        return None
    # An item's own title has no namespace or Atom's; media:title is another one.
    for child in item:
        if _local(child) == "title" and "media" not in str(child.tag) and "itunes" not in str(child.tag):
            return "".join(child.itertext())
    return None
