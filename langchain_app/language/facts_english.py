"""What English-speaking players tell of themselves and theirs, as patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from langchain_app.domain.facts import PLAYER, Slot, Stance, Told

_KIN = {
    "brother": "brother", "sister": "sister", "mother": "mother", "mum": "mother", "mom": "mother",
    "mama": "mother", "ma": "mother", "father": "father", "dad": "father", "papa": "father",
    "da": "father", "son": "son", "daughter": "daughter", "wife": "wife", "husband": "husband",
    "uncle": "uncle", "aunt": "aunt", "auntie": "aunt", "cousin": "cousin", "nephew": "nephew",
    "niece": "niece", "grandmother": "grandmother", "grandma": "grandmother", "gran": "grandmother",
    "grandfather": "grandfather", "grandpa": "grandfather", "twin": "twin", "friend": "friend",
    "mentor": "mentor", "teacher": "teacher", "partner": "partner", "sweetheart": "sweetheart",
    "fiance": "fiance", "fiancee": "fiance", "baby": "baby", "apprentice": "apprentice",
    "boss": "boss", "neighbour": "neighbour", "neighbor": "neighbour",
}  # fmt: skip
_PETS = {
    name: name
    for name in (
        "dog", "cat", "horse", "mule", "donkey", "goat", "parrot", "raven", "crow", "pony", "bird",
        "ferret", "falcon", "owl", "rabbit", "fox", "pig", "cow", "duck", "goose",
    )
} | {"hound": "dog", "puppy": "dog", "kitten": "cat", "mare": "horse", "stallion": "horse"}  # fmt: skip
_THINGS = {
    name: name for name in ("boat", "ship", "cart", "sword", "shop", "farm", "inn", "tavern")
}
OTHERS = _KIN | _PETS | _THINGS

_REL = rf"(?P<rel>{'|'.join(sorted(OTHERS, key=len, reverse=True))})"
MY = (
    r"(?:my|our) (?:(?:own|big|little|older|elder|younger|twin|late|dear|poor|old|only|youngest|"
    r"oldest|eldest|best|good|new|faithful|dearest|kid|baby|step|half|great) )*" + _REL
)
_AM = r"(?:i'm|i am|im|we're|we are)"
_I = r"(?:i|we)(?:'ve| have| had)?"
_ADV = (
    r"(?: (?:really|just|now|still|currently|also|always|only|actually|truly|simply|both|all|do|"
    r"absolutely|rather|quite|recently|finally|already|mostly|usually|since|then|lately|mainly|"
    r"sort of|kind of|especially|particularly|have|too))*"
)
_NAME = r"(?P<value>[a-z][\w'-]*(?: (?:of|the|von|de) (?:the )?[a-z][\w'-]*| [A-Z][\w'-]*){0,2})"
_PLACE = (
    r"(?:(?:just|right|up|down|out|over|way|high|far|deep) )*(?:in|at|by|on|near|with|above|"
    r"under|below|behind|beside|next to|among|amongst|outside|across|along|beyond|inside|"
    r"opposite|between|aboard|around|over|past|close to)\b.+"
)
_AT = f"(?P<value>{_PLACE})"
_REST = r"(?P<value>.+)"
_TO = r"(?: (?:away|back|out|up|down|over|in|house|house and home|here))*"

_RULES: tuple[tuple[Slot, Stance, str], ...] = (
    ("name", "ends", rf"\b(?:my (?:full |real |true |given )?name(?: is not|'s not| isn't| ain't| was never)(?: really| actually)?|{_AM} not (?:called|named)|"
     rf"(?:do not|don't|never|stop) call(?:ing)? me|(?:nobody|no one) calls me) (?P<value>[a-z][\w'-]*)"),
    ("name", "holds", rf"\b(?:my (?:full |real |true |given |new )?name(?:'s| is)(?: now)?|^name's|"
     rf"(?:you (?:can|may) |please |just |everyone |everybody |people |folks? |they |friends )?calls? me|"
     rf"{_AM} (?:called|named|known as)|i go by(?: the name(?: of)?)?|i answer to|the name's|the name is|"
     rf"(?:people |folks? |they )?knows? me as|the name i was given is|they named me|i was named) {_NAME}"),
    ("name", "holds", r"\b(?:i'm|i am) (?P<value>(?-i:[A-Z][a-z]{2,}(?: of (?:the )?[A-Z]\w+| [A-Z][a-z]+)?))(?: by name)?(?P<from> from (?:the |(?-i:[A-Z])).*?)?(?:,.*)?$"),
    ("name", "holds", r"^(?P<value>(?-i:[A-Z])\w+)(?:'s| is) (?:my name|what (?:they|people|folk) call me)\b"),
    ("home", "past", rf"\b(?:i|we) (?:used to|once|formerly|long) (?:live|lived|dwell|dwelt|stay|reside) {_AT}"),
    ("home", "past", rf"\b(?:i|we) (?:lived|dwelt|stayed) {_AT}"),
    ("home", "ends", rf"\b(?:(?:i|we) (?:no longer|do not|don't) live|(?:i|we) (?:left|moved out of|moved away from)"
     rf" (?:my|our) (?:home|house|cottage|room)s?) ?{_AT}"),
    ("home", "holds", rf"\b(?:{_I}|{_AM}){_ADV} (?:live|dwell|reside|lodge|stay|staying|living|lodging|room|sleep|"
     rf"sleeping|camp|camping|settled(?: down)?|resettled|moved in|been living|been staying){_ADV} {_AT}"),
    ("home", "holds", rf"\b(?:you(?:'ll| can| will)(?: always)? find me(?: now)?|home(?: for me)?(?:'s| is)(?: now)?|{_I}{_ADV} "
     rf"(?:made?|made) my home|my bed(?:'s| is)|{_I}{_ADV} (?:have|got|took|taken|found|set up) (?:lodgings?|a room|rooms|a bed|house)) {_AT}"),
    ("home", "holds", rf"\b{_I}{_ADV} (?:moved|relocated|shifted)\b{_TO} (?P<value>(?:to|into|in|onto) .+)"),
    ("home", "holds", rf"\b{_AM}{_ADV} (?:moving|relocating){_TO} (?P<value>(?:to|into|in|onto) .+)"),
    ("home", "holds", rf"\b(?:my|our)(?: new)? (?:home|house|cottage|place|room|hut|lodgings?|dwelling|address)"
     rf"(?:'s| is| are| lies| stands| sits){_ADV} {_AT}"),
    ("home", "holds", rf"\b{_I}{_ADV} (?:have|got|rent|took|bought|keep|found)(?: myself)? (?:a|my own|the) "
     rf"(?:small |little |tiny |new )?(?:house|room|cottage|home|place|hut|bed|attic|loft)\b (?:to live |to stay )?{_AT}"),
    ("origin", "holds", rf"\b(?:{_AM}|i|we)(?: originally| all| first)?(?: come| came| hail|'ve come| have come)?"
     r"(?: originally)?(?: here)?(?: all the way)? from (?P<value>.+)"),
    ("origin", "holds", rf"\bi (?:was (?:born|raised|bred|brought up)(?: and (?:raised|bred))?|grew up|spent my (?:childhood|youth)) {_AT}"),
    ("origin", "holds", r"\bmy (?:people|family|folks|kin) (?:are|is|come|comes|hail) from (?P<value>.+)"),
    ("origin", "holds", r"^(?P<value>.+?)(?:'s| is) (?:my (?:hometown|homeland|birthplace)|where i (?:was born|grew up|come from))\b"),
    ("origin", "holds", r"\bmy (?:hometown|homeland|birthplace|home town|native \w+)(?:'s| is| was) (?P<value>.+)"),
    ("job", "past", r"\b(?:i|we) (?:used to be|was once|once was|was|had been|'d been) (?P<value>(?:an?|the) .+)"),
    ("job", "past", r"\bi (?:used to work|once worked|worked) as (?P<value>.+)"),
    ("job", "past", rf"\b(?:{_AM} no longer|{_I}{_ADV} (?:quit|gave up|given up|stopped|left) (?:being|work(?:ing)? as|(?:my|the) (?:job|work|post) as)) "
     r"(?P<value>(?:an?|the) .+?)(?: any ?more| any longer|$)"),
    ("job", "ends", r"\b(?:i am not|i'm not) "
     r"(?P<value>(?:an?|the) .+?)(?: any ?more| any longer|$)"),
    ("job", "holds", rf"\b(?:{_AM}|i make my living|i earn my (?:bread|living|keep)|i've been|i have been)"
     rf"{_ADV} (?:(?:working|employed|hired) )?(?:as )?(?P<value>(?:an?|the) .+)"),
    ("job", "holds", rf"\bi{_ADV} (?:work|serve|earn my (?:bread|living|keep)|make my living){_ADV} (?:as )(?P<value>.+)"),
    ("job", "holds", r"\bmy (?:new )?(?:trade|job|profession|craft|calling|work|occupation)(?:'s| is)(?: that of)? (?P<value>.+)"),
    ("job", "holds", rf"\b(?:i|i've|i have){_ADV} (?:became|become|trained as|been made) (?P<value>(?:an?|the) .+)"),
    ("job", "holds", r"\b(?:hired me|took me on|i(?:'ve| have)? (?:taken up|found|got|took|landed) (?:work|a job|a post)) as (?P<value>.+)"),
    ("age", "holds", rf"\b(?:{_AM}|i've turned|i turned|i just turned|my age is|i have turned){_ADV} (?P<value>\d{{1,3}}|(?:twenty|thirty|"
     r"forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|ten|"
     r"eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen)(?= years|\b(?! \w)|[ ,]*$)"),
    ("dislikes", "holds", r"\b(?:i(?:'m| am) (?:not|never)(?: very| at all)? fond of|i(?:'ve| have) never (?:liked|cared for)|i have no (?:patience|love) for|"
     r"i(?:'m| am) no (?:friend|fan) of) (?P<value>.+)"),
    ("dislikes", "holds", r"^(?P<value>[\w ]+?) (?:makes? me (?:sick|ill)|(?:is|are) the worst|turns? my stomach)\b"),
    ("dislikes", "holds", rf"\bi{_ADV} (?:hate|dislike|detest|loathe|despise|can't (?:stand|bear|abide)|cannot (?:stand|bear|abide)|"
     rf"(?:do not|don't|never){_ADV} (?:like|care for|enjoy))(?: the (?:taste|smell|sight|sound) of)? {_REST}"),
    ("likes", "ends", r"\b(?:i no longer (?:like|love|enjoy)|i(?:'ve| have) gone off) (?P<value>.+)"),
    ("likes", "holds", rf"\bi{_ADV} (?:love|like|adore|enjoy|prefer|fancy) {_REST}"),
    ("likes", "holds", rf"\b{_AM}{_ADV} (?:very |so |quite |rather )?(?:fond of|partial to|crazy about|mad about|keen on|in love with) {_REST}"),
    ("likes", "holds", r"\bmy (?:very )?(?:favou?rite|best-loved)(?: \w+)?(?:'s| is| are| has always been) (?P<value>.+)"),
    ("likes", "holds", r"\bi have a (?:soft spot|weakness|passion|liking) for (?P<value>.+)"),
    ("likes", "holds", r"\b(?:nothing beats|there(?:'s| is) nothing (?:i (?:like|love) )?(?:better|finer) than|i(?:'m| am) a (?:big|great) (?:fan|lover) of|"
     r"i(?:'d| would| could)? never (?:say no to|refuse)) (?P<value>.+)"),
    ("likes", "holds", r"^(?P<value>[\w ]+?) (?:is|are) my (?:very )?favou?rites?\b"),
    ("fear", "holds", rf"\b(?:{_AM}|i(?:'ve| have)(?: always)? been|i was always|i get){_ADV} (?:so |very |terribly |deathly )?(?:afraid|scared|terrified|frightened|in dread) of (?P<value>.+)"),
    ("fear", "holds", r"\bi(?: really| do| truly)? (?:fear|dread) (?P<value>(?!that|for|not).+)"),
    ("fear", "holds", r"^(?P<value>[\w ]+?) (?:(?:frightens?|scares?|terrif(?:y|ies)) me|gives? me the (?:creeps|shivers)|makes? (?:me shiver|my skin crawl))\b"),
    ("owns", "ends", r"\bi(?:'ve| have)?(?: just| had to)? (?:sold|sell|lost|gave away|given away|wrecked|broke|traded away|no longer (?:have|own)) "
     r"(?P<value>(?:my|the|our) .+)"),
    ("owns", "holds", rf"\b{_I}{_ADV} (?:own|have|got|bought|built|inherited|carry|possess) (?P<value>(?:an?|two|three|four|some|my own) .+)"),
    ("goal", "holds", rf"\b(?:{_I}|{_AM}){_ADV} (?P<value>(?:want|hope|plan|intend|aim|mean|dream|long|wish|looking|searching|trying|hunting|"
     r"hoping|planning|saving|seeking|look|search|seek)(?:ing)?\b (?:to|of|for|up for)\b .+|(?:seek|seeking) .+)"),
    ("goal", "holds", r"\b(?:all i want is to|i(?:'ve| have) set my heart on|i won't rest until i) (?P<value>.+)"),
    ("goal", "holds", r"\bmy (?:goal|dream|aim|plan|wish|hope|quest)(?:'s| is)(?: to)? (?P<value>.+)"),
    ("goal", "holds", r"\b(?:i|we)(?:'ve)? (?:came|come)(?: all the way)?(?: here)? (?P<value>(?:to|for) .+)"),
    ("promise", "holds", r"\b(?:i (?:promise|swear|vow)(?: you)?|you have my word|i give you my word|my word on it|on my honou?r|count on me|trust me)[,:]?(?: that)?(?: i(?:'ll| will)?| to)? (?P<value>.+)"),
    ("promise", "holds", r"\bi(?:'ll| will|'m going to| am going to) (?P<value>(?:be back|come back|return|bring|pay|repay|help|find|fetch|"
     r"get|make|give|show|take|write|send|teach|repair|fix|visit|mend|avenge|protect|deliver|tell|keep|never|always|see to)\b.*)"),
)  # fmt: skip
_OF_OTHERS: tuple[tuple[Slot, str], ...] = (
    ("name", rf"\b(?:{MY}(?:'s name(?:'s| is)|(?: is|'s| was) (?:called|named)|(?: goes by|,? called|,? named))|"
     rf"\b(?:i|we)(?:'ve| have)?(?: got| have| keep)?(?: an?| a (?:little|big|older|younger|twin|small|new|old|young|\w+)) "
     rf"{_REL.replace('<rel>', '<rel2>')},? (?:called|named|by the name of)) {_NAME}"),
    ("name", rf"(?P<value>(?-i:[A-Z])\w+) is {MY}(?:'s name)?\b"),
    ("name", rf"\b{MY}(?:'s| is| was) (?P<value>(?-i:(?![A-Z]\w+(?:ish|ese|ian|can)\b)[A-Z][a-z]+(?: [A-Z][a-z]+)?))$"),
    ("name", rf"\b{MY} answers to (?:the name (?:of )?)?{_NAME}"),
    ("name", rf"\bi(?:'ve| have)?(?: got| have| own| keep)? an? (?:\w+ )?{_REL},? (?P<value>(?-i:[A-Z])\w+)"),
    ("home", rf"\b{MY}(?:,? (?P<who>(?-i:[A-Z])\w+),?)? (?:now |still |also )?(?:lives?|stays?|dwells?|has a house|lodges?|moved|has moved) "
     rf"(?P<value>(?:to|into) .+|{_PLACE})"),
    ("job", rf"\b{MY}(?:,? (?P<who>(?-i:[A-Z])\w+),?)?(?: is| works as|'s| was| became|'s been) (?P<value>(?:an?|the) .+)"),
    ("about", rf"\b{MY}(?:,? (?P<who>(?-i:[A-Z])\w+),?)? (?P<value>(?!'s|is called|is named)(?:is|was|has|had|died|drowned|vanished|"
     rf"[a-z]+s|[a-z]+ed|went|fell|ran|left|took|keeps|lost|can|will|loves|hates)\b.*)"),
)  # fmt: skip

_SENTENCE_OUT = re.compile(
    r"\b(?:if|wish(?! to)|would|imagine|suppose|pretend\w*|maybe|perhaps|might|could|as though|jok(?:e|ing)|kidding|"
    r"were i|had i)\b|^\W*(?:he|she|they|some(?:one|body)|people|folk|(?-i:[A-Z])\w+) (?:says?|said|claims?|told|tells|thinks?)\b"
    r"|\byou (?:say|said|think|told|claim)\b",
    re.IGNORECASE,
)
_JOKED = re.compile(
    r"\b(?<!not )(?:just|only|(?<!you )was|i'm|i am) (?:jok|kidd)ing\b[ ,;.!-]*(?:and |but |really )*",
    re.I,
)
_QUOTED = re.compile(r"[\"“”«»][^\"“”«»]*[\"“”«»]|(?<!\w)'[^']*'(?!\w)")
_SPLIT = re.compile(
    r"[.!;:…\n]+\s*|\s+[-–—]+\s+|,?\s+(?:and|but|so|yet|because|though|although|while|where|now that)\s+"
    r"(?=(?:i|i'm|i've|i'll|we|we're|we've|my|our|now i|now we|call me)\b)|,\s*(?=(?:i|i'm|i've|i'll|we|my|our|call me|name's)\b)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:,.*|\b(?:because|but|though|although|since|when|while|until|before|after|if|who|which|"
    r"now(?:adays)?|these days|at the moment|for now|as well|too|again|you know|you see|actually|lately|"
    r"(?:last|this|next|since last) (?:week|month|year|spring|summer|autumn|winter|night|morning|moon)|"
    r"yesterday|today|tonight|recently|(?:a|two|three|some|many|few) (?:few )?(?:days?|weeks?|months?|years?|moons?) ago|(?:years|months|weeks|days|long) ago|"
    r"(?:and|,) (?:i|my|we|have|it|that|he|she|they)|any ?more|any longer|by the way|by trade|anyway|instead|myself|"
    r"more than (?:anything|all)|(?:of|all) my life|for (?:years|ages|a while)|years old)\b.*)$",
    re.IGNORECASE,
)
_NOT_JOBS = re.compile(
    r"\b(?:bit|little|lot|fool|friend|stranger|guest|man|woman|fan|boy|girl|person|mess|human|kid|"
    r"child|believer|same|one|idiot|way|worse|better|good|bad|while|moment|liar|coward|enemy|"
    r"only|last|first|kind|sort|type|few|thing|mood|hurry|twin|orphan|widow|big|newcomer|foreigner|"
    r"citizen|native|local|visitor|traveller|traveler|wreck|ghost|monster|god|player|brother|sister|"
    r"mother|father|parent|tall|small|happy|sad|new)\b",
    re.IGNORECASE,
)
_NOT_THINGS = re.compile(
    r"\b(?:question|idea|feeling|moment|problem|favou?r|look|minute|plan|point|news|message|word|time|lot|bit|"
    r"few|go|try|talk|chat|walk|drink|meal|rest|dream|headache|cold|way|reason|chance|trouble|job|"
    r"bad|good day|friend|right|hunch|secret|story|joke|request|thing|look around)\b",
    re.IGNORECASE,
)
_NOT_NAMES = frozenset(
    [
        "a",
        "an",
        "the",
        "not",
        "so",
        "very",
        "just",
        "now",
        "here",
        "back",
        "when",
        "if",
        "it",
        "that",
        "this",
        "what",
        "you",
        "later",
        "tomorrow",
        "again",
        "crazy",
        "mad",
        "on",
        "to",
        "in",
        "at",
        "my",
        "your",
        "mine",
    ]
)
_NOT_LIKED = re.compile(
    r"^(?:you|it|that|this|him|her|them|to (?:know|ask|hear|see|buy|talk|speak)|your)\b", re.I
)
_NOT_HOMES = re.compile(
    r"^in (?:(?:constant|great|deep|mortal|utter|perpetual) )?(?:fear|hope|peace|dread|terror|poverty|comfort|sin|pain|"
    r"luxury|squalor|misery|denial|shame|exile|hiding|danger|harmony|sorrow|grief|doubt|a dream|the past|"
    r"the moment|the present|my head|interesting times)\b",
    re.IGNORECASE,
)
_NOT_FROM = re.compile(r"^(?:you|him|her|them|it|that|this|now|there|here|time|today)\b", re.I)
_NOT_PROMISED = re.compile(r"^(?:you|it|this|that|take|have|think|buy|see)\b$", re.I)

_COMPILED = [(slot, stance, re.compile(text, re.IGNORECASE)) for slot, stance, text in _RULES]
_COMPILED_OTHERS = [(slot, re.compile(text, re.IGNORECASE)) for slot, text in _OF_OTHERS]


def told(sentence: str, before: Sequence[Told] = ()) -> list[Told]:
    """Return the facts of one sentence that asks nothing; `before` are those of earlier ones."""
    sentence = _QUOTED.sub(" ", sentence.replace("’", "'"))
    found: list[Told] = []
    if joke := _JOKED.search(sentence):
        sentence = sentence[joke.end() :]
        found = [replace(fact, stance="ends") for fact in before[-1:] if fact.stance == "holds"]
    if _SENTENCE_OUT.search(sentence):
        return found
    for clause in _SPLIT.split(sentence):
        clause = " ".join((clause or "").split())
        had = [*before, *found]
        found += _of_others(clause) or _name_of_the_last(clause, had) or _of_player(clause)
    return found


def _of_player(clause: str) -> list[Told]:
    for slot, stance, pattern in _COMPILED:
        if match := pattern.search(clause):
            value = _clean(match["value"], slot)
            place = _FROM.search(match.groupdict().get("from") or (value if slot == "job" else ""))
            if value and place:
                value = value.removesuffix(place[0])
                return [Told(PLAYER, slot, value, stance), Told(PLAYER, "origin", place["value"])]
            if value:
                return [Told(PLAYER, slot, value, stance), *_contrary(slot, value, stance)]
    return []


def _contrary(slot: Slot, value: str, stance: Stance) -> list[Told]:
    contrary: dict[Slot, Slot] = {"likes": "dislikes", "dislikes": "likes"}
    ends = stance == "holds" and slot in contrary
    return [Told(PLAYER, contrary[slot], value, "ends")] if ends else []


def _name_of_the_last(clause: str, before: Sequence[Told]) -> list[Told]:
    """Read "His name is ..." after "I have a dog"."""
    named = _ITS_NAME.search(clause)
    had = next((fact for fact in reversed(before) if fact.slot in ("pet", "family", "owns")), None)
    name = _clean(named["value"], "name") if named else ""
    return [Told(had.value.split()[1], "name", name)] if had and name else []


_FROM = re.compile(r"\s+from (?P<value>.+)$", re.IGNORECASE)
_ITS_NAME = re.compile(
    rf"\b(?:(?:his|her|its|the) name(?:'s| is)|(?:he|she|it)(?:'s| is) called|i call (?:him|her|it)) {_NAME}",
    re.IGNORECASE,
)


def _of_others(clause: str) -> list[Told]:
    mentioned = re.search(rf"\b{MY}\b", clause, re.IGNORECASE)
    for slot, pattern in _COMPILED_OTHERS:
        match = pattern.search(clause)
        if match is None:
            continue
        groups = match.groupdict()
        subject = OTHERS[(groups.get("rel") or groups.get("rel2") or "").lower()]
        value = _clean(groups["value"], slot)
        if slot == "job" and subject not in _KIN.values():
            continue
        if value:
            found = [Told(subject, slot, value)]
            if who := groups.get("who"):
                found.append(Told(subject, "name", who))
            return [*_belongs(subject, found), *found]
    named = re.search(rf"\b{MY},? (?P<who>[A-Z][a-z]+)\b", clause)
    if named:
        subject = OTHERS[named["rel"].lower()]
        found = [Told(subject, "name", named["who"])]
        return [*_belongs(subject, found), *found]
    if mentioned is None and (has := _HAS.search(clause)):
        return _belongs(OTHERS[has["rel"].lower()], [])
    return []


_HAS = re.compile(
    rf"\b(?:i|we)(?:'ve| have)?(?: got| have| keep)? (?:an?|one|two|three) (?:\w+ )?{_REL}s?\b(?! (?:of|shop))",
    re.IGNORECASE,
)


def _belongs(subject: str, told: list[Told]) -> list[Told]:
    """Return that the player has such a one, by name where it is told."""
    slot: Slot = (
        "family" if subject in _KIN.values() else "pet" if subject in _PETS.values() else "owns"
    )
    name = next((fact.value for fact in told if fact.slot == "name"), "")
    article = "an" if subject[0] in "aeiou" else "a"
    return [Told(PLAYER, slot, f"{article} {subject}" + (f" called {name}" if name else ""))]


def _clean(value: str, slot: Slot) -> str:
    value = value.strip(" ,.!")
    if slot == "name":
        words = value.split()
        if not words or words[0].lower() in _NOT_NAMES:
            return ""
        words = words if words[0][0].isupper() else words[:1]
        return " ".join(word[0].upper() + word[1:] if len(word) > 3 or at == 0 else word
                        for at, word in enumerate(words))  # fmt: skip
    value = _TAIL.sub("", value).strip(" ,.!")
    refuse = {
        "job": _NOT_JOBS, "owns": _NOT_THINGS, "likes": _NOT_LIKED, "dislikes": _NOT_LIKED,
        "home": _NOT_HOMES, "origin": _NOT_FROM, "fear": _NOT_LIKED, "promise": _NOT_PROMISED,
    }.get(slot)  # fmt: skip
    if not value or len(value) > 80 or (refuse is not None and refuse.search(value)):
        return ""
    if slot == "job" and len(_FROM.sub("", value).split()) > 5:
        return ""
    if slot == "origin":
        value = re.sub(r"^(?:in|at|on|near)\b ", "", value, flags=re.IGNORECASE)
    if slot == "goal":
        value = _pursued(value)
    if slot == "home":
        value = re.sub(r"^(?:to|into|onto)\b", "in", value, flags=re.IGNORECASE)
        value = re.sub(
            r"^in the (?=harbou?r|mill|docks?|quay|pier|lighthouse|gate|ford|coast)",
            "at the ",
            value,
        )
    return value


def _pursued(value: str) -> str:
    """Return what the player is after as a clause without its subject: are looking for a ring."""
    if re.match(r"\w+ing\b", value):
        return f"are {value}"
    return f"came {value}" if value.startswith(("to ", "for ")) else value
