"""The `dramatis` command. Heavy imports stand inside the commands: `--help` must answer at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="NPC dialogue that knows its world, remembers its player and never breaks the story.",
)
world_app = typer.Typer(no_args_is_help=True, help="Work on world files.")
app.add_typer(world_app, name="world")
npc_app = typer.Typer(no_args_is_help=True, help="Work on the people of a world.")
app.add_typer(npc_app, name="npc")
player_app = typer.Typer(no_args_is_help=True, help="See and erase what is kept of a player.")
app.add_typer(player_app, name="player")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Port = Annotated[
    int, typer.Option(min=1, max=65000, help="Port; the next free one where it is busy.")
]
Host = Annotated[str, typer.Option(help="Address to listen on.")]


@app.command()
def chat(
    npc: Annotated[str | None, typer.Option(help="Whom to speak to.")] = None,
    say: Annotated[
        list[str] | None, typer.Option(help="Say this and end; may be given several times.")
    ] = None,
    player: Annotated[str, typer.Option(help="Who you are; the NPC remembers you by it.")] = "me",
    session: Annotated[str | None, typer.Option(help="Go on with this session.")] = None,
    language: Annotated[str | None, typer.Option(help="ko or en; default: yours.")] = None,
    json: Json = False,
) -> None:
    """Hold a conversation in the terminal."""
    from langchain_app.terminal.chat import run_chat

    run_chat(npc=npc, says=say or [], player=player, session=session, language=language, json=json)


@app.command()
def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the HTTP API until Ctrl-C."""
    from langchain_app.terminal.serving import run_server

    run_server(host, port)


@app.command()
def demo(
    port: Port = 8000,
    once: Annotated[bool, typer.Option(help="End after the conversation.")] = False,
) -> None:
    """Serve the demo world, play a short conversation against it, go on serving."""
    from langchain_app.terminal.demo import run_demo

    run_demo(port, once=once)


@app.command()
def ingest(folder: Annotated[Path, typer.Argument(metavar="DIR")], json: Json = False) -> None:
    """Write a world's knowledge into Milvus; nothing where this version stands there already."""
    from langchain_app.terminal.knowledge import run_ingest

    run_ingest(folder, json=json)


@world_app.command("check")
def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    trust: Annotated[
        bool,
        typer.Option("--trust", help="Show how much trust words can earn, and what asks more."),
    ] = False,
    json: Json = False,
) -> None:
    """Print every mistake of a world with its file and line; exit 1 if there is one."""
    from langchain_app.terminal.knowledge import run_check

    run_check(folder, json=json, trust=trust)


@world_app.command("new")
def new_world(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty or a new folder.")],
    name: Annotated[str | None, typer.Option(help="Its name; default: the folder's.")] = None,
    name_ko: Annotated[str | None, typer.Option(help="Its name in Korean.")] = None,
    npc: Annotated[str, typer.Option(help="Who is met there first.")] = "Ada",
    npc_ko: Annotated[str, typer.Option(help="The same in Korean; default: the same.")] = "",
    json: Json = False,
) -> None:
    """Begin a world: one place and one person, playable at once. Further places go into world.json."""
    from langchain_app.terminal.scaffolding import run_new_world

    run_new_world(folder, name, name_ko, npc=npc, npc_ko=npc_ko, json=json)


@npc_app.command("new")
def new_npc(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The world.")],
    name: Annotated[str, typer.Argument(metavar="NAME")],
    name_ko: Annotated[str, typer.Option(help="The name in Korean; default: the same.")] = "",
    role: Annotated[str, typer.Option(help="What the person does.")] = "resident",
    role_ko: Annotated[str, typer.Option(help="The same in Korean.")] = "주민",
    age: Annotated[int, typer.Option(min=0, max=10_000)] = 30,
    level: Annotated[
        str, typer.Option(help="Korean speech level: hapsyo, haeyo, hao, hage or hae.")
    ] = "haeyo",
    place: Annotated[
        str | None, typer.Option(help="A place's id; default: where the default NPC stands.")
    ] = None,
    id: Annotated[str | None, typer.Option(help="Default: made from the name.")] = None,
    json: Json = False,
) -> None:
    """Begin a person in a world, who answers at once with the house's lines."""
    from langchain_app.terminal.scaffolding import run_new_npc

    run_new_npc(
        folder, name, name_ko, role=role, role_ko=role_ko, age=age, level=level, place=place, id=id,
        json=json,
    )  # fmt: skip


@app.command()
def storytest(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A world; default: the settings'.")
    ] = None,
    test: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only tests or files so called; globs.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="ko or en; default: both.")] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help="embedded, ollama/NAME or openai/NAME; may be given several times."),
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, max=1000, help="Runs of each test.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Tests played at once.")] = 4,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write JUnit XML there.")
    ] = None,
    json: Json = False,
) -> None:
    """Run a world's story tests; exit 1 if one fails, 2 if one cannot be read."""
    from langchain_app.terminal.storytest import run_storytests

    run_storytests(
        folder,
        named=test or [],
        language=language,
        models=model or [],
        repeat=repeat,
        jobs=jobs,
        junit_file=junit,
        json=json,
    )


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    into: Annotated[Path, typer.Option(metavar="DIR", help="The world; made if it is not there.")],
    id: Annotated[str | None, typer.Option(help="The NPC's or the lorebook's id.")] = None,
    language: Annotated[str | None, typer.Option(help="ko or en; default: the card's own.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over what is there.")] = False,
    json: Json = False,
) -> None:
    """Import cards (JSON, PNG, CHARX), lorebooks and document lists into a world: all or none."""
    from langchain_app.terminal.importing import run_import

    run_import(files, into, id=id, language=language, replace=replace, json=json)


@app.command("export")
def export(
    id: Annotated[str, typer.Argument(metavar="ID")],
    folder: Annotated[Path, typer.Option("--from", metavar="DIR", help="The world.")],
    to: Annotated[Path, typer.Option(metavar="PATH", help="A .json, .png or .charx file.")],
    form: Annotated[
        str | None, typer.Option(help="card, lorebook or world_info; default: what the id names.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="ko or en, for an NPC that came from no card.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over what is there.")] = False,
    json: Json = False,
) -> None:
    """Export an NPC as a character card, or a lorebook as V3 or World Info."""
    from langchain_app.terminal.importing import run_export

    run_export(id, folder, to, form=form, language=language, replace=replace, json=json)


PlayerId = Annotated[str, typer.Argument(metavar="ID")]


@player_app.command("show")
def show(player: PlayerId, json: Json = False) -> None:
    """Print everything that is kept of a player."""
    from langchain_app.terminal.player import run_show

    run_show(player, json=json)


@player_app.command("erase")
def erase(
    player: PlayerId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Erase a player everywhere, traces included, and prove it."""
    from langchain_app.terminal.player import run_erase

    run_erase(player, yes=yes, json=json)


@app.command()
def trace(turn_id: Annotated[str, typer.Argument(metavar="TURN_ID")], json: Json = False) -> None:
    """Show a turn's waterfall: node, milliseconds, inputs, outputs."""
    from langchain_app.terminal.trace import run_trace

    run_trace(turn_id, json=json)


@app.command()
def replay(turn_id: Annotated[str, typer.Argument(metavar="TURN_ID")], json: Json = False) -> None:
    """Play a stored turn again on the same inputs; exit 1 where something differs."""
    from langchain_app.terminal.replay import run_replay

    run_replay(turn_id, json=json)


@app.command()
def calibrate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSONL of flag, p and label.")],
    precision: Annotated[
        float, typer.Option(min=0.5, max=1.0, help="What a flag's readings must be right.")
    ] = 0.95,
    json: Json = False,
) -> None:
    """Find each flag's threshold from labelled readings, as world.json takes it."""
    from langchain_app.terminal.calibrating import run_calibrate

    run_calibrate(file, precision, json=json)


@app.command()
def attack(
    folder: Annotated[Path, typer.Argument(metavar="DIR")] = Path("game_knowledge/ebbhold"),
    split: Annotated[str, typer.Option(help="dev, test or all.")] = "all",
    language: Annotated[str | None, typer.Option(help="ko or en; default: both.")] = None,
    sample: Annotated[int | None, typer.Option(help="Play about so many, always the same.")] = None,
    wrongful: Annotated[
        float, typer.Option(min=0, max=1, help="The share of attacks that may change something.")
    ] = 0.0,
    out: Annotated[Path | None, typer.Option(help="Write figures by split and language.")] = None,
    json: Json = False,
) -> None:
    """Play a world's attacks and harmless talk; exit 1 if one changes or learns anything."""
    from langchain_app.terminal.attacking import run_attack

    run_attack(
        folder, split=split, language=language, sample=sample, wrongful=wrongful, out=out, json=json
    )


@app.command()
def doctor(json: Json = False) -> None:
    """Check each part: its adapter, its version, whether it answers, what to do if not."""
    from langchain_app.terminal.doctor import run_doctor

    run_doctor(json=json)


def main() -> None:
    """Run the command line; an error is one sentence and the next step, never a stack trace."""
    try:
        app()
    except Exception as error:
        from langchain_app.terminal.failing import exit_with

        exit_with(error)
