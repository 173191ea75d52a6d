"""The journal: which rows went with which generation, for parts and open readers to follow.

Rows that came need no journal: they are higher than all before.
"""

from __future__ import annotations

import sqlite3


def count(connection: sqlite3.Connection, generation: int, up_to: int) -> tuple[int, int, int]:
    """Return how many rows went with a generation, how many passages, and how many up to a row."""
    query = (
        "SELECT count(*), ifnull(sum(passage), 0), ifnull(sum(row <= ?), 0) "
        "FROM removed WHERE generation = ?"
    )
    rows, passages, early = connection.execute(query, (up_to, generation)).fetchone()
    return int(rows), int(passages), int(early)


def removed(connection: sqlite3.Connection, after: int) -> list[int]:
    """Return the rows that went with the generations after one."""
    query = "SELECT row FROM removed WHERE generation > ?"
    return [row for (row,) in connection.execute(query, (after,))]


def removed_passages(connection: sqlite3.Connection, after: int) -> list[int]:
    """Return the passages' rows that went with the generations after one."""
    query = "SELECT row FROM removed WHERE generation > ? AND passage"
    return [row for (row,) in connection.execute(query, (after,))]


def removed_up_to(connection: sqlite3.Connection, row: int) -> list[int]:
    """Return the rows up to a row that went."""
    return [r for (r,) in connection.execute("SELECT row FROM removed WHERE row <= ?", (row,))]


def length(connection: sqlite3.Connection) -> int:
    """Return how many rows the journal holds."""
    return int(connection.execute("SELECT count(*) FROM removed").fetchone()[0])


def forget(connection: sqlite3.Connection, up_to: int) -> None:
    """Forget what went with the generations up to one."""
    connection.execute("DELETE FROM removed WHERE generation <= ?", (up_to,))


def forget_rows(connection: sqlite3.Connection, from_row: int, up_to: int) -> None:
    """Forget the rows from one on that went with the generations up to one."""
    connection.execute("DELETE FROM removed WHERE row >= ? AND generation <= ?", (from_row, up_to))
