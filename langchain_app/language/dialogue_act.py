"""What an utterance does: ask or tell something, or small talk of a kind."""

from __future__ import annotations

import re

from langchain_app.domain.npc import SmallTalk
from langchain_app.domain.text import Language
from langchain_app.domain.tone import DialogueAct
from langchain_app.language.tokens import Tokeniser, sentences

_ACTS: dict[Language, tuple[tuple[SmallTalk, str], ...]] = {
    "en": (
        ("insult", r"\b(idiot|moron|stupid|fool|liar|coward|scum|pathetic|worthless|useless|ugly|"
         r"dumb|jerk|bastard|asshole|bitch|loser|pig|stink\w*|hate you|shut up|screw you|"
         r"fuck (?:you|off)|go to hell|drop dead|"
         r"(?<!do )(?<!did )(?<!can )you(?:'re)? (?:\w+ ){0,3}?(?:fat|filthy|smell\w*))\b"),
        ("apology", r"\b(sorry|apologi[sz]e|forgive me|my apologies|my bad)\b"),
        ("thanks", r"(?<!no )(?<!no, )\b(thank(?:s| you)|thx|ty|much obliged|cheers|grateful|appreciate)\b"),
        ("farewell", r"\b(good ?bye|bye|farewell|see (?:you|ya)|good night|take care|so long|"
         r"gotta go|have to go|i(?:'| a)?m off|until next time)\b"),
        ("how_are_you", r"\b(how are (?:you|things)|how(?:'s| is) (?:it going|your day|life|business)"
         r"|how do you do|are you (?:ok|okay|all right|alright|well)|how have you been|sup|"
         r"what'?s up)\b"),
        ("who_are_you", r"\b(who are you|what(?:'s| is) your name|your name\b|introduce yourself|"
         r"what do you do(?: here)?\b|tell me about yourself)"),
        ("affection", r"\b(i (?:really )?(?:love|adore|like) you|marry me|miss(?:ed)? you|"
         r"be my friend|are we friends)\b"),
        ("compliment", r"\b(nice work|well done|good job|you(?:'re| are) (?:so |very |really )?"
         r"(?:kind|nice|great|wise|brave|beautiful|pretty|handsome|clever|smart|amazing|the best|"
         r"good|sweet|cool|strong|funny)|impressive)\b"),
        ("laughter", r"\b(ha(?:ha)+|lol|lmao|hehe+|rofl)\b|[😂🤣]"),
        ("greeting", r"\b(hi|hello|hey|greetings|good (?:morning|day|afternoon|evening)|howdy|"
         r"well met|yo)\b"),
        ("refusal", r"^\W*(no,? thank(?:s| you)|no|nope|nah|never ?mind|forget it|not now|i refuse)\b"),
        ("agreement", r"^\W*(yes|yeah|yep|ok|okay|sure|of course|all right|alright|deal|agreed|"
         r"i see|got it|understood|right|fine|true)\b"),
    ),
    "ko": (
        ("insult", r"(바보|멍청|병신|미친|쓰레기|닥쳐|꺼져|꺼지|거짓말쟁이|사기꾼|겁쟁이|한심|못생|재수 ?없|"
         r"개새|새끼|씨발|시발|ㅅㅂ|ㅂㅅ|지랄|멍텅구리|돌대가리|짜증 ?나|네가 싫|니가 싫|너 싫|쓸모 ?없|죽어 ?버려|"
         r"더럽게 생|무식)"),
        ("apology", r"(미안|죄송|사과할|사과드|용서해)"),
        ("thanks", r"(고마[워우웠]|고맙|감사|ㄱㅅ|땡큐|은혜)"),
        ("farewell", r"(잘 ?있어|잘 ?가|안녕히 ?(?:계|가)|다음에 (?:봐|보|또)|또 ?봐|또 ?올게|이만 ?(?:가|갈)|"
         r"가 ?볼게|갈게|가 ?보겠|ㅂㅂ|잘 ?자|나중에 (?:봐|보))"),
        ("how_are_you", r"(잘 ?지[내냈]|어떻게 ?지내|요즘 ?어[때떠]|별일 ?없|괜찮[아으]|기분이? ?어[때떠]|"
         r"몸은 ?(?:좀 )?어[때떠]|장사는? ?(?:좀 )?(?:어때|잘)|밥은? ?먹었|안녕하신지)"),
        ("who_are_you", r"(^\W*(?:근데 ?|그런데 ?|저기 ?)?(?:(?:너|넌|네|니|당신|그쪽|자네|댁|아저씨|아줌마|할아버지|"
         r"할머니|영감님|장로님|누나|형|언니)[은는이의]? ?)?(?:누구(?:야|세요|십니까|시죠|냐|요|니|지)|이름[이은]? ?(?:뭐|무엇|"
         r"어떻게)|성함이|뭐 ?하는 ?(?:사람|분)|무슨 ?일 ?(?:해|하세|하십|하는 ?사람))|자기 ?소개)"),
        ("affection", r"(사랑해|좋아해|결혼하자|결혼해|보고 ?싶었|친구 ?하자|친구 ?할래|우리 친구)"),
        ("compliment", r"(멋지|멋있|멋져|대단[하해]|훌륭|예쁘|이쁘|예뻐|착하|착해|친절하|친절해|똑똑하|똑똑해|최고야|"
         r"최고예|최고네|잘하네|잘하시|잘생|존경|귀엽|귀여워|솜씨가)"),
        ("laughter", r"(ㅋㅋ|ㅎㅎ|하하|푸하|웃기|[😂🤣])"),
        ("greeting", r"(안녕(?:하(?:세요|십니까|시오|신가요?|셨습니까))?\??|반가[워우웠]|반갑|하이|여보세요|처음 ?뵙|좋은 ?(?:아침|저녁|밤|하루)|ㅎㅇ|어이)"),
        ("refusal", r"^\W*(아니|아뇨|싫[어다은]|됐[어다습]\w*|관둬|그만두|안 ?할래|안 ?해|괜찮습니다|사양)"),
        ("agreement", r"^\W*(네|넵|예|응|ㅇㅇ|그래|그렇[지군네]|좋아|(?:좋습|알았|알겠|맞습)\w*|맞아|물론|당연|오케이|ㅇㅋ|그럴게|"
         r"그러지|그러죠)"),
    ),
}  # fmt: skip

_ASKS: dict[Language, str] = {
    "en": r"\?|^\W*(?:so |and |but |then |well,? |ok,? |hey,? )*(?:(?:who|what(?! i (?:\w+ ){1,3}(?:is|was)\b)|when|where|why|how)s?|which"
    r"|wats?|whose|is|are|was|were|do|does|did|can|could|will|would|should|has|have|any)\b"
    r"|\b(?:tell me|remind me|explain|describe|talk about|show me|know about|heard of|heard about|"
    r"wonder\w*|curious|what about|teach me)\b",
    "ko": r"\?|(?:뭐(?!든)|뭘|무엇(?!이든)|무슨|누구(?!나|든)|누가|어디(?!나|든)|언제(?!나|든)|왜|어떻게(?!든)|어째|얼마(?! ?전)|"
    r"몇(?! ?(?:년|달|주|해|번|날|명|개|마리) ?(?:전|째|동안|만))|어느(?! ?날)|어떤|알려|말해|얘기해|이야기해|"
    r"설명|들려|가르쳐|궁금|아는 ?(?:거|것|게|바|대로|만큼|사람)|알아(?=[요?\s]|$)|아세요|아시|알고 있)"
    r"|(?:뭔|머야|머임|어떡|어떠|어케|어캐|어딨|몆)"
    r"|(?:다면서|다며|다던데)요?[\s.!~]*$"  # hearsay asks: "there is one, I hear"
    r"|(?:냐|니|까|(?<!이 )(?<!가 )(?<![겁화각억])나요|가요|는가|은가|을까|ㄹ까|는지)[\s.!~]*$"
    r"|(?:나|죠|지)[\s~]*$",  # with a full stop it tells: "항구에 살지.",
}

_NO_INSULT: dict[Language, str] = {
    "en": r"(?:\b(?:not|never|no)|n['’]?t)\b(?: (?:a|an|the|such|that|at|all|so|really|think|say|call|"
    r"believe|mean|you|you're|you['’]re|are|were|be|being|any))*\W*$"
    r"|\b(?:i am|i['’]?m|i was|i feel|i felt)\b(?: (?:a|an|such|so|just|being|really|the|only))*\W*$",
    "ko": r"(?:^|[\s,])(?:나는?|난|내가|저는?|전|제가) (?:(?!네|니|너|당신|그쪽)\S+ ){0,2}$",
}
"""What stands before the word where it denies the insult, or the player means themselves."""
_DENIED_AFTER: dict[Language, str] = {
    "en": r"(?!)",
    "ko": r"^\S{0,2} ?(?:아니|않|라고 ?(?:한|하는|생각) ?적 ?없)",
}

_COMPILED = {
    language: tuple((act, re.compile(pattern, re.IGNORECASE)) for act, pattern in acts)
    for language, acts in _ACTS.items()
}
_NO_INSULT_COMPILED = {key: re.compile(text, re.IGNORECASE) for key, text in _NO_INSULT.items()}
_DENIED_COMPILED = {key: re.compile(text, re.IGNORECASE) for key, text in _DENIED_AFTER.items()}
_ASKS_COMPILED = {language: re.compile(text, re.IGNORECASE) for language, text in _ASKS.items()}


def asks(text: str, language: Language) -> bool:
    """Tell whether the utterance wants to be told something."""
    return _ASKS_COMPILED[language].search(text) is not None


def only_asks(text: str, language: Language) -> bool:
    """Tell whether every sentence asks: "내 이름? 에다야." tells something too."""
    return all(asks(sentence, language) for sentence in sentences(text) or (text,))


def dialogue_act(text: str, language: Language, tokeniser: Tokeniser) -> DialogueAct:
    """Return what the utterance does.

    A small-talk pattern decides only where it is most of what was said: "Hi, why did the bell
    crack?" is a question with good manners. An insult always decides.
    """
    for act, pattern in _COMPILED[language]:
        match = pattern.search(text)
        if match is None:
            continue
        if act == "insult":
            if _is_meant(text, match, language):
                return act
            continue
        rest = f"{text[: match.start()]} {text[match.end() :]}"
        allowed = _allowed_rest(act)
        if act == "greeting" and not asks(rest, language):
            allowed = 1  # "Good evening, Elder": whom it greets
        if len(tokeniser.content(rest, language)) <= allowed:
            return act
    return "question" if asks(text, language) else "small_talk"


def _is_meant(text: str, insult: re.Match[str], language: Language) -> bool:
    """Tell an insult from its denial and from what the player says of themselves."""
    before, after = text[: insult.start()], text[insult.end() :]
    denied = _DENIED_COMPILED[language].search(after)
    return denied is None and _NO_INSULT_COMPILED[language].search(before) is None


def _allowed_rest(act: SmallTalk) -> int:
    """Return how many content words may stand beside a pattern that still decides."""
    if act in ("greeting", "refusal", "agreement", "laughter"):
        return 0
    return 1 if act in ("who_are_you", "how_are_you") else 2
