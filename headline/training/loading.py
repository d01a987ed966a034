"""Loads Keras and TensorFlow, which write a dozen lines about the machine to stderr while they are loaded."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"


def load_keras() -> None:
    """Import Keras with its backend, quietly unless TF_CPP_MIN_LOG_LEVEL asks for the lines.

    TensorFlow heeds that variable only once it has been loaded, so stderr is set aside until then. It is printed after
    all if the import fails.
    """
    if "keras" in sys.modules:
        return
    os.environ.setdefault(_LEVEL, "3")
    with _stderr_set_aside() if os.environ[_LEVEL] == "3" else contextlib.nullcontext():
        from headline.training.network import accelerator  # noqa: F401  the first module that imports Keras


@contextlib.contextmanager
def _stderr_set_aside() -> Iterator[None]:
    """Send what is written to the process's stderr to a file, and print it only if the block raises."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    with tempfile.TemporaryFile() as aside:
        sys.stderr.flush()
        os.dup2(aside.fileno(), 2)
        try:
            yield
        except BaseException:
            aside.seek(0)
            os.write(kept, aside.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
