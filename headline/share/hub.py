"""The Hugging Face Hub: its client's errors as sentences, and downloading a checkpoint.

The client is imported on first use, not when this module is imported.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headline.errors import CheckpointError, HeadlineError, HubError
from headline.model.checkpoint import Checkpoint
from headline.model.storage.checkpoint_files import CHECKPOINT_FILES, META

_NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)
_CLIENTS = ("httpx", "httpx2", "requests")  # HTTP libraries whose errors the Hub's client lets through


@contextmanager
def translate_hub_errors(name: str, kind: str, error: type[HeadlineError], undone: str) -> Iterator[None]:
    """Turn the client's errors in a `with` block into one sentence.

    Args:
        name: owner/name on the Hub.
        kind: what `name` is, such as "data set".
        error: the class of the error to raise.
        undone: what was not done if the Hub cannot be reached, and what to do.

    Raises:
        HeadlineError: of the class `error`.
    """
    from huggingface_hub import errors

    unreachable = f"The Hugging Face Hub could not be reached, so {undone}"
    try:
        yield
    except errors.GatedRepoError as cause:
        raise error(f"{name} is gated: ask for access on its page, then set HF_TOKEN.") from cause
    except errors.RepositoryNotFoundError as cause:
        raise error(f"The Hugging Face Hub has no public {kind} called {name}.") from cause
    except errors.HFValidationError as cause:
        raise error(f"“{name}” cannot be the name of a {kind}.") from cause
    except errors.HfHubHTTPError as cause:
        if cause.response.status_code in (401, 403):
            raise error(
                f"The Hugging Face Hub refuses this token for {name}: make a new one at "
                "https://huggingface.co/settings/tokens and set HF_TOKEN to it, or unset it."
            ) from cause
        raise error(unreachable) from cause
    except (errors.OfflineModeIsEnabled, OSError) as cause:
        raise error(unreachable) from cause
    except Exception as cause:
        # Which library the Hub's client uses has changed before.
        if type(cause).__module__.partition(".")[0] not in _CLIENTS:
            raise
        raise error(unreachable) from cause


@contextmanager
def sending(name: str, refused: dict[int, str], undone: str) -> Iterator[None]:
    """Turn the client's errors while it writes into one sentence.

    Args:
        name: owner/name of what is written.
        refused: the sentence for each status with which the Hub refuses.
        undone: what was not done, without a full stop.

    Raises:
        HubError: with that sentence.
    """
    from huggingface_hub import errors

    hint = f"{undone}: check the network connection."
    with warnings.catch_warnings(), translate_hub_errors(name, "repository", HubError, hint):
        warnings.simplefilter("ignore")  # about optional metadata
        try:
            yield
        except HubError:
            raise
        except errors.HfHubHTTPError as error:
            status = error.response.status_code
            if status >= 500:
                raise
            said = " ".join((error.server_message or f"status {status}").split())
            raise HubError(refused.get(status, f"The Hugging Face Hub refused {name}: {said}")) from error
        except (ValueError, RuntimeError) as error:  # metadata that the Hub refuses; a failed upload
            raise HubError(f"{undone}: {' '.join(str(error).split())}") from error


def needed_token(what: str, rights: str) -> str:
    """Return the token of whoever runs this.

    Args:
        what: needs it.
        rights: that it must have.

    Raises:
        HubError: there is none.
    """
    from huggingface_hub import get_token

    token = get_token()
    if not token:
        raise HubError(
            f"{what} needs a token of the Hugging Face Hub: make one with {rights} at "
            "https://huggingface.co/settings/tokens and set HF_TOKEN to it, or run `hf auth login`."
        )
    return token


def check_name(name: str) -> str:
    """Return the name of a repository if it is a valid one.

    Raises:
        HubError: it is not owner/name.
    """
    if not _NAME.fullmatch(name) or len(name) > 96 or ".." in name or "--" in name:
        raise HubError(f"“{name}” is not a name on the Hugging Face Hub: write owner/name, such as ada/headline.")
    return name


def fetch_checkpoint(name: str) -> Path:
    """Download a checkpoint from the Hub, unless it is cached, and return its folder.

    Raises:
        CheckpointError: it cannot be downloaded, or is not a whole checkpoint.
    """
    from huggingface_hub import snapshot_download

    try:
        check_name(name)
    except HubError as error:
        raise CheckpointError(str(error)) from error
    undone = f"{name} was not downloaded: check the network connection, or copy the checkpoint's folder yourself."
    with translate_hub_errors(name, "model", CheckpointError, undone):
        folder = Path(snapshot_download(name, allow_patterns=list(CHECKPOINT_FILES)))
    if not (folder / META).is_file():
        raise CheckpointError(f"{name} on the Hugging Face Hub is not a checkpoint of this program: it has no {META}.")
    try:
        Checkpoint.load(folder)
    except CheckpointError as error:
        # The folder in the cache is named by a hash, which means nothing to people.
        raise CheckpointError(f"{name} on the Hugging Face Hub: {str(error).replace(str(folder), name)}") from error
    return folder
