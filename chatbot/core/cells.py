"""Grids of records: rows such as treatments, and columns such as "tried" and "relief" with options of their own.

There a row is one thing: its normal option ("not tried") stands for the whole row, and the rest of the table is the
rows about which nothing was said. In a grid whose columns share all options every cell stands for itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.core.protocol import Question


def has_records(question: Question) -> bool:
    """Whether a grid has columns with options of their own."""
    return any(column.options for column in question.columns)


def row_normal(question: Question, row: str) -> dict[str, str]:
    """Return a row with the normal option in every cell; empty where the grid has none."""
    if question.normal is None:
        return {}
    return {f"{row}.{column.id}": question.normal for column in question.columns}


def rest_normal(question: Question, cells: Mapping[str, str]) -> dict[str, str]:
    """Return the table with what is left open filled in as normal: cells, or of records whole rows."""
    found = dict(cells)
    for row in question.rows:
        whole = row_normal(question, row.id)
        if not has_records(question) or not whole.keys() & cells.keys():
            found = whole | found
    return {cell: found[cell] for cell in question.cells if cell in found}


def with_cell(question: Question, cells: Mapping[str, str], cell: str, option: str) -> dict[str, str]:
    """Return the table with one cell set; of a record what is normal then holds for all of the row, or for none."""
    found = {**cells, cell: option}
    if has_records(question):
        whole = row_normal(question, cell.rpartition(".")[0])
        if option == question.normal:
            return found | whole
        for other, normal in whole.items():
            if found.get(other) == normal:
                del found[other]
    return found
