"""A stand-in of the Hugging Face Hub on this machine: as much of its HTTP as downloads and uploads speak."""

import base64
import hashlib
import http.server
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

TOKEN = "hf_of_owner"  # may write to what belongs to “owner”
COMMIT = "a" * 40
LARGE = (".safetensors", ".png")  # kept as large files, by a request of its own
_KINDS = "models|datasets|spaces"


@dataclass
class Repo:
    files: dict[str, bytes] = field(default_factory=dict)
    asked: dict = field(default_factory=dict)  # what it was created with
    hardware: str = "cpu-basic"
    gated: bool = False


@dataclass
class Hub:
    """What is on it: repositories by (kind, owner/name), such as ("spaces", "owner/app"), and what was asked of it."""

    repos: dict[tuple[str, str], Repo] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)  # by SHA-256
    calls: list[tuple[str, str]] = field(default_factory=list)  # (method, path)
    tokens: list[str | None] = field(default_factory=list)  # the Authorization header of each
    delay: float = 0.0  # seconds that an answer takes at most; less once the server is closed
    closed: threading.Event = field(default_factory=threading.Event)
    commits: list[list[dict]] = field(default_factory=list)  # the lines of each
    hardware: list[str] = field(default_factory=list)  # asked for after creation
    pays: bool = True  # whether the owner may have a Gradio Space, and a job
    jobs: list[dict] = field(default_factory=list)  # what each was asked to be
    cancelled: list[str] = field(default_factory=list)
    runs_a_job: Callable[["Hub", dict], tuple[str, list[str]]] = lambda hub, job: ("COMPLETED", [])  # stage and log
    ended: dict[str, tuple[str, list[str]]] = field(default_factory=dict)  # by the job's id
    endpoint: str = ""


def git_oid(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_GET(self):
        self.route("GET", b"")

    def do_HEAD(self):
        self.route("HEAD", b"")

    def do_POST(self):
        self.route("POST", self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def do_DELETE(self):
        self.route("DELETE", self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def do_PUT(self):
        self.route("PUT", self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def log_message(self, *args):
        pass

    def route(self, method: str, sent: bytes):
        path = unquote(self.path.split("?")[0])
        self.hub.calls.append((method, path))
        self.hub.tokens.append(self.headers.get("Authorization"))
        self.hub.closed.wait(self.hub.delay)
        for pattern, answer in ROUTES:
            wanted, _, form = pattern.partition(" ")
            found = re.fullmatch(form, path)
            if found and method in wanted.split("|"):
                return answer(self, sent, *found.groups())
        return self.reply({}, 404)

    def reply(self, content: dict | list | bytes, status: int = 200, headers: dict | None = None):
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), "Content-Type": "application/json"}.items():
            self.send_header(name, value)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def may_write(self, owner: str) -> bool:
        """Whether the token may; if not, this is told."""
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token != TOKEN:
            self.reply({"error": "Invalid username or password."}, 401, {"X-Error-Message": "Invalid credentials"})
        elif owner != "owner":
            self.reply({"error": f"You don't have the rights to create a repo under {owner}"}, 403)
        return token == TOKEN and owner == "owner"

    def found(self, kind: str, name: str) -> Repo | None:
        """A repository that may be read; if there is none, this is told."""
        repo = self.hub.repos.get((kind, name))
        if self.headers.get("Authorization") not in (None, f"Bearer {TOKEN}"):
            error = "Invalid credentials in Authorization header"
            self.reply({"error": error}, 401, {"X-Error-Message": error})
            return None
        if repo is None:
            self.reply({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})
        elif repo.gated:
            self.reply({"error": "Access is restricted"}, 403, {"X-Error-Code": "GatedRepo"})
            return None
        return repo


def _validate(handler, sent):
    header = json.loads(sent)["content"].partition("---\n")[2].partition("\n---")[0]
    bad = "license: nonsense" in header
    errors = [{"message": '"license" must be one of the known ones'}] if bad else []
    handler.reply({"errors": errors, "warnings": []}, 400 if errors else 200)


def _create(handler, sent):
    asked = json.loads(sent)
    kind, name = asked.get("type", "model") + "s", f"{asked['organization']}/{asked['name']}"
    if not handler.may_write(asked["organization"]):
        return None
    url = f"{handler.hub.endpoint}/{'' if kind == 'models' else kind + '/'}{name}"
    if (kind, name) in handler.hub.repos:
        return handler.reply({"error": "You already created this repo", "url": url}, 409)
    if kind == "spaces" and not handler.hub.pays:
        return handler.reply({"error": "Subscribe to PRO"}, 402)
    first = {".gitattributes": b"*.safetensors filter=lfs\n", "README.md": b"---\nsdk: gradio\n---\n"}
    handler.hub.repos[kind, name] = Repo(first, asked, asked.get("hardware", "cpu-basic"))
    return handler.reply({"url": url})


def _info(handler, sent, kind, name):
    if handler.found(kind, name):
        handler.reply({"id": name, "sha": COMMIT, "siblings": []})


def _tree(handler, sent, kind, name):
    if not (repo := handler.found(kind, name)):
        return
    folders = sorted({str(parent) for path in repo.files for parent in Path(path).parents} - {"."})
    entries = [{"type": "directory", "path": path, "oid": "0" * 40} for path in folders]
    for path, data in repo.files.items():
        entries.append({"type": "file", "path": path, "size": len(data), "oid": git_oid(data)})
    handler.reply(entries)


def _preupload(handler, sent, kind, name):
    if not handler.may_write(name.partition("/")[0]) or not (repo := handler.found(kind, name)):
        return
    files = []
    for file in json.loads(sent)["files"]:
        path, large = file["path"], file["path"].endswith(LARGE)
        there = repo.files.get(path)
        oid = None if there is None else hashlib.sha256(there).hexdigest() if large else git_oid(there)
        mode = "lfs" if large else "regular"
        files.append({"path": path, "uploadMode": mode, "shouldIgnore": False, "oid": oid})
    handler.reply({"files": files})


def _batch(handler, sent, prefix, name):
    objects = json.loads(sent)["objects"]
    for one in objects:
        if one["oid"] not in handler.hub.large:
            one["actions"] = {"upload": {"href": f"{handler.hub.endpoint}/large/{one['oid']}"}}
    handler.reply({"transfer": "basic", "objects": objects})


def _large(handler, sent, oid):
    assert hashlib.sha256(sent).hexdigest() == oid
    handler.hub.large[oid] = sent
    handler.reply({})


def _commit(handler, sent, kind, name):
    if not handler.may_write(name.partition("/")[0]) or not (repo := handler.found(kind, name)):
        return
    lines = [json.loads(line) for line in sent.splitlines()]
    handler.hub.commits.append(lines)
    for line in lines:
        value = line["value"]
        if line["key"] == "file":
            repo.files[value["path"]] = base64.b64decode(value["content"])
        elif line["key"] == "lfsFile":
            repo.files[value["path"]] = handler.hub.large[value["oid"]]
        elif line["key"] == "deletedFile":
            del repo.files[value["path"]]
    handler.reply({"commitUrl": f"{handler.hub.endpoint}/{name}/commit/{COMMIT}", "commitOid": COMMIT})


def _resolve(handler, sent, prefix, name, path):
    repo = handler.found((prefix or "models/").rstrip("/"), name)
    if repo is None:
        return
    if path not in repo.files:
        return handler.reply({}, 404, {"X-Error-Code": "EntryNotFound"})
    data = repo.files[path]
    handler.reply(data, headers={"X-Repo-Commit": COMMIT, "ETag": f'"{git_oid(data)}"'})


def _runtime(handler, sent, name):
    if repo := handler.found("spaces", name):
        handler.reply({"stage": "BUILDING", "hardware": {"current": None, "requested": repo.hardware}})


def _hardware(handler, sent, name):
    if not handler.may_write(name.partition("/")[0]) or not (repo := handler.found("spaces", name)):
        return
    repo.hardware = json.loads(sent)["flavor"]
    handler.hub.hardware.append(repo.hardware)
    _runtime(handler, sent, name)


def _delete(handler, sent):
    asked = json.loads(sent)
    if handler.may_write(asked["organization"]):
        gone = handler.hub.repos.pop(
            (asked.get("type", "model") + "s", f"{asked['organization']}/{asked['name']}"), None
        )
        handler.reply({}, 200 if gone else 404)


def _whoami(handler, sent):
    if handler.may_write("owner"):
        handler.reply({"name": "owner", "type": "user"})


def _job(handler, id_: str) -> dict:
    asked, stage = handler.hub.jobs[int(id_)], handler.hub.ended.get(id_, ("RUNNING", []))[0]
    owner = {"id": "1", "name": "owner", "type": "user"}
    return {"id": id_, "owner": owner, "flavor": asked["flavor"], "status": {"stage": stage, "message": None}}


def _run_job(handler, sent, owner):
    if not handler.may_write(owner):
        return None
    if not handler.hub.pays:
        return handler.reply({"error": "Payment required"}, 402)
    handler.hub.jobs.append(json.loads(sent))
    return handler.reply(_job(handler, str(len(handler.hub.jobs) - 1)))


def _inspect_job(handler, sent, owner, id_):
    handler.reply(_job(handler, id_))


def _cancel_job(handler, sent, owner, id_):
    handler.hub.cancelled.append(id_)
    handler.reply({})


def _job_logs(handler, sent, owner, id_):
    """The whole log at once, as server-sent events. The job runs now."""
    if id_ not in handler.hub.ended:
        handler.hub.ended[id_] = handler.hub.runs_a_job(handler.hub, handler.hub.jobs[int(id_)])
    lines = ["===== Job started", *handler.hub.ended[id_][1]]
    events = [{"timestamp": "2026-01-01T00:00:00.000Z", "data": line} for line in lines]
    data = "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()
    handler.reply(data, headers={"Content-Type": "text/event-stream"})


_REPO = "([^/]+/[^/]+)"
_JOB = "/api/jobs/([^/]+)/([0-9]+)"
ROUTES = [
    ("DELETE /api/repos/delete", _delete),
    ("GET /api/whoami-v2", _whoami),
    ("POST /api/jobs/([^/]+)", _run_job),
    (f"GET {_JOB}", _inspect_job),
    (f"POST {_JOB}/cancel", _cancel_job),
    (f"GET {_JOB}/logs", _job_logs),
    ("POST /api/validate-yaml", _validate),
    ("POST /api/repos/create", _create),
    (f"GET /api/({_KINDS})/{_REPO}(?:/revision/[^/]+)?", _info),
    (f"GET /api/({_KINDS})/{_REPO}/tree/[^/]+", _tree),
    (f"POST /api/({_KINDS})/{_REPO}/preupload/main", _preupload),
    (f"POST /api/({_KINDS})/{_REPO}/commit/main", _commit),
    (f"POST /((?:datasets/|spaces/)?){_REPO}[.]git/info/lfs/objects/batch", _batch),
    ("PUT /large/([0-9a-f]{64})", _large),
    (f"GET|HEAD /((?:datasets/|spaces/)?){_REPO}/resolve/[^/]+/(.+)", _resolve),
    (f"GET /api/spaces/{_REPO}/runtime", _runtime),
    (f"POST /api/spaces/{_REPO}/hardware", _hardware),
]


@contextmanager
def serve(monkeypatch, tmp_path: Path) -> Iterator[Hub]:
    """An empty Hub, which the client takes for the real one, with the token of “owner” in the environment."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    point_at(monkeypatch, hub.endpoint, tmp_path)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    yield hub
    hub.closed.set()
    server.shutdown()
    server.server_close()


def point_at(monkeypatch, endpoint: str, tmp_path: Path) -> None:
    """The client reads where the Hub, its cache and a kept token are when it is imported."""
    from huggingface_hub import constants, file_download, hf_api

    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(hf_api.api, "endpoint", endpoint)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", endpoint + "/{repo_id}/resolve/{revision}/{filename}")
    for module in (file_download, hf_api):
        if hasattr(module, "HUGGINGFACE_CO_URL_TEMPLATE"):
            monkeypatch.setattr(module, "HUGGINGFACE_CO_URL_TEMPLATE", constants.HUGGINGFACE_CO_URL_TEMPLATE)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)  # whose own servers are elsewhere
    for variable in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
