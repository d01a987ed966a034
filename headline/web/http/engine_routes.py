"""HTTP routes below /gradio_api/headline from which the page fetches its modules, the engine, and a model's files."""

from functools import lru_cache
from urllib.parse import urlencode

import brotli
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from headline.corpus.language.languages import LANGUAGES, UNKNOWN, language
from headline.errors import CheckpointError, RequestError
from headline.model.storage.metadata import Metadata
from headline.share.engine_files import EngineFile, engine_files, runs_in_page, shared_files
from headline.web.engine.page_code import code_version, page_code
from headline.web.http.refusals import check_model, refusal
from headline.web.models import BUNDLED_ID, Models
from headline.web.serve.questions import API

_QUALITY = 5  # of brotli: a tenth of a second for the largest file of the bundled model
_COMPRESSED_KEPT = 8  # files
# Addresses contain a hash of what they lead to. A visitor's model is theirs alone, so no shared cache keeps it.
_FOREVER = "private, max-age=31536000, immutable"
# Of a worker: it compiles WebAssembly, loads from its own host, and nothing else.
_WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"


def engine_routes(models: Models) -> list[BaseRoute]:
    """Routes for `gr.Blocks.launch(app_kwargs={"routes": …})`."""

    def code(request: Request) -> Response:
        """A module of the page, or the kernels."""
        content, kind = page_code().get(request.path_params["path"], (None, ""))
        if content is None or request.path_params["version"] != code_version():
            return _missing()
        headers = {"Content-Security-Policy": _WORKER_POLICY}
        return _lasting(request, content, kind, headers)

    def listed(request: Request) -> Response:
        """The files for a model, {"files": name -> {url, bytes, sha256}}; null if the engine cannot run it."""
        model = request.query_params.get("model") or BUNDLED_ID
        try:
            files = _files(models, model)
            meta = Metadata.read(models.folder(model))
            runs = runs_in_page(meta, files)
        except RequestError as error:
            return refusal(error)
        except (CheckpointError, OSError):
            return _missing()
        root = request.scope.get("root_path", "")
        entries = {
            name: {"url": root + _address(model, meta.language, name, file), "bytes": file.size, "sha256": file.sha256}
            for name, file in files.items()
        }
        return JSONResponse({"files": entries if runs else None}, headers={"Cache-Control": "no-store"})

    def file(request: Request) -> Response:
        """One of these files."""
        given = request.query_params
        try:
            if (tag := given.get("language")) is not None:
                files = shared_files(tag) if tag in (*LANGUAGES, UNKNOWN) else {}
            else:
                files = _files(models, given.get("model") or BUNDLED_ID)
            found = files.get(given.get("name", ""))
            if found is None or given.get("sha256") != found.sha256:
                return _missing()
            return _lasting(request, found.read(), "application/octet-stream", {})
        except RequestError as error:
            return refusal(error)
        except (CheckpointError, OSError):
            return _missing()

    return [
        Route(f"{API}/code/{{version}}/{{path:path}}", code, methods=["GET"]),
        Route(f"{API}/engine", listed, methods=["GET"]),
        Route(f"{API}/engine/file", file, methods=["GET"]),
    ]


def _files(models: Models, model: str) -> dict[str, EngineFile]:
    """The files for a model; none if there is no such model.

    Raises:
        RequestError: the text cannot be the id of a model.
        CheckpointError, OSError: its files cannot be read.
    """
    check_model(model)
    return engine_files(models.folder(model)) if models.exists(model) else {}


def _address(model: str, tag: str, name: str, file: EngineFile) -> str:
    """What all models of a language share has one address, so that the browser keeps it once."""
    base = language(tag).base
    own = {"language": base} if name in shared_files(base) else {"model": model}
    return f"{API}/engine/file?{urlencode(own | {'name': name, 'sha256': file.sha256})}"


def _missing() -> Response:
    return JSONResponse({"error": "There is no such file."}, 404, {"Cache-Control": "no-store"})


def _lasting(request: Request, content: bytes, kind: str, headers: dict[str, str]) -> Response:
    """An answer that the browser keeps for good, compressed if it reads that."""
    headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"} | headers
    if "br" in request.headers.get("accept-encoding", ""):
        content, headers = _brotli(content), headers | {"Content-Encoding": "br"}
    return Response(content, media_type=kind, headers=headers)


@lru_cache(maxsize=_COMPRESSED_KEPT)
def _brotli(content: bytes) -> bytes:
    return brotli.compress(content, quality=_QUALITY)
