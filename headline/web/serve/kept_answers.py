"""Answers that are kept, since many people begin with the same letters."""

from collections import OrderedDict

_BYTES = 4 * 2**20  # of all questions and answers together
_ENTRY = 300  # bytes of an entry beside its question and its answer, about


class KeptAnswers:
    """The most recently used answers by their questions, within a bound on their bytes. For one thread alone."""

    def __init__(self, most: int = _BYTES):
        self._most, self._bytes = most, 0
        self._answers: OrderedDict[tuple[str, bytes], bytes] = OrderedDict()

    @property
    def size(self) -> int:
        """Bytes that are kept, about."""
        return self._bytes

    def get(self, question: tuple[str, bytes]) -> bytes | None:
        found = self._answers.get(question)
        if found is not None:
            self._answers.move_to_end(question)
        return found

    def put(self, question: tuple[str, bytes], answer: bytes) -> None:
        if question in self._answers:  # two asked at once
            return
        self._answers[question] = answer
        self._bytes += len(question[1]) + len(answer) + _ENTRY
        while self._bytes > self._most:
            (_, query), old = self._answers.popitem(last=False)
            self._bytes -= len(query) + len(old) + _ENTRY
