"""What things cost, as people of a world say it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from langchain_app.domain.text import LocalText
from langchain_app.domain.world import World


def price(world: World, item: str, language: str, currency: LocalText, amount: int) -> str:
    manifest = world.manifest.model_copy(update={"currency": currency})
    changed = world.items[item].model_copy(update={"price": amount})
    world = replace(world, manifest=manifest, items={**world.items, item: changed})
    found = next(c for c in world.chunks() if (c.id, c.language) == (f"item-{item}", language))
    return found.text


@pytest.mark.parametrize(
    ("language", "currency", "amount", "told"),
    [
        ("en", ("shells", "조개전"), 4, "The price of Tarred Rope is 4 shells."),
        ("en", ("shells", "조개전"), 1, "The price of Tarred Rope is 1 shell."),
        ("ko", ("shells", "조개전"), 4, "역청 밧줄의 값은 조개전 4닢이다."),
        ("en", ("{n} credits", "{n}크레딧"), 12, "The price of Tarred Rope is 12 credits."),
        ("ko", ("won", "원"), 2000, "역청 밧줄의 값은 2000원이다."),
        ("ko", ("{n} credits", "{n}크레딧"), 12, "역청 밧줄의 값은 12크레딧이다."),
    ],
)
def test_a_price_names_its_thing_and_is_said_as_the_world_says_it(
    ebbhold, language, currency, amount, told
) -> None:
    money = LocalText(en=currency[0], ko=currency[1])
    assert price(ebbhold, "tarred_rope", language, money, amount).endswith(told)
