"""Where schedulers log: to standard error, a line each with its moment, from what is worth knowing on."""

from __future__ import annotations

import logging


def log_to_stderr() -> None:
    """For the commands that run schedulers. Only our own loggers: libraries keep to what Python shows of them."""
    logger = logging.getLogger("coaching")
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
