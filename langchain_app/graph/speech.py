"""Getting words from a speaker to the caller."""

from __future__ import annotations

from contextlib import aclosing

from langchain_app.domain.safety.guardrails import StreamGuard, storable
from langchain_app.domain.turn import Brief
from langchain_app.graph.context import Speaker, TurnContext
from langchain_app.prompts import persona_messages


async def say(
    context: TurnContext, speaker: Speaker, brief: Brief, seconds: float, *, first: bool
) -> str:
    """Let `speaker` answer `brief`; tokens of the `first` attempt go out as they come.

    Of a repetition nothing does: who asked for it announces it whole.
    Raises ChatModelFailed and TurnDeadlineExceeded.
    """
    messages = persona_messages(brief, context.parts.world)
    guard = StreamGuard()
    said: list[str] = []
    parameters = {"temperature": brief.tone.temperature, "top_p": brief.tone.top_p}
    shown = [(message.type, message.content) for message in messages]
    with context.trace.observe("chat_model", "generation", shown) as generation:
        generation.generation(model=speaker.name, parameters=parameters)
        async with aclosing(speaker.stream(messages, brief.tone, seconds)) as tokens:
            async for token in tokens:
                if not said:
                    generation.first_token()
                said.append(token)
                if first and (visible := guard.feed(token)):
                    context.emit("token", {"content": visible})
        text = storable("".join(said)).strip()
        generation.output(text)
    if first and (rest := guard.flush()):
        context.emit("token", {"content": rest})
    return text


def announce(context: TurnContext, text: str, *, replaces: bool) -> None:
    """Send a whole reply at once; `replaces` takes back the tokens sent before."""
    context.emit("replace" if replaces else "token", {"content": text})
