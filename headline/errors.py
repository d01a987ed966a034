"""Errors that people read: a sentence that names the file, row or field, and what to do.

Catch `HeadlineError` to show the sentence; any other exception is a bug and keeps its traceback.
"""


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


class DeviceMemoryError(SettingError):
    """The device ran out of memory. `batch_size` is a smaller one that may fit."""

    def __init__(self, sentence: str, batch_size: int):
        super().__init__(sentence)
        self.batch_size = batch_size


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
