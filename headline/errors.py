"""Errors that people read: a sentence that names the file, row or field, and what to do.

Catch `HeadlineError` to show the sentence; any other exception is a bug and keeps its traceback. Errors of the disk or
the system come as `OSError`; `system_sentence` says them without the paths of this machine.
"""

import errno
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)


class HeadlineError(ValueError):
    """The base class. `str(error)` is the sentence."""


class CorpusError(HeadlineError):
    """A file of headlines cannot be read, or has too few headlines to train on."""


class NoColumnError(CorpusError):
    """A table has no column of headlines. In a folder such a table is skipped; a single file is refused."""


class DownloadError(CorpusError):
    """A public data set could not be downloaded."""


class SettingError(HeadlineError):
    """A setting, option or environment variable has a value that is not allowed."""


class LimitError(HeadlineError):
    """A public page takes or keeps no more of one visitor, or of all together."""


class DeviceMemoryError(SettingError):
    """The device ran out of memory. `batch_size` is a smaller one that may fit."""

    def __init__(self, sentence: str, batch_size: int):
        super().__init__(sentence)
        self.batch_size = batch_size


class ClusterError(HeadlineError):
    """Several processes or machines cannot work together: one cannot be reached, or has ended."""


class CheckpointError(HeadlineError):
    """A part of a checkpoint is missing, damaged, or does not agree with the others."""


class ArchiveError(HeadlineError):
    """A zip file has no checkpoint that can be read."""


class ExportError(HeadlineError):
    """A checkpoint cannot be exported in the requested format."""


class HubError(HeadlineError):
    """The Hugging Face Hub refused a request, or could not be reached."""


class RequestError(HeadlineError):
    """A request over HTTP, Gradio's API or MCP has an argument that is not allowed."""


class BusyError(RequestError):
    """A request cannot be answered now, because too many others wait."""


def is_disk_full(error: BaseException) -> bool:
    """Whether an error means that the disk, the user's part of it, or a file is as large as it may be."""
    if not isinstance(error, OSError):
        return False
    return error.errno in _FULL or "No space left on device" in str(error)  # HDF5 raises OSError without a number


def system_sentence(error: OSError) -> str:
    """Say an error of the disk or the system in one sentence, with the name of the file but not its folder."""
    name = Path(str(error.filename)).name if error.filename else ""
    if is_disk_full(error):
        return "The disk is full, or a limit on it is reached: delete runs that are not needed, and try again."
    if error.errno in _READ_ONLY:
        return f"{name or 'A file'} cannot be read or written: its permissions or the disk do not allow it."
    reason = error.strerror or type(error).__name__
    return f"{name}: {reason}." if name else f"{reason}."
