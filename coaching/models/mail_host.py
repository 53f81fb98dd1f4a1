"""MailHost: how much a mail server was given lately, where there is a cap on it."""

from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from coaching.models.base import Base


class MailHost(Base):
    """A mail server with the cap in force, `a_minute`, and what all schedulers handed to it in the last minute.

    `handed_over` has a pair for each second in which something was: the second since 1970, and how many. There is no
    row where there is no cap.
    """

    __tablename__ = "mail_host"

    host: Mapped[str] = mapped_column(String(253), primary_key=True)
    a_minute: Mapped[int]
    handed_over: Mapped[list[Any]] = mapped_column(JSON)
