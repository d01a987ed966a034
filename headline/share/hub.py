"""The Hugging Face Hub: what its client's errors mean, and a checkpoint that somebody shared there.

The client is loaded when somebody asks for something, never at import or at start-up.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headline.errors import CheckpointError, HubError
from headline.model.checkpoint import Checkpoint
from headline.model.checkpoint_files import CHECKPOINT_FILES, META

_NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)
_CLIENTS = ("httpx", "httpx2", "requests")  # whose errors of the network pass through the Hub's client


@contextmanager
def translate_hub_errors(name: str, kind: str, error: type[ValueError], undone: str) -> Iterator[None]:
    """Turn what the client raises while it reads into one sentence.

    Args:
        name: owner/name on the Hub.
        kind: what is asked for there, such as "data set".
        error: the class of what is raised instead.
        undone: what has not happened where the Hub cannot be reached, and the way out.

    Raises:
        ValueError: of that class.
    """
    from huggingface_hub import errors

    unreachable = f"The Hugging Face Hub could not be reached, so that {undone}"
    try:
        yield
    except errors.GatedRepoError as cause:
        raise error(f"{name} asks for consent: give it on its page, then set HF_TOKEN.") from cause
    except errors.RepositoryNotFoundError as cause:
        raise error(f"The Hugging Face Hub has no public {kind} called {name}.") from cause
    except errors.HFValidationError as cause:
        raise error(f"“{name}” cannot be the name of a {kind}.") from cause
    except errors.HfHubHTTPError as cause:
        if cause.response.status_code in (401, 403):
            raise error(
                f"The Hugging Face Hub does not give {name} for this token: make a new one at "
                "https://huggingface.co/settings/tokens and set HF_TOKEN to it, or go without."
            ) from cause
        raise error(unreachable) from cause
    except (errors.OfflineModeIsEnabled, OSError) as cause:
        raise error(unreachable) from cause
    except Exception as cause:
        # Which client's errors of the network pass through has changed before.
        if type(cause).__module__.partition(".")[0] not in _CLIENTS:
            raise
        raise error(unreachable) from cause


def check_name(name: str) -> str:
    """The name, if it is one that a repository of the Hub may have.

    Raises:
        HubError: it is not owner/name.
    """
    if not _NAME.fullmatch(name) or len(name) > 96 or ".." in name or "--" in name:
        raise HubError(f"“{name}” cannot be a name on the Hugging Face Hub: say owner/name, such as ada/headline.")
    return name


def fetch_checkpoint(name: str) -> Path:
    """The folder of a checkpoint that is on the Hub as owner/name, downloaded or as it was downloaded before.

    Raises:
        CheckpointError: it cannot be had, or is no whole checkpoint.
    """
    from huggingface_hub import snapshot_download

    try:
        check_name(name)
    except HubError as error:
        raise CheckpointError(str(error)) from error
    undone = (
        f"{name} was not downloaded: look whether this machine is online, or bring the checkpoint's folder yourself."
    )
    with translate_hub_errors(name, "model", CheckpointError, undone):
        folder = Path(snapshot_download(name, allow_patterns=list(CHECKPOINT_FILES)))
    if not (folder / META).is_file():
        raise CheckpointError(f"{name} on the Hugging Face Hub holds no checkpoint of this program: it has no {META}.")
    try:
        Checkpoint.load(folder)
    except CheckpointError as error:
        # The folder's own name is a long number in a cache.
        raise CheckpointError(f"{name} on the Hugging Face Hub: {str(error).replace(str(folder), name)}") from error
    return folder
