"""The HTTP route below /gradio_api/headline from which the page downloads a model as a zip, or as a web folder."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from fastapi.responses import JSONResponse, Response, StreamingResponse
from fastapi.routing import APIRoute

from headline.errors import CheckpointError
from headline.share.archive import pack_confined
from headline.web.given import without_folders
from headline.web.models import BUNDLED_ID, Models
from headline.web.serve.questions import API

ZIP = f"{API}/zip"
_AT_ONCE = 2  # models that are packed at once; a further request is refused
_RETRY_SECONDS = 5  # after which to ask again
_BLOCK = 2**18  # bytes


def zip_route(models: Models) -> APIRoute:
    """A route for `gr.Blocks.launch(app_kwargs={"routes": …})`."""
    packing = threading.BoundedSemaphore(_AT_ONCE)

    def zip_(model: str = "", web: bool = False) -> Response:
        """A model as a zip, which is made now and not kept: its files, or those of a web folder with it."""
        if model == BUNDLED_ID or not models.exists(model):
            return JSONResponse({"error": "There is no such model."}, 404)
        if not packing.acquire(blocking=False):
            headers = {"Retry-After": str(_RETRY_SECONDS)}
            return JSONResponse({"error": "Other models are being packed: try again in a moment."}, 429, headers)
        folder = Path(tempfile.mkdtemp(prefix="headline-zip-"))
        try:
            path = pack_confined(models.folder(model), folder, models.limits, models.name(model), web)
        except CheckpointError as error:
            shutil.rmtree(folder, ignore_errors=True)
            return JSONResponse({"error": without_folders(str(error))}, 400)
        finally:
            packing.release()
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(path.name)}",
            "Content-Length": str(path.stat().st_size),
            "Cache-Control": "no-store",
        }
        return StreamingResponse(_blocks(path, folder), headers=headers, media_type="application/zip")

    return APIRoute(ZIP, zip_, methods=["GET"])


def _blocks(path: Path, folder: Path) -> Iterator[bytes]:
    """The content of a file in a temporary folder, which is deleted at the end, or when the client goes away."""
    try:
        with open(path, "rb") as file:
            while block := file.read(_BLOCK):
                yield block
    finally:
        shutil.rmtree(folder, ignore_errors=True)
