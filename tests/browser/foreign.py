"""A page that is not ours on a host of its own, with a strict policy, and the web folder below it."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type

STRICT = "default-src 'self'"


@dataclass
class Site:
    """Files by their paths, as a plain file host sends them, all with the same policy."""

    files: Mapping[str, bytes]
    policy: str = STRICT
    asked: list[str] = field(default_factory=list)
    url: str = ""
    server: ThreadingHTTPServer | None = None

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


@contextmanager
def hosted(files: Mapping[str, bytes], policy: str = STRICT) -> Iterator[Site]:
    site = Site(files, policy)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0].removeprefix("/")
            path += "index.html" if path.endswith("/") or not path else ""
            site.asked.append(self.path)
            content = site.files.get(path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", guess_type(path)[0] or "application/octet-stream")
            self.send_header("Cache-Control", "no-store")  # what is kept is kept by us
            self.send_header("Access-Control-Allow-Origin", "*")
            if site.policy:
                self.send_header("Content-Security-Policy", site.policy)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            pass

    site.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{site.server.server_port}/"
    threading.Thread(target=site.server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        site.stop()
