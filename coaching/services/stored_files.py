"""Which files in the folder of uploads the rows name: evidence, and files that are being imported."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, union_all

from coaching.models import Evidence, ImportFile
from coaching.uploads import is_temporary

AT_ONCE = 500
_NAMERS = (Evidence.stored_name, ImportFile.stored_name)
_NAMED = union_all(*(select(name).where(name.in_(bindparam("names", expanding=True))) for name in _NAMERS))
_ANY = union_all(*(select(name).where(name.is_not(None)) for name in _NAMERS)).limit(1)


def find_unnamed(connection: Connection, names: Sequence[str]) -> list[str]:
    """Those of these names of files that no row names. Read the folder before, and ask on a connection opened after.

    Where no row names any file at all, the folder is likely another database's, and only temporary files are told.
    """
    finished = [name for name in names if not is_temporary(name)]
    unnamed = [name for name in names if is_temporary(name)]
    if not finished or connection.execute(_ANY).first() is None:
        return unnamed
    for start in range(0, len(finished), AT_ONCE):
        part = finished[start : start + AT_ONCE]
        named = set(connection.execute(_NAMED, {"names": part}).scalars())
        unnamed += [name for name in part if name not in named]
    return unnamed
