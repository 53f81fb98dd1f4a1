"""What every table shares: the declarative base, UTC in and out, public identifiers, versions, privacy."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Literal

from sqlalchemy import DateTime, Dialect, Enum, Index, Integer, MetaData, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, declared_attr, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from coaching.tokens import PUBLIC_ID_LENGTH, new_public_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment: refused when naive, stored in UTC, given back in UTC on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A naive moment cannot be stored: {value!r}.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    # SQLite keeps moments as text. SQLAlchemy's own way takes three calls a value in each direction, and there are
    # hundreds of values on a page and in a batch; this reads and writes the same text in one.

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)

        def write(value: datetime | None) -> str | None:
            moment = self.process_bind_param(value, dialect)
            return None if moment is None else moment.isoformat(" ", "microseconds")

        return write

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)

        def read(text: str | None) -> datetime | None:
            return None if text is None else datetime.fromisoformat(text + "+00:00")

        return read


@dataclass(frozen=True)
class Privacy:
    """What a table that holds a person's data promises.

    `subject` is the chain of foreign keys that leads to the person, the first on this table: for example
    `("membership_id", "person_id")`. `export` names the columns a person is given. `erase` says what erasure
    does with a row: `delete` it, `scrub` it (the columns in `scrubbed` get those values), or `keep` it because
    nothing in it tells who it was once the person's own row is scrubbed. `retention` says for how long and why.

    `only` limits all this to the rows whose columns have one of those values. `further` are promises about the same
    table for other persons or other rows: for who wrote it, say, beside whom it is about.
    """

    subject: tuple[str, ...]
    export: tuple[str, ...]
    erase: Literal["delete", "scrub", "keep"]
    retention: str
    only: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    further: tuple["Privacy", ...] = ()
    scrubbed: dict[str, Any] = field(default_factory=dict)


class PartialIndex(Index):
    """An index of the rows for which a condition holds; `postgresql` is how that engine spells it, where it differs.

    An Index that is told `sqlite_where` and `postgresql_where` loads all that SQLAlchemy knows of both engines, which
    takes a thirtieth of a start. This one tells its condition to who makes, copies or compares tables.
    """

    def __init__(self, name: str, *columns: str, where: str, postgresql: str = "", unique: bool = False) -> None:
        self.conditions = {"sqlite": where, "postgresql": postgresql or where}
        super().__init__(name, *columns, unique=unique)

    @cached_property
    def dialect_options(self) -> Any:
        options = super().dialect_options
        for engine, condition in self.conditions.items():
            options[engine]["where"] = text(condition)
        return options


class Base(DeclarativeBase):
    """The declarative base of every model. `__privacy__` is required where a table leads to a person."""

    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: UTCDateTime()})
    __privacy__: ClassVar[Privacy | None] = None


class Identified:
    """A number for joins inside, and a public identifier that cannot be enumerated for everything outside."""

    id: Mapped[int] = mapped_column(Integer, primary_key=True, sort_order=-2)
    # It is ours before the row is, so that rows written together can be told apart by it when their numbers come back.
    public_id: Mapped[str] = mapped_column(
        String(PUBLIC_ID_LENGTH), unique=True, default=new_public_id, sort_order=-1, insert_sentinel=True
    )


class Versioned:
    """A counter that rises with each update: it is the ETag, and a lost update raises StaleDataError."""

    version: Mapped[int] = mapped_column(Integer, default=1, sort_order=90)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.version}


def choice(words: type[StrEnum], name: str = "", **options: Any) -> MappedColumn[Any]:
    """A text column that holds one of `words`, checked by the database on both engines.

    `name` tells the check apart where a table has two columns of the same words.
    """
    name = name or "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in words.__name__).lstrip(
        "_"
    )
    kind = Enum(
        words,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )
    return mapped_column(kind, **options)
