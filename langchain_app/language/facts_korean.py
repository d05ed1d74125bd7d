"""What Korean-speaking players tell of themselves and theirs, as patterns.

A clause is read from its predicate: the words before the particle are the value, and what stands to
their left says whose it is. Predicates are told by their stems, in every ending and speech level.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from langchain_app.domain.facts import PLAYER, SINGLE, Slot, Stance, Told

_SAME = {
    "엄마": "어머니", "어머님": "어머니", "아빠": "아버지", "아버님": "아버지", "와이프": "아내", "멍멍이": "개",
    "강아지": "개", "야옹이": "고양이", "당나귀": "나귀",
}  # fmt: skip
_KIN = (
    "남동생", "여동생", "쌍둥이", "할머니", "할아버지", "외할머니", "외할아버지", "어머니", "어머님", "아버지", "아버님",
    "엄마", "아빠", "동생", "누나", "언니", "오빠", "형", "아내", "와이프", "남편", "아들", "딸", "삼촌", "이모", "고모", "사촌",
    "조카", "친구", "스승", "선생님", "약혼자", "약혼녀", "애인", "제자", "이웃", "누이",
)  # fmt: skip
_PETS = (
    "강아지", "개", "고양이", "당나귀", "나귀", "조랑말", "말", "염소", "앵무새", "까마귀", "새", "매", "올빼미", "토끼",
    "여우", "돼지", "소", "오리", "거위", "노새",
)  # fmt: skip
_THINGS = ("배", "수레", "검", "칼", "가게", "농장", "여관", "주점")
_OTHERS = tuple(sorted({*_KIN, *_PETS, *_THINGS}, key=len, reverse=True))

_MINE = r"(?<![가-힣])(?:우리|내|제|나의|저의|저희)"
_SELF = r"(?:나는|난|내가|나도|나|저는|전|제가|저도|저|우리는|우린|우리|우리가|저희는|저흰|저희|본인은|이 몸은|소인은)"
REL = rf"(?P<rel>{'|'.join(_OTHERS)})"
MY = rf"{_MINE}\s*(?:큰|작은|막내|첫째|둘째|쌍둥이)?\s*{REL}(?=[은는이가을를의과와도에랑한]|\W|$)"

_COP = (
    r"(?:이라고|(?<=[가-힣]{2})라고|이에요|예요|에요|입니다|이올시다|올시다|이라오|라오|이라네|라네|이야|야|이다|다|이오|이요|요|일세|이지요|지요|"
    r"이지|지|이죠|죠|이거든요|거든요|이거든|거든|인데요|인데|이란다|란다|이고|고|이며|이랍니다|랍니다)"
)
_WAS = r"(?:이었|였)(?:어요|어|습니다|소|네|지요|지|죠|다|거든요|거든|는데요|는데|단다|고)"
_LIVE = (
    r"(?:살(?:아|고|지|게|거|며|던|았|어)|삽니|산다|산단|산답|사는|사네|사오|살아|머물|묵(?:고|어|습|는)|지내(?:고|요|는|ㅂ|네|지)|"
    r"지냅|지낸다|둥지를 틀|자리를? ?잡|정착|터를 잡)"
)
_LIKED = r"(?:좋아(?:해|하(?!지)|합|한)|사랑(?:해|하|합)|즐겨|사족을 못|환장|푹 빠|반했|아(?:껴|끼|낍)|최고로 치)"
_ADV = r"(?:(?:정말|진짜|아주|무척|너무|제일|가장|세상에서|참|딱|영|무지|꽤|훨씬|특히|늘|항상|엄청|몹시|이제|이젠)\s*(?:로\s*)?)*"
_COUNT = r"(?:한|두|세|네|몇)\s*(?:척|마리|채|자루|필|대|개|벌|권|그루|명)(?:를|을)?\s*"
_NAME = r"(?P<value>[가-힣A-Za-z]{1,10}?)"
_V = r"(?P<value>.+?)"
_END = r"[\s.!~,]*$"
_NOUN_COP = r"(?:이에요|예요|입니다|이올시다|올시다|이야|야|이오|일세|이라네|라네|인데요?|이고|이죠|이지요?)"
# "해로에서 온 상인이에요" is of the player, "해로에서 온 배를 샀어요" is of the boat.
_CAME_AS = rf"온(?=$|\s+지\s|\s+(?:\S*[^\s는가을를의도]\s+)*\S+?(?:이?라고\s|{_NOUN_COP}{_END}))"

_RULES: tuple[tuple[Slot, Stance, str], ...] = (
    ("name", "ends", rf"(?:{_MINE}\s*|^)(?:본명|이름|성함)(?:은|이)?\s*{_NAME}(?:이|가)?\s*아니"),
    ("name", "holds", rf"{_MINE}\s*(?:본명|이름|성함)(?:은|이)?\s*{_NAME}{_COP}(?=[\s.!~,]|$)"),
    ("name", "holds", rf"^(?:(?:아니|사실|사실은|실은|진짜|그냥)\s+)*(?:{_SELF}\s*)?(?:진짜 )?(?:이름은|이름이)\s*{_NAME}{_COP}{_END}"),
    ("name", "holds", rf"(?:^|\s){_NAME}(?:이라고|라고|이라|라)\s*(?:불러|부르|부릅|부른|합니다|해요|하오|하네|한다|불리|불린|불립|하는)"),
    ("name", "holds", rf"(?:^|\s){_NAME}(?:이|가)\s*(?:제|내)\s*이름"),
    ("home", "ends", rf"{_V}에(?:서|는|서는)?\s*(?:이제\s*)?(?:더는\s*|더 ?이상\s*)?(?:안\s*살|살지\s*않)"),
    ("home", "past", rf"{_V}에(?:서)?\s*(?:쭉 |오래 |계속 )?(?:살았었|살던|살았)"),
    ("home", "holds", rf"{_V}(?:으로|로)\s*(?:막 |얼마 전에 |얼마 전 |집을 |거처를 |짐을 |방을 |아예 |다 같이 )*(?:이사|옮겼|옮겨|옮긴|이주)"),
    ("home", "holds", rf"{_V}에(?:다|서)?\s*(?:작은 |조그만 |새 )?(?:집|방|거처|오두막|살림|셋방)을?\s*(?:하나 |한 칸 |한 채 )?(?:차렸|얻|구했|샀|마련|빌|지었|장만|잡았|두고)"),
    ("home", "holds", rf"(?:{_MINE}\s*)?(?:집|거처)(?:은|이)\s*{_V}(?:에 있|이에요|예요|이야|야|입니다|이다|이오|일세)"),
    ("home", "holds", rf"{_V}(?:이|가)\s*(?:제|내|우리)\s*(?:집|거처)(?:이|예|입|야)"),
    ("home", "holds", rf"{_V}에(?:서)?\s*(?:혼자 |쭉 |계속 |아직 |잠시 |세 들어 |같이 |함께 )*{_LIVE}"),
    ("origin", "holds", rf"{_V}에서\s*(?:막 |처음 |멀리 |여기까지 )*(?:왔|{_CAME_AS}|나고 ?자|태어|자랐|자란|건너왔|넘어왔|내려왔)"),
    ("origin", "holds", rf"{_V}\s*(?:출신|태생)(?:이|입|인|일|야|예)"),
    ("origin", "holds", rf"{_V}\s*(?:토박이|사람)(?:이에|입니|이야|이오|이다|예요)"),
    ("origin", "holds", rf"{_V}(?:이|가)\s*(?:제|내|저의|나의)\s*고향"),
    ("origin", "holds", rf"고향(?:은|이)\s*{_V}{_COP}{_END}"),
    ("age", "holds", r"(?:나이(?:는|가)\s*)?(?P<value>\d{1,3}|[가-힣]*(?:하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉|열|스물|스무|서른|마흔|쉰|"
     r"예순|일흔|여든|아흔|한|두|세|네))\s*살(?:이|입|인|일|짜|$|\s*먹)"),
    ("job", "past", rf"^(?P<value>.+?){_WAS}"),
    ("job", "past", rf"{_V}(?:으로|로)\s*(?:일했었|일했|지냈)"),
    ("job", "past", rf"{_V}(?:\s*(?:일|노릇|생활))?(?:을|를|은|는)?\s*(?:이제 |아예 |얼마 전에 |결국 )*(?:그만[두둔둡뒀]|관[두둔둡뒀]|때려치)"),
    ("job", "ends", rf"(?:이제|더는|더 ?이상)\s*{_V}(?:이|가)?\s*아니"),
    ("job", "ends", r"^(?P<value>.+?)(?:이|가)\s*아니(?=[라고에야다지며]|었)"),
    ("job", "holds", rf"(?:직업|생업|하는 일|밥벌이|업)(?:은|는|이)\s*{_V}{_COP}{_END}"),
    ("job", "holds", rf"{_V}(?:으로|로)\s*(?:일하|일해|일합|먹고 ?[살삽산]|벌어먹|밥벌이)"),
    ("job", "holds", rf"{_V}(?:을|를)?\s*(?:일|노릇)?을?\s*(?:하고 있|하며|해요|해$|합니다|하지|한다|하네|하오|하면서)"),
    ("job", "holds", rf"{_V}(?:이|가)\s*(?:되었|됐|돼서)"),
    ("job", "holds", rf"^(?P<value>.+){_COP}{_END}"),
    ("dislikes", "holds", rf"{_V}(?:을|를|은|는|이|가|라면|이라면|만 보면)?\s*{_ADV}(?:싫어(?:해|하|합|한)|질색|딱 질색|싫[어다은더]|싫습|혐오|못 먹|못 견디|미워|꼴도 보기|치를 떨|참을 수 없|못 참|입에도 (?:안|못) ?[대댑])"),
    ("dislikes", "holds", rf"{_V}(?:을|를|은|는)?\s*{_ADV}(?:안 좋아|좋아하지 ?않|좋아하진 ?않|별로(?:야|예요|라|다))"),
    ("likes", "holds", rf"{_V}(?:을|를|은|는|이라면|라면)?\s*{_ADV}{_LIKED}"),
    ("likes", "holds", rf"{_V}(?:이|가)\s*{_ADV}(?:좋아(?!하)|좋더|좋습|좋다|좋지|최고|맛있|마음에 들)"),
    ("fear", "holds", rf"{_V}(?:을|를|이|가|은|는|라면|만 보면)?\s*{_ADV}(?:무서(?:워|운|웠)|무섭|두려(?:워|운)|두렵|겁나|겁이 ?나|겁냅|겁내|오싹)"),
    ("owns", "ends", rf"{_V}(?:을|를|은|는)?\s*(?:결국 |그만 |어제 |다 )*(?:팔았|팔아|팔고|잃어버렸|잃었|도둑맞|처분|부서졌|부서뜨)"),
    ("owns", "ends", rf"(?:이제|더는|더 ?이상)\s*{_V}(?:이|가|은|는)?\s*없"),
    ("owns", "holds", rf"{_V}(?:을|를)?\s*(?:{_COUNT})?(?:샀|사들|가지고 있|갖고 있|가졌|물려받|장만|얻었|지니고 있|하나 있|만들었)"),
    ("goal", "holds", rf"{_V}(?:을|를)\s*(?:{_ADV})(?P<verb>찾)(?:고 있|아다니|아 나섰|으러|기 위해|는 게|는 중|고 다니|아 왔|아서 왔|아야 ?(?:해|하|합)|습니다)"),
    ("goal", "holds", r"(?P<value>.+?고)\s*(?P<verb>싶)(?:어|습|다|네|소|은데|거든|지)"),
    ("goal", "holds", r"(?:꿈|목표|소원)(?:은|이)\s*(?P<value>.+?는)\s*(?P<verb>것|거)(?:이|예|야|입|에|$|지|라)"),
    ("goal", "holds", r"(?P<value>.+?는)\s*(?P<verb>게|것이)\s*(?:제|내|저의|나의)?\s*(?:꿈|목표|소원)"),
)  # fmt: skip
_PROMISE = re.compile(
    r"(?P<value>(?:[가-힣A-Za-z0-9]+\s+)*[가-힣]*?)(?P<stem>[가-힣])(?P<end>게요?|게|겠습니다|겠어요?|겠소|겠네|마)[\s.!~]*$"
)
_PROMISED = re.compile(
    r"약속|맹세|꼭|반드시|돌아올|다시 올|갚|가져[올다]|구해|찾아|도와|지킬|지켜|전해|고쳐"
)

_OUT = re.compile(
    r"만약|만일|혹시|라면 (?!질색|사족|무서)|다면|으면 |하면 |면 좋겠|상상|농담|장난|척[하했]|것 같|텐데|"
    r"[다라](?:고|더라|던데|길래)\s*(?:하더|그러|그랬|했|말했|들었|하던|전해|소문)|[다라]며|대요?[\s.!]*$|"
    r"(?:^|\s)(?:너|넌|네가|니가|너는|당신|당신은|자네|자네는|그쪽|댁은|걔|그는|그녀)(?:\s|$)"
)
_QUOTED = re.compile(r"[\"“”‘’「『][^\"“”‘’」』]*[\"“”‘’」』]")
_SPLIT = re.compile(
    r"[.!~;:…\n]+\s*|,\s*|(?<=는데)\s+|(?<=지만)\s+|(?<=이고)\s+|(?<=거든)\s+|(?<=해서)\s+(?=지금)|"
    rf"(?<=아니[라고])\s+|(?<=[아어워]하고)\s+(?!싶|있)|(?<=[고며])\s+(?=(?:나는|난|저는)\s|{_MINE}\s*(?:{'|'.join(_OTHERS)}))|"
    rf"(?<=살)\s+(?=(?!차이|{'|'.join(_OTHERS)})[가-힣]+{_COP}{_END})"
)
_TIME = re.compile(
    r"^(?:지금|지금은|이제|이제는|이젠|요즘|요즘은|요새|요새는|현재|현재는|지난\s*\S+에|지난주|지난달|작년|작년에|올해|올봄에|어제|오늘|얼마|"
    r"전에|전에는|예전에|예전에는|예전엔|옛날에|옛날에는|옛날엔|한때|한때는|원래|원래는|본래|사실|사실은|실은|그래서|그리고|그런데|근데|하지만|참|아|음|"
    r"저기|며칠|최근|최근에|최근에는|방금|막|아직|아직도|여전히|계속|쭉|오래|어릴|때|어려서|어렸을|때는|때부터|봄에|여름에|가을에|겨울에|가족이|식구들이랑|"
    r"식구가|가족이랑|다|같이|함께|혼자|올해로|벌써|그|정말|진짜|제일|가장|너무|아주|특히|무엇보다|뭐니뭐니해도|세상에서|결국|그만|꼭|반드시|내일|모레|저는요|"
    r"나는요|난요|나도|저도|있잖아|있잖아요|말이야|말이죠|말이에요|여기|여기서|여기에서|여기엔|여기에|여기에는|여긴|이곳|이곳에|이곳에는|저한테는|나한테는|제게는|내게는|맹세코)$"
)
_PAST = re.compile(r"예전|전에|옛날|한때|원래|어릴|본래")
_JOB = re.compile(
    r"(?:장이|쟁이|꾼|사|부|인|원|공|관|자|수|가|병|생|관리|지기|도둑|산파|하인|하녀|광대|해적|용병|기사|선장|요리사|점원|목동|백정|서기|사공|뱃사람|마부)$"
)
_NOT_JOB = re.compile(
    r"^(?:진짜|이거|저거|그거|여자|남자|부자|환자|혼자|주인|본인|사람|외지인|이방인|처음|마지막|사실|친구|손님|바보|진심|정말|아마|겨우|누가|제가|내가|여기|거기|"
    r"이제부|전부|일부|가|사|수|자|인|원|부|감사|인사|식사|의자|모자|과자|이유|약속|농담|생일|나이|고향|이름)$|별로|질색|출신|살$"
)
_NOT_THING = re.compile(
    r"(?:질문|볼일|용건|생각|부탁|할 ?말|말|일|시간|문제|이야기|얘기|궁금한 ?것?|것|거|수|적|줄|필요|관심|느낌|이유|약속|소식)$"
)
_NOT_LIKED = re.compile(
    r"^(?:이|그|저) |^(?:너|널|네가|니가|당신|그게|그거|이거|그것|그쪽|자네|여기|날씨|기분|것|거|뭐)(?:이|가|을|를|도)?$"
)

_COMPILED = [(slot, stance, re.compile(text)) for slot, stance, text in _RULES]
_OTHER = re.compile(
    rf"^(?:.*?\s)?(?:{MY}(?:의)?(?:\s+(?P<who>[가-힣]{{1,6}}?))??|(?<!\S){REL.replace('<rel>', '<bare>')})"
    r"(?P<part>\s*(?:이름|성함|나이|직업)[은는이가]|은|는|이|가)\s+(?P<rest>.+)$"
)
_HAS = re.compile(
    rf"(?:^|\s){REL}(?:이|가|을|를)?\s*(?:{_COUNT}|하나\s*)?(?:있(?:어|습|다|는|고|지|네)|키(?:워|우|웁)|길(?:러|러요)|기르)"
)
_NAMED_ONE = re.compile(
    rf"(?:^|\s){_NAME}(?:이?라는|라고 하는)\s*(?:이름의\s*)?(?:\S+\s)?{REL}(?:이|가|을|를|도)?\s"
)
_CALLED = re.compile(r"이름|성함")
_WHOSE = re.compile(rf"{MY}|(?<![가-힣])(?:{'|'.join(_KIN)})의?\s*(?:이름|성함|나이)")
_OF_SELF = re.compile(rf"(?<![가-힣])(?:{_SELF}|내|제)(?![가-힣])")
_JOKED = re.compile(r"(?:농담|장난)이(?:고|야|에요|었\S*|지만|니까|죠|지)(?=[\s.!~,]|$)")
_AGE = re.compile(
    r"^(?:이제 |올해 |벌써 |겨우 )*(?P<value>\d{1,3}|[가-힣]*(?:하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉|열|스물|스무|서른|마흔|쉰|"
    r"예순|일흔|여든|아흔|한|두|세|네))\s*살(?:이|입|인|일|$|\s*먹)"
)
_IS = re.compile(rf"{_COP}{_END}")
_NAMED = re.compile(
    rf"^(?:(?:이름|성함)(?:은|이)\s*)?{_NAME}(?:(?:이라고|라고|이라)\s*(?:해|하|불|합)|{_COP}{_END})"
)
_CAME = re.compile(rf"^(?P<where>(?:{_SELF}\s+)?(?:\S+\s)?\S+에서 온)\s+(?P<who>\S.*)$")
_LIVES = re.compile(rf"^{_V}에(?:서)?\s*(?:아직 |혼자 |쭉 )*{_LIVE}")
_MOVED = re.compile(rf"^{_V}(?:으로|로)\s*(?:이사|옮겼|옮겨)")


def same(other: str) -> str:
    """Return the one word by which somebody is kept whom players call by several."""
    return _SAME.get(other, other)


def told(sentence: str, before: Sequence[Told] = ()) -> list[Told]:
    """Return the facts of one sentence that asks nothing; `before` are those of earlier ones."""
    sentence = _QUOTED.sub(" ", sentence)
    found: list[Told] = []
    if joke := _JOKED.search(sentence):
        sentence, found = sentence[joke.end() :], taken_back(before)
    if _OUT.search(sentence):
        return found
    for clause in _SPLIT.split(sentence):
        clause = " ".join((clause or "").split())
        if len(clause) > 1:
            had = [*before, *found]
            found += _of_others(clause, had) or _of_who_was_meant(clause, _of_player(clause), had)
    return found


def taken_back(before: Sequence[Told]) -> list[Told]:
    """Return that the last of what was told "was a joke": it ends."""
    return [replace(fact, stance="ends") for fact in before[-1:] if fact.stance == "holds"]


def _of_who_was_meant(clause: str, found: list[Told], before: Sequence[Told]) -> list[Told]:
    """Keep what is told of somebody else from the player: a topic carries over to what has none."""
    if not found or found[0].slot not in SINGLE or found[0].stance != "holds":
        return found
    told, last = found[0], before[-1] if before else None
    if told.slot in ("name", "age") and _WHOSE.search(clause):
        return []
    if last is None or _OF_SELF.search(clause):
        return found
    subject = last.value.split()[0] if last.slot in ("family", "pet") else last.subject
    of_kin = subject in {same(name) for name in _KIN}
    if told.slot == "age" and subject != PLAYER:
        return [replace(told, subject=subject)]
    if told.slot in ("home", "job") and of_kin:
        return [replace(told, subject=subject)]
    return [] if of_kin and told.slot == "origin" else found


def _of_player(clause: str) -> list[Told]:
    if came := _CAME.match(clause):
        who = _of_player(came["who"])
        if who and who[0].slot in ("name", "job"):
            return [*who, *_of_player(came["where"])]
    for slot, stance, pattern in _COMPILED:
        match = pattern.search(clause)
        if match is None:
            continue
        raw = match["value"]
        if (slot, stance) == ("job", "holds"):
            raw = _occupation(clause[match.start("value") :]) or raw
        value = _intent(raw, match["verb"]) if slot == "goal" else _value(raw, slot)
        if not value:
            continue
        if slot == "age":
            value = f"{value} 살"
        return [Told(PLAYER, slot, value, stance), *_contrary(slot, value, stance)]
    promise = _PROMISE.search(clause) if _PROMISED.search(clause) else None
    if promise:
        return [Told(PLAYER, "promise", _resolve(promise), "holds")]
    return []


def _contrary(slot: Slot, value: str, stance: Stance) -> list[Told]:
    contrary: dict[Slot, Slot] = {"likes": "dislikes", "dislikes": "likes"}
    ends = stance == "holds" and slot in contrary
    return [Told(PLAYER, contrary[slot], value, "ends")] if ends else []


def _of_others(clause: str, before: list[Told]) -> list[Told]:
    if named := _NAMED_ONE.search(clause):
        name = [Told(same(named["rel"]), "name", named["value"])]
        return [*_belongs(same(named["rel"]), name), *name]
    if has := _HAS.search(clause):
        return _belongs(same(has["rel"]), [])
    match = _OTHER.match(clause)
    if match is None:
        return _name_of_the_last(clause, before)
    if match["bare"] and match["bare"] not in _KIN and not _CALLED.search(match["part"]):
        return []
    subject = same(match["rel"] or match["bare"])
    found = _of_one(subject, match["part"], match["rest"], mine=bool(match["rel"]))
    if match["who"]:
        found.append(Told(subject, "name", match["who"]))
    return [*_belongs(subject, found), *found] if found else []


def _name_of_the_last(clause: str, before: list[Told]) -> list[Told]:
    """Read "its name is ..." after "I keep a dog"."""
    had = next((fact for fact in reversed(before) if fact.slot in ("pet", "family", "owns")), None)
    named = _NAMED.match(clause) if clause.startswith(("이름", "성함")) else None
    return [Told(had.value.split()[0], "name", named["value"])] if had and named else []


def _of_one(subject: str, part: str, rest: str, *, mine: bool) -> list[Told]:
    if _CALLED.search(part):
        named = _NAMED.match(rest)
        return [Told(subject, "name", named["value"])] if named else []
    if aged := _AGE.match(rest):
        return [Told(subject, "age", f"{aged['value']} 살")]
    if place := _LIVES.match(rest) or _MOVED.match(rest):
        return [Told(subject, "home", _trimmed(place["value"]))]
    if subject in _KIN and (trade := _occupation(rest)):
        return [Told(subject, "job", _trimmed(trade))]
    return [Told(subject, "about", rest[:80])] if subject in _KIN or mine else []


def _belongs(subject: str, told: list[Told]) -> list[Told]:
    kin, pets = {same(name) for name in _KIN}, {same(name) for name in _PETS}
    slot: Slot = "family" if subject in kin else "pet" if subject in pets else "owns"
    name = next((fact.value for fact in told if fact.slot == "name"), "")
    return [Told(PLAYER, slot, f"{subject} {name}".strip())]


def _value(raw: str, slot: Slot) -> str:
    value = _trimmed(raw) if slot != "name" else raw.strip()
    refuse = {"job": _NOT_JOB, "owns": _NOT_THING, "likes": _NOT_LIKED, "dislikes": _NOT_LIKED,
              "fear": _NOT_LIKED}.get(slot)  # fmt: skip
    if not value or len(value) > 40 or (refuse is not None and refuse.search(value)):
        return ""
    if slot in ("likes", "dislikes", "fear") and not _ENDS_IN_DO.search(value):
        value = value.removesuffix("도")
    if slot == "job" and (not _JOB.search(value) or len(value.split()) > 3):
        return ""
    return value


_ENDS_IN_DO = re.compile(r"(?:포|지|파|기|유|검|궁|태권|합기|속|온|섬|독)도$")
_STRANGER = re.compile(r"[가-힣]{2,}(?:은|는|이|가)$")
_ADNOMINAL = re.compile(
    r"(?:작|좁|높|넓|낮|깊|밝|젊|늙|좋|많|있|없|같|[가-힣]하|보이|지나|흐르|부는|[가-힣]이)(?:은|는)$"
)
_CASE = re.compile(r".(?:에서|에게|한테|부터|까지|에|을|를|도|면|서)$")
_COUNTED = re.compile(
    r"\s*(?:한|두|세|네|몇)\s*(?:척|마리|채|자루|필|대|개|벌|권)$|(?:을|를)$|(?:을|를)\s+(?:한|두|세)\s+\S+$"
)


def _trimmed(raw: str) -> str:
    """Return the words of a value, without time and speaker; nothing if somebody else is meant."""
    words = raw.split()
    kept: list[str] = []
    for word in reversed(words):
        if re.fullmatch(_SELF, word) or _TIME.match(word):
            break
        if kept and _CASE.search(word) and kept[0] != "온":
            break
        if kept and _STRANGER.search(word) and not _ADNOMINAL.search(word):
            return ""
        kept.insert(0, word)
    if len(kept) > 5:
        return ""
    return _COUNTED.sub("", " ".join(kept)).strip(" ,.!")


def _occupation(clause: str) -> str:
    """Return what a copula says somebody is, if it is a trade: the longest noun that is one."""
    ends = [at for at in range(len(clause) - 1, 0, -1) if _IS.fullmatch(clause, at)]
    return next((clause[:at] for at in ends if _JOB.search(clause[:at])), "")


def _intent(raw: str, verb: str) -> str:
    """Return what the player is after as a plain clause: 누나를 찾는다, 종을 고치고 싶다."""
    words = raw.split()
    while words and (re.fullmatch(_SELF, words[0]) or _TIME.match(words[0])):
        words.pop(0)
    value = " ".join(words)
    if not value or len(value) > 40:
        return ""
    if verb == "찾":
        return f"{josa(value, '을', '를')} 찾는다"
    return f"{value} 싶다" if verb == "싶" else f"{value} 것이 꿈이다"


def _resolve(match: re.Match[str]) -> str:
    """Return a promise as a plain clause: 꼭 돌아올게 becomes 꼭 돌아오겠다."""
    stem, end = match["stem"], match["end"]
    if end.startswith("게"):
        code = ord(stem) - 0xAC00
        stem = chr(ord(stem) - 8) if code % 28 == 8 else stem  # the future's ㄹ
        stem = "" if stem == "으" else stem
    whole = re.sub(r"도우$", "돕", f"{match['value']}{stem}".strip())
    return f"{whole}겠다"


def josa(word: str, closed: str, open_: str) -> str:
    """Return `word` with the particle that its last syllable asks for."""
    code = ord(word[-1]) - 0xAC00 if word else -1
    has_final = 0 <= code < 11172 and code % 28 != 0
    return word + (closed if has_final else open_)
