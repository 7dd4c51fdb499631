"""A report that is written once and read twice: as Markdown and as one HTML page.

Only what reports need: headings, paragraphs, lists, tables and pictures. A templating library was
refused for five kinds of block.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

Row: TypeAlias = Mapping[str, object]

STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;
color:#1a1a1a}table{border-collapse:collapse;margin:1em 0;font-size:13px}
th,td{border-bottom:1px solid #ddd;padding:.3em .6em;text-align:right}
th:first-child,td:first-child{text-align:left}th{border-bottom:2px solid #888;vertical-align:bottom}
img{max-width:100%}code{background:#f2f2f2;padding:.1em .3em}"""


@dataclass
class Document:
    """Collects blocks in order; `markdown` and `page` write them."""

    title: str
    blocks: list[tuple[str, Any]] = field(default_factory=list)

    def heading(self, text: str) -> None:
        """Begin a section."""
        self.blocks.append(("heading", text))

    def say(self, text: str) -> None:
        """Add a paragraph."""
        self.blocks.append(("text", " ".join(text.split())))

    def list(self, items: Sequence[str]) -> None:
        """Add a list."""
        self.blocks.append(("list", tuple(items)))

    def command(self, text: str) -> None:
        """Add a command line."""
        self.blocks.append(("command", text))

    def table(self, rows: Sequence[Row]) -> None:
        """Add a table; columns in the order of the first row."""
        self.blocks.append(("table", tuple(rows)))

    def picture(self, name: str, caption: str) -> None:
        """Add NAME.svg, which stands beside the report (with NAME.png for other uses)."""
        self.blocks.append(("picture", (name, caption)))

    def markdown(self) -> str:
        """Return the document as Markdown."""
        lines = [f"# {self.title}", ""]
        for kind, content in self.blocks:
            lines += [*_markdown(kind, content), ""]
        return "\n".join(lines)

    def page(self) -> str:
        """Return the document as one HTML page; pictures are read from beside it."""
        body = "\n".join(_html(kind, content) for kind, content in self.blocks)
        head = f"<meta charset='utf-8'><title>{html.escape(self.title)}</title>"
        return (
            f"<!doctype html><html lang='en'><head>{head}<style>{STYLE}</style></head><body>\n"
            f"<h1>{html.escape(self.title)}</h1>\n{body}\n</body></html>\n"
        )

    def write(self, folder: Path, name: str) -> None:
        """Write NAME.md and NAME.html."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.md").write_text(self.markdown(), encoding="utf-8", newline="\n")
        (folder / f"{name}.html").write_text(self.page(), encoding="utf-8", newline="\n")


def _markdown_table(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return ["(nothing)"]
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |"]
    lines.append("|:---|" + "---:|" * (len(columns) - 1))
    return lines + ["| " + " | ".join(str(row[c]) for c in columns) + " |" for row in rows]


def _html_table(rows: Sequence[Row]) -> str:
    if not rows:
        return "<p>(nothing)</p>"
    columns = list(rows[0])
    head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(row[c]))}</td>" for c in columns) + "</tr>\n"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def _markdown(kind: str, content: Any) -> list[str]:
    match kind:
        case "heading":
            return [f"## {content}"]
        case "list":
            return [f"- {item}" for item in content]
        case "command":
            return [f"    {content}"]
        case "table":
            return _markdown_table(content)
        case "picture":
            name, caption = content
            return [f"![{caption}]({name}.svg)", "", f"*{caption}*"]
        case _:
            return [str(content)]


def _html(kind: str, content: Any) -> str:
    match kind:
        case "heading":
            return f"<h2>{html.escape(content)}</h2>"
        case "list":
            items = "".join(f"<li>{html.escape(item)}</li>" for item in content)
            return f"<ul>{items}</ul>"
        case "command":
            return f"<p><code>{html.escape(content)}</code></p>"
        case "table":
            return _html_table(content)
        case "picture":
            name, caption = content[0], html.escape(content[1])
            image = f"<img src='{name}.svg' alt='{caption}'>"
            return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"
        case _:
            return f"<p>{html.escape(str(content))}</p>"
