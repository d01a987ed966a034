"""Training on Hugging Face's machines: a list goes there as a private data set, and the model comes back.

What the job runs is `headline.commands.scale.job`. The Hub's client is imported on first use.
"""

import json
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NoReturn

from headline.errors import CheckpointError, DeviceMemoryError, HeadlineError, HubError, SettingError
from headline.model.checkpoint import Checkpoint
from headline.model.storage.atomic import replacing_folder
from headline.model.storage.checkpoint_files import CHECKPOINT_FILES
from headline.paths import ROOT
from headline.runs.events import is_usable
from headline.share.hub import fetch_checkpoint, needed_token, sending
from headline.share.publish import GPU_HARDWARE, on_gpu, space_files, with_gpu
from headline.training.options import RunOptions
from headline.training.run import error_event

if TYPE_CHECKING:
    from huggingface_hub import HfApi, JobInfo

FLAVOR = GPU_HARDWARE  # the hardware of a job where none is named
IMAGE = "ghcr.io/astral-sh/uv:python3.12-bookworm"  # Python and uv, which installs the requirements
MOUNTED = "/input"  # where the data set lies in the job
ASKED = "run.json"  # in the data set: the options of the run, and where its model goes
_PROGRAM = "program"
_NEEDED = ("headline", "assets", "requirements.txt")  # of the repository
_MINUTES_AROUND = 30.0  # for the installation, reading and measuring, beside the minutes of training
_MINUTES = 360.0  # of a job whose training has no limit
_POLL_SECONDS = 1.0  # between two questions whether to stop
_LAST_LINE = 200  # characters of the last line of a log that a refusal shows

Emit = Callable[[dict], None]


def check_flavor(flavor: str) -> str:
    """Return the hardware for a job.

    Raises:
        SettingError: there is none of this name.
    """
    from huggingface_hub import JobHardware

    known = [one.value for one in JobHardware]
    if flavor not in known:
        raise SettingError(f"A job has no hardware called {flavor}; there are {', '.join(known)}.")
    return flavor


def train_on_jobs(
    options: RunOptions,
    out: Path,
    emit: Emit = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
    flavor: str = FLAVOR,
    root: Path = ROOT,
) -> None:
    """Train on a machine of Hugging Face and save the model to `out`. The events are those of a run here, after one
    that says where the job is. Once `should_stop` returns True the job is cancelled, and nothing is kept.

    Raises:
        SettingError: an option does not go with it.
        HubError: the Hub refuses it or cannot be reached, the run failed, or the job was cancelled.
        CheckpointError: the model that came back is not whole.
        OSError: a file cannot be read or written. The last event is "error", as with any other exception.
    """
    try:
        _train(options, out, emit, should_stop, flavor, root)
    except Exception as error:
        emit(error_event(error))
        raise


def _train(
    options: RunOptions, out: Path, emit: Emit, should_stop: Callable[[], bool], flavor: str, root: Path
) -> None:
    for name in ("resume", "distribute", "dask"):
        if getattr(options, name):
            raise SettingError(f"{name} does not go with a job on Hugging Face: leave it out.")
    check_flavor(flavor)
    from huggingface_hub import HfApi

    api = HfApi(token=needed_token("Training on Hugging Face Jobs", "the right to write repositories and to run Jobs"))
    with _asking("The job was not started"):
        repo = f"{api.whoami()['name']}/headline-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
    content = job_content(options, repo, flavor, root)
    try:
        job = _start(api, repo, content, flavor, options.minutes)
    except BaseException:
        _delete(api, repo, "dataset")
        raise
    emit({"event": "job", "stage": "starting", "url": job.url, "hardware": flavor, "model": repo})
    done = _Following(api, job, repo).follow(emit, should_stop)
    _fetch(api, repo, out)
    emit({**done, "model": str(out)})


def job_content(options: RunOptions, repo: str, flavor: str, root: Path = ROOT) -> dict[str, bytes | Path]:
    """Return what the data set of a job holds, by its paths there: the program, the lists, and what to do with them."""
    parts = {path: path.parts for path in space_files(root)}
    paths = [path for path, (top, *below) in parts.items() if top in _NEEDED and below[:1] != ["pictures"]]
    content: dict[str, bytes | Path] = {f"{_PROGRAM}/{path.as_posix()}": root / path for path in paths}
    if on_gpu(flavor):
        requirements = (root / "requirements.txt").read_text(encoding="utf-8")
        content[f"{_PROGRAM}/requirements.txt"] = with_gpu(requirements).encode()
    files = [_add(content, "lists", i, Path(file)) for i, file in enumerate(options.files)]
    text = [_add(content, "text", i, Path(file)) for i, file in enumerate(options.text)]
    vectors = _add(content, "vectors", 0, Path(options.vectors)) if options.vectors else None
    start = None
    if options.start_from:
        start = f"{MOUNTED}/start"
        for name in CHECKPOINT_FILES:
            if (path := Path(options.start_from) / name).is_file():
                content[f"start/{name}"] = path
    there = replace(
        options,
        files=tuple(files),
        text=tuple(text),
        vectors=vectors,
        start_from=start,
        resumable=False,
        flavor="",
    )
    content[ASKED] = json.dumps({"options": there.as_dict(), "model": repo}).encode()
    return content


def _add(content: dict[str, bytes | Path], kind: str, number: int, file: Path) -> str:
    """Add a file, or a folder with all that is in it, and return its path in the job.

    Raises:
        FileNotFoundError: there is no such file.
    """
    place = f"{kind}/{number:02d}-{file.resolve().name}"
    if not file.exists():
        raise FileNotFoundError(2, "No such file or directory", str(file))
    inside = [path for path in sorted(file.rglob("*")) if path.is_file()] if file.is_dir() else [file]
    for path in inside:
        content[place if path == file else f"{place}/{path.relative_to(file).as_posix()}"] = path
    return f"{MOUNTED}/{place}"


def _start(api: "HfApi", repo: str, content: dict[str, bytes | Path], flavor: str, minutes: float) -> "JobInfo":
    """Upload the data set and start the job."""
    from huggingface_hub import CommitOperationAdd, Volume

    program = f"{MOUNTED}/{_PROGRAM}"
    with_requirements = ["uv", "run", "--no-project", "--with-requirements", f"{program}/requirements.txt"]
    additions = [CommitOperationAdd(path, data) for path, data in content.items()]
    with _asking("The job was not started"):
        api.create_repo(repo, repo_type="dataset", private=True)
        api.create_commit(repo, additions, repo_type="dataset", commit_message="A list to learn from")
        return api.run_job(
            image=IMAGE,
            command=[*with_requirements, "python", "-m", "headline.commands.scale.job", MOUNTED],
            env={"PYTHONPATH": program},
            secrets={"HF_TOKEN": api.token},  # with which the job gives the model back
            flavor=flavor,
            timeout=round(60 * (minutes + _MINUTES_AROUND if minutes else _MINUTES)),
            volumes=[Volume(type="dataset", source=repo, mount_path=MOUNTED)],
            namespace=repo.partition("/")[0],
        )


class _Following:
    """A job whose log is read."""

    def __init__(self, api: "HfApi", job: "JobInfo", repo: str):
        self._api, self._job, self._repo = api, job, repo
        self._last_line = ""  # of the log
        self._refusal: dict | None = None  # the event of an error

    def follow(self, emit: Emit, should_stop: Callable[[], bool]) -> dict:
        """Pass the events of a job on until it has ended, delete its data set, and return the last event, "done".

        Raises:
            HubError: the job failed, was cancelled, or cannot be followed any longer.
        """
        done: dict | None = None
        try:
            with _asking(f"The job goes on at {self._job.url} and will save {self._repo}, but cannot be followed now"):
                for event in self._events(should_stop):
                    if event["event"] == "done":
                        done = event
                    elif event["event"] == "error":
                        self._refusal = event
                    else:
                        emit(event)
                status = self._api.inspect_job(job_id=self._job.id, namespace=self._job.owner.name).status
        except KeyboardInterrupt:
            self._cancel()
        _delete(self._api, self._repo, "dataset")
        if status.stage != "COMPLETED" or done is None:
            raise self._failure(status.stage, status.message)
        return done

    def _events(self, should_stop: Callable[[], bool]) -> Iterator[dict]:
        """The events in the log. Whether to stop is asked every second, also while there is none."""
        lines: SimpleQueue[str | Exception | None] = SimpleQueue()
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()
        while True:
            if should_stop():
                self._cancel()
            try:
                line = lines.get(timeout=_POLL_SECONDS)
            except Empty:
                continue
            if line is None:
                return
            if isinstance(line, Exception):
                raise line
            if (event := self._event(line)) is not None:
                yield event

    def _read(self, lines: "SimpleQueue[str | Exception | None]") -> None:
        """Put the lines of the log into a queue, and None or what went wrong at the end."""
        try:
            for line in self._api.fetch_job_logs(job_id=self._job.id, namespace=self._job.owner.name, follow=True):
                lines.put(line)
        except Exception as error:
            lines.put(error)
        else:
            lines.put(None)

    def _event(self, line: str) -> dict | None:
        """The event that a line of the log is, else None."""
        event: Any = None
        with suppress(ValueError, RecursionError):
            event = json.loads(line)
        if is_usable(event):
            return event
        self._last_line = line.strip()[:_LAST_LINE] or self._last_line
        return None

    def _failure(self, stage: str, message: str | None) -> HeadlineError:
        """The error of a job without a model: what its run said, or else how it ended."""
        if self._refusal and isinstance(self._refusal.get("batch_size"), int):
            return DeviceMemoryError(self._refusal["message"], self._refusal["batch_size"])
        return HubError(self._refusal["message"] if self._refusal else self._reason(stage, message))

    def _cancel(self) -> NoReturn:
        with _asking(f"The job could not be cancelled: do so at {self._job.url}"):
            self._api.cancel_job(job_id=self._job.id, namespace=self._job.owner.name)
        _delete(self._api, self._repo, "dataset")
        raise HubError("The job was cancelled; nothing was kept.")

    def _reason(self, stage: str, message: str | None) -> str:
        said = f" {message.strip().rstrip('.')}." if message else ""
        line = f" The last line of its log is: {self._last_line}" if self._last_line else ""
        return f"The job at {self._job.url} ended as {str(stage).lower()} without a model.{said}{line}"


def _fetch(api: "HfApi", repo: str, out: Path) -> None:
    """Save the model of a job, and delete it from the Hub."""
    try:
        folder = fetch_checkpoint(repo)
    except CheckpointError as error:
        raise CheckpointError(f"{error} The job has saved it there as {repo}.") from error
    with replacing_folder(out.resolve()) as fresh:
        for name in CHECKPOINT_FILES:
            if (folder / name).is_file():
                shutil.copyfile(folder / name, fresh / name)
        Checkpoint.load(fresh)
    _delete(api, repo, "model")


def _delete(api: "HfApi", repo: str, kind: str) -> None:
    """Delete a repository that a job had for itself. One that cannot be deleted is private, and stays."""
    with suppress(HubError), _asking("It stays"):
        api.delete_repo(repo, repo_type=kind, missing_ok=True)


def _asking(undone: str) -> AbstractContextManager[None]:
    tokens = "https://huggingface.co/settings/tokens"
    refused = {
        401: f"The Hugging Face Hub does not accept the token: make a new one at {tokens} and set HF_TOKEN to it.",
        402: "Hugging Face Jobs cost money, and this account has no credit: https://huggingface.co/settings/billing",
        403: f"The token may not do this: make one that may write repositories and run Jobs at {tokens}, "
        "and set HF_TOKEN to it.",
    }
    return sending("the job", refused, undone)
