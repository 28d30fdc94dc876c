"""The CRM served on this machine only, alone or behind JupyterLab."""

import os
import secrets
import threading
from pathlib import Path
from typing import Any

from crmlab.crm.place import Place

HOST = "127.0.0.1"
FIRST_PORT = 8765


class Server:
    """A CRM that answers on loopback; `url` opens it."""

    def __init__(self, place: Place, *, port: int = 0) -> None:
        """Make the file of `place` ready and take a port (any free one for 0); LabError as `book.prepare`."""
        from crmlab.crm.book import prepare

        prepare(place)
        from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
        from django.core.wsgi import get_wsgi_application

        class Quiet(WSGIRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: numbers that were searched for stand in addresses."""

        self._server = ThreadedWSGIServer((HOST, port), Quiet)
        self._server.daemon_threads = True
        self._server.set_app(get_wsgi_application())
        self.place, self.port = place, int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The address to type into a browser, with the token."""
        return f"http://{HOST}:{self.port}{self.place.base}?token={self.place.token}"

    def run(self) -> None:
        """Answer until `stop` or Ctrl-C."""
        try:
            self._server.serve_forever()
        finally:
            self._server.server_close()

    def start(self) -> None:
        """Answer in a thread of its own, until `stop`."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


def entry() -> dict[str, Any]:
    """Return what jupyter-server-proxy needs to show the CRM as a tile that opens a tab in JupyterLab.

    The token goes from the proxy to the CRM in a header, so no other user of the machine can look in.
    """
    import sys

    token = secrets.token_urlsafe(24)
    lang = os.environ.get("CRMLAB_LANG", "zh")
    return {
        "command": [
            sys.executable,
            "-m",
            "crmlab",
            "crm",
            "--behind",
            "{base_url}crm/",
            "--port",
            "{port}",
            "--shelf",
            ".",
        ],
        "environment": {"CRMLAB_CRM_TOKEN": token, "CRMLAB_CRM_LANG": lang},
        "absolute_url": True,
        "new_browser_tab": False,
        "timeout": 60,
        "request_headers_override": {"X-Crm-Token": token},
        "launcher_entry": {
            "title": "客户关系管理 CRM" if lang == "zh" else "Practice CRM",
            "icon_path": str(Path(__file__).parent / "static" / "crm" / "icon.svg"),
            "enabled": True,
        },
    }
