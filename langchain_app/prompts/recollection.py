"""How a prompt shows what came to mind: with how it is known, and how surely."""

from __future__ import annotations

from langchain_app.domain.memory.memory import HAPPENED, Recollection
from langchain_app.domain.memory.rumour import doubt
from langchain_app.domain.text import Language

_OWN: dict[Language, dict[str | None, str]] = {
    "en": {
        "saw": "You saw: {text}",
        "heard": "You did not see it, but you heard it: {text}",
        "took part": "You were part of it: {text}",
        None: "You know from earlier days: {text}",
    },
    "ko": {
        "saw": "직접 본 일: {text}",
        "heard": "보지는 못하고 소리만 들은 일: {text}",
        "took part": "함께 겪은 일: {text}",
        None: "예전부터 아는 일: {text}",
    },
}
_SURE: dict[Language, tuple[str, str, str]] = {
    "en": ("likely", "uncertain", "very doubtful"),
    "ko": ("그럴듯함", "확실하지 않음", "매우 미심쩍음"),
}


_JUST: dict[Language, str] = {"en": "This has just happened. ", "ko": "방금 일어난 일이다. "}


def shown(memory: Recollection, language: Language) -> str:
    """Return the line that a prompt shows."""
    if memory.kind not in HAPPENED:
        return memory.text
    return f"{_JUST[language] if memory.just else ''}{_as_known(memory, language)}"


def _as_known(memory: Recollection, language: Language) -> str:
    if not memory.told_by:
        return _OWN[language][memory.how].format(text=memory.text)
    nearest, *others = memory.told_by
    sure = _SURE[language][doubt(memory.credibility)]
    if language == "en":
        through = "".join(f", who heard it from {name}" for name in others)
        return f"{nearest} told you{through} ({sure}): {memory.text}"
    through = f". {', '.join(reversed(others))}에게서 나온 말" if others else ""
    return f"{nearest}에게서 들은 일({sure}{through}): {memory.text}"
