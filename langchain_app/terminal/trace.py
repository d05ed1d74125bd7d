"""A turn's waterfall."""

from __future__ import annotations

from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from langchain_app.observability.waterfall import read_waterfall
from langchain_app.persistence.embedded import start_embedded_postgres
from langchain_app.settings import Settings
from langchain_app.terminal.progress import opening

BAR = 24
SHOWN = 400


def run_trace(turn_id: str, *, json: bool) -> None:
    """Print the observations of a turn in order."""
    settings = Settings()
    url = settings.postgres.url
    with opening("reading the trace"):
        conninfo = (
            url.get_secret_value()
            if url
            else start_embedded_postgres(settings.platform.state_dir / "postgres")
        )
        rows = read_waterfall(conninfo, turn_id)
    console = Console(highlight=False)
    if json:
        for row in rows:
            console.file.write(orjson.dumps(row, default=float).decode() + "\n")
        return
    console.print(f"turn {turn_id}  trace {rows[0]['trace_id']}")
    console.print(_waterfall(rows))
    for told in _near(rows):
        console.print(told)


def _near(rows: list[dict[str, Any]]) -> list[str]:
    """Return the gates that the words came near to, and what stopped each."""
    checked = next((row["output"] for row in rows if row["name"] == "check_triggers"), None) or {}
    near = (checked.get("triggers") or {}).get("near") or []
    return [
        f"gate {miss['trigger']}: performed with p {miss['performs']:.2f}, "
        + ("its conditions do not hold" if miss["closed"] else f"else {miss['otherwise']}")
        for miss in near
    ]


def _waterfall(rows: list[dict[str, Any]]) -> Table:
    table = Table(show_lines=True, expand=True)
    table.add_column("observation", no_wrap=True)
    table.add_column("ms", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, min_width=BAR)
    table.add_column("in → out", overflow="fold", ratio=1)
    total = max(row["ms"] for row in rows) or 1.0
    depth: dict[str, int] = {}
    for row in rows:
        depth[row["span_id"]] = depth.get(row["parent_span_id"] or "", -1) + 1
        name = f"{'  ' * depth[row['span_id']]}{row['name']} [dim]{row['type']}[/dim]"
        warning = f"[red]{row['level']}: {row['status_message']}[/red]\n" * bool(
            row["status_message"]
        )
        shown = f"{warning}[dim]{_short(row['input'])}[/dim]\n→ {_short(row['output'])}"
        table.add_row(name, f"{row['ms']:.1f}", _bar(float(row["at_ms"]), row["ms"], total), shown)
    return table


def _bar(at: float, ms: float, total: float) -> str:
    start = min(BAR - 1, int(BAR * at / total))
    width = max(1, min(BAR - start, round(BAR * ms / total)))
    return f"{' ' * start}[cyan]{'█' * width}[/cyan]"


def _short(value: object) -> str:
    text = orjson.dumps(value).decode() if value is not None else ""
    text = text.replace("[", "\\[")
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
