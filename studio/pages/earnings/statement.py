"""A statement of a period as a page to print: the sums by kind, film and day, as the books have them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from studio.kit.format import day, moment, money_exact, number
from studio.kit.words import mark, tr
from studio.pages.earnings.words import GROUPINGS, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.wire.figures import BreakdownOut, SumOut

_HEAD = mark("""<html><head><meta charset="utf-8"><title>Statement of earnings</title></head>
<body style="font-family: sans-serif; font-size: 10pt; color: #15181c">""")
_CELL = mark('<td align="{align}" style="padding: 3px 10px 3px 0; border-bottom: 1px solid #d5dae0">{words}</td>')


def as_html(sums: Sequence[BreakdownOut]) -> str:
    """Write a statement. sums: in several ways, of one period."""
    first = sums[0]
    parts = [
        tr(_HEAD),
        tr("<h1>Statement of earnings</h1>"),
        tr(
            "<p>{first} {year} to {last} {year_2}, UTC days, both included.<br>As of {as_of}. Amounts in US "
            "dollars (USDC).</p>",
            first=day(first.first),
            year=first.first.year,
            last=day(first.last),
            year_2=first.last.year,
            as_of=moment(first.as_of),
        ),
        _table(
            ("", tr("Amount")),
            [
                (tr("Viewers paid"), money_exact(first.gross)),
                (tr("Platform's share"), money_exact(first.gross - first.net)),
                (tr("Your share"), money_exact(first.net)),
            ],
        ),
    ]
    for each in sums:
        title = tr(dict(GROUPINGS)[each.by])
        parts.append(tr("<h2>By {title}</h2>", title=title))
        rows = [_row(row, each) for row in each.rows if row.payments]
        parts.append(_table((title, tr("Payments"), tr("Viewers paid"), tr("Your share")), rows))
    parts.append(
        tr(
            "<p>Every sum is made of lines of the node's ledger, which is hash-chained; the lines can be exported.</p>"
            "</body></html>"
        )
    )
    return "\n".join(parts)


def write_pdf(html: str, path: str) -> bool:
    """Print a statement into a file; False when it cannot be written."""
    from PySide6.QtCore import QFileInfo, QMarginsF
    from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

    folder = QFileInfo(QFileInfo(path).absolutePath())
    if not folder.isDir() or not folder.isWritable():
        return False
    writer = QPdfWriter(path)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(18, 18, 18, 18), QPageLayout.Unit.Millimeter)
    writer.setTitle(tr("Statement of earnings"))
    document = QTextDocument()
    document.setHtml(html)
    document.print_(writer)
    return True


def _row(row: SumOut, of: BreakdownOut) -> tuple[str, ...]:
    return (name_of(row, of.by), number(row.payments), money_exact(row.gross), money_exact(row.net))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return f"<p>{tr('Nothing.')}</p>"
    lines = [_line([f"<b>{escape(words)}</b>" for words in head])]
    lines += [_line([escape(words) for words in row]) for row in rows]
    return tr('<table width="100%" cellspacing="0">{lines}</table>', lines="".join(lines))


def _line(cells: Sequence[str]) -> str:
    made = (tr(_CELL).format(align="right" if at else "left", words=words) for at, words in enumerate(cells))
    return f"<tr>{''.join(made)}</tr>"
