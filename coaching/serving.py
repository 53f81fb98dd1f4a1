"""gunicorn, told by us: the web alone, or the web with the scheduler beside it in one worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

from coaching.app import create_app, freeze_memory
from coaching.config import Settings


class WebServer(BaseApplication):
    """The WSGI application under gunicorn's threaded workers.

    `beside` is started in each worker once it is up, and what it returns is called when the worker leaves.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        host: str,
        port: int,
        workers: int,
        threads: int,
        beside: Callable[[], Callable[[], None]] | None = None,
    ) -> None:
        self.settings = settings
        self.beside = beside
        self.stop_beside: Callable[[], None] | None = None
        self.options = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "control_socket_disable": True,
            "graceful_timeout": 20,
            "timeout": 60,
            "keepalive": 5,
            "loglevel": "warning",
            # What forwarded headers are worth is for ProxyFix to say, by COACHING_TRUSTED_PROXIES.
            "forwarded_allow_ips": "",
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)
        self.cfg.set("post_worker_init", self._worker_is_up)
        self.cfg.set("worker_exit", self._worker_leaves)

    def load(self) -> Any:
        return create_app(self.settings)

    def _worker_is_up(self, _worker: Any) -> None:
        freeze_memory()
        if self.beside is not None:
            self.stop_beside = self.beside()

    def _worker_leaves(self, _server: Any, _worker: Any) -> None:
        if self.stop_beside is not None:
            self.stop_beside()
