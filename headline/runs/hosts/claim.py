"""Which host trains a run: the claims in its folder.

claim-1, claim-2, ...   the last one counts. It names a host, and its modification time is the last beat of the process
                        that trains (`headline.runs.hosts.beat`)
ended                   exists once that process has ended, or a server has seen that it has

Whoever wants a run creates the file with the next number, which only one process can, on a network file system too. So
no claim is ever broken and made anew, which is where two hosts could both believe that a run is theirs.
"""

import contextlib
import json
import os
import platform
import re
import secrets
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BEAT = 20.0  # seconds between two beats
STALE = 300.0  # seconds without one, after which another host takes the run over
WATCHED = 60.0  # seconds for which this process must have seen no beat itself
CLOCK = ".queue"  # a file in the folder of runs, which is touched to read the file system's clock
_ENDED = "ended"
_NAME = re.compile(r"claim-([1-9][0-9]{0,8})")
_clock = time.monotonic  # never set back
_seen: dict[Path, tuple[float, float]] = {}  # claim -> its last beat, and when this process saw it first


@cache
def here() -> str:
    """Return what tells this host from others: its processes see each other's locks and ids.

    A host that was started anew is another one, and so is a container.
    """
    parts = [platform.node()]
    with contextlib.suppress(OSError):  # not on Linux
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip())
        parts.append(os.readlink("/proc/self/ns/pid"))
    return " ".join(parts)


@dataclass(frozen=True)
class Claim:
    """A host's claim to a run."""

    folder: Path  # of the run
    number: int
    host: str = ""  # "": it is still being written, or damaged
    pid: int = 0  # of the process that made it

    @property
    def path(self) -> Path:
        return self.folder / f"claim-{self.number}"

    @property
    def is_here(self) -> bool:
        return self.host == here()

    def is_fresh(self) -> bool:
        """Whether the last beat is not long ago.

        Both times are those of the file system, so that the hosts' clocks need not agree. A clock that is set forward
        or back makes a beat look old, or to come; so a claim is stale only when this process has also watched it for a
        while and seen no beat.
        """
        try:
            with self.path.open("rb") as file:  # opened, because a network file system may keep the times of a path
                beat = os.fstat(file.fileno()).st_mtime
        except OSError:  # it was given up in between
            return False
        last, since = _seen.get(self.path, (None, 0.0))
        if beat != last:
            since = _clock()
            _seen[self.path] = beat, since
        watched = _clock() - since
        if watched < WATCHED:
            return True
        return watched < STALE and abs(_file_time(self.folder.parent) - beat) < STALE

    def is_being_started(self) -> bool:
        """Whether another process of this host has made it and may be about to start the run."""
        return self.is_here and self.pid != os.getpid() and _exists(self.pid) and self.is_fresh()

    def give_up(self) -> None:
        """Take it back, because the run could not be started."""
        self.path.unlink(missing_ok=True)


def last_claim(folder: Path) -> Claim | None:
    """Return the claim that counts, None if there is none."""
    try:
        numbers = [int(found[1]) for name in os.listdir(folder) if (found := _NAME.fullmatch(name))]
    except OSError:
        return None
    if not numbers:
        return None
    claim = Claim(folder, max(numbers))
    try:
        content = json.loads(claim.path.read_text(encoding="utf-8"))
        return Claim(folder, claim.number, str(content["host"]), int(content["pid"]))
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return claim


def take(folder: Path, number: int) -> Claim | None:
    """Claim a run for this host, by the number after that of the last claim. None: another process was first.

    Raises:
        OSError: the folder cannot be written.
    """
    claim = Claim(folder, number, here(), os.getpid())
    written = folder / f".claim.{secrets.token_hex(4)}"
    text = json.dumps({"host": claim.host, "pid": claim.pid})
    try:
        written.write_text(text, encoding="utf-8")
        try:
            os.link(written, claim.path)
        except FileExistsError:
            # A network file system may say so of a link that it has made, when its answer was lost the first time.
            return claim if written.stat().st_nlink == 2 else None
        except OSError:  # a file system without links
            with claim.path.open("x", encoding="utf-8") as file:
                file.write(text)
    except FileExistsError:
        return None
    finally:
        written.unlink(missing_ok=True)
    return claim


def end(folder: Path) -> None:
    """Note that the process of a run has ended, for the other hosts."""
    with contextlib.suppress(OSError):  # a full disk; or the run was deleted
        (folder / _ENDED).touch()


def has_ended(folder: Path) -> bool:
    return (folder / _ENDED).exists()


def _file_time(runs: Path) -> float:
    """The time by the clock of the file system, in seconds."""
    try:
        path = runs / CLOCK
        path.touch()
        return path.stat().st_mtime
    except OSError:  # this host may only read
        return time.time()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it belongs to another user
        pass
    return pid > 0
