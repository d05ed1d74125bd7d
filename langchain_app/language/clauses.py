"""A Korean clause as it stands within another: "누나를 찾고 있어요" becomes "누나를 찾고 있다"."""

from __future__ import annotations

import re

from langchain_app.language.korean import KoreanAnalyser

_VERBS = frozenset({"VV", "XSV"})
_PREDICATES = frozenset({"VV", "VA", "VX", "XSV", "XSA", "VCP", "VCN", "EP"})
_WILL = re.compile(r"^(?:ᆯ|ㄹ|을)?[게께래](?:요)?$")
_WANTS = re.compile(r"^으?(?:려고|려구|러)")


def plain_clause(text: str, korean: KoreanAnalyser) -> str | None:
    """Return a clause with its last predicate in the plain form; None where it ends in none.

    A promise ("돌아올게") becomes an intention ("돌아오겠다").
    """
    # With a full stop kiwi takes the last word for a predicate: "남쪽 가요." is no song (가요).
    tokens = korean.kiwi.tokenize(text.strip(" .!~?,ㅋㅎㅠㅜ") + ".")
    forms = [(token.form, token.tag.partition("-")[0]) for token in tokens]
    while forms and forms[-1][1] in ("SF", "SP", "JX", "SW", "IC", "SE"):
        forms.pop()
    if not forms:
        return None
    ending = forms.pop()[0] if forms[-1][1] in ("EF", "EC", "ETM") else ""
    if not forms or forms[-1][1] not in _PREDICATES:
        return None
    if _WILL.match(ending):
        forms += [("겠", "EP"), ("다", "EF")]
    elif _WANTS.match(ending):
        forms += [("려", "EC"), ("하", "VV"), ("는다", "EF")]
    elif forms[-1][1] in _VERBS:
        forms.append(("는다", "EF"))
    else:
        forms.append(("다", "EF"))
    joined: str = korean.kiwi.join(forms)
    return joined
