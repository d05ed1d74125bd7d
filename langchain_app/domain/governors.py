# ruff: noqa: E501  Korean letters count double; a pattern reads best whole
"""What governs a clause from outside it: who is said to mean it, and what takes it back.

Where frames.py lists how words sound that nobody means, these are the closed classes of grammar:
third persons with a verb of saying or wanting, inverted conditions, bargains, fears, retractions.
"""

from __future__ import annotations

import re
from typing import Literal

from langchain_app.domain.text import Language

Mark = Literal[
    "fiction", "ordered", "machine", "refused", "posing",
    "reported", "retold", "mentioned", "conditional", "narrated", "denied",
    "staged", "mocked", "retracted",
    "attributed", "another", "unreal", "bargained", "compared", "witnessed",
]  # fmt: skip
OF_MESSAGE: tuple[Mark, ...] = ("staged", "mocked", "retracted")
"""Marks of a whole message; `staged` governs the next messages, too."""
OF_SENTENCE: tuple[Mark, ...] = (
    "attributed", "another", "unreal", "bargained", "compared", "witnessed",
)  # fmt: skip
"""Marks of one sentence."""


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _closed(final: int) -> str:
    """Return a class of the Hangul syllables that end in the consonant number `final`."""
    return "[" + "".join(chr(c) for c in range(0xAC00 + final, 0xD7A4, 28)) + "]"


_OPEN, _L, _N, _SS = _closed(0), _closed(8), _closed(4), _closed(20)
"""Syllables that end in no consonant, in ㄹ (as 할 does, of a promise), in ㄴ, and in ㅆ (of the past)."""

_OWN = r"(?:i|we|you|ye|to|please|and|or|but|not|can|could|would|will|shall|should|may|might|must|do|did|don't|dont|let|me|us|just|so|then|also|that's what i|i'm|i've|i'd|i'll|we'll|you'll|you'd|you've|you're|who|what|why|how|where|when|it|really|only|even|never|always|now|ever|be|a|an|the|my|your|no|of|for|in|with|his|her|by|at|on|as|have|has|had|'ve|is|was|are|were|been|am|than|whatever|everything|anything|what|\w+n't|\w+nt)"
_CHAIN = r"(?:(?:is|was|are|were|will|would|'d|'ll|has|have|had|been|be|might|could|may|should|keeps?|kept|goes|going|went|about|around|on|over|came|comes?|just|already|often|always|still|also|even|even|out|aloud) )*"
_SAYS = r"(?:says?|saying|tells?|telling|told|claim(?:s|ed|ing)?|think(?:s|ing)?|thought|believes?|believed|swears?|swore|sworn|sings?|sang|singing|writes|wrote|shout(?:s|ed|ing)?|announc(?:es|ed|ing)|insist(?:s|ed)?|mutter(?:s|ed|ing)?|mentions?|mentioned|boasts?|boasted|brags?|bragged|warns?|warned|dreams?|dreamed|dreamt|reckons?|figures?|whispers?|whispered|mumbles?|mumbled|repeats?|repeated|declares?|declared|proclaims?|promises?|(?<!as )promised|vows?|vowed|hopes?|hoped|wishes|wished|fears?|feared|spread(?:s|ing)?|prais(?:es|ed|ing)|calls|called|cries|cried|crying|chant(?:s|ed|ing)|scream(?:s|ed|ing)|yell(?:s|ed|ing)|hum(?:s|med|ming)|whistle[sd]|print(?:s|ed)|teaches|taught|telling people|heard|hears)"
_SEEKS = r"(?:ask(?:s|ed|ing)|wonder(?:s|ed|ing)|wants?|wanted|plan(?:s|ned|ning)? (?:to|on)|means? to|meant to|intends?|intended|tries to|tried to|trying to|hopes? to|is going to|are going to|offers?|offered|begs?|begged|demands?|demanded|wishes to|prepares? to|likes? to)"
_THIRD = rf"(?:^|[.!?,;:]\s*|(?<!\bif)(?<!when)\s)(?!{_OWN}\b)[a-z][a-z'’]*,? {_CHAIN}"

GOVERNORS: dict[Language, dict[Mark, re.Pattern[str]]] = {
    "en": {
        "staged": _any_of(
            r"\b(?:nursery |old |little )?(?:rhymes?|poems?|ballads?|lyrics?|riddles?|rehears\w*|impressions?|nightmares?|impersonat\w*|imitat\w*|mimic\w*|"
            r"recit\w*|dictat\w*|karaoke|skit|sketch|charades|parody|audition\w*|monologue|soliloquy|tongue[- ]twister|proverb|motto|catchphrase|"
            r"improv\w*|limerick|sermon|anecdote|parable|fable)\b",
            r"\b(?:dream (?:where|in which|that|about|i)|(?:a|the|my|last night's) dream\b|fairy ?tale|bedtime story|(?:a|the|my|this|our|that) (?:song|play|puppet show|novel|scene|skit|story) "
            r"(?:that|where|in|goes|about|called|says|i)|(?:spelling|guessing|word|party|little|parlou?r|drinking|memory|acting|counting) game|game of|it's a game|let's play|play(?:ing)? pretend|pretend\w*|make-believe)\b",
            r"\b(?:read (?:this|it|that|something|you|them|these) (?:out|aloud|what|to you|a|the)|read(?:ing)? (?:out|aloud)|read you|spell after|after me|spell(?:ing)? (?:it|this)|"
            r"testing (?:my|the|this|how)|practi[sc](?:e|ing)|how (?:does|did|do) (?:this|that|it|i) sound|collect(?:ing)? (?:\w+ )?(?:phrases|sayings|lines|lies|words|quotes)|"
            r"(?:who|that|and) (?:does|do|plays?) (?:you|me|your|my)\b|does (?:my|your|his|her) voice|(?:want|like|care) to hear (?:him|her|them)|scratched on|written on the (?:wall|door)|graffiti|"
            r"(?:signed|yours),? (?:no name|anonymous)|letter by letter|tell you a (?:story|tale|joke)|(?:a|my|this) (?:story|tale) (?:about|of|for you)|which of (?:these|them|those)|true or false|cross(?:ing)? out|fill(?:ing)? in|(?:in a|a|deeper|different|funny|squeaky|silly) (?:\w+ )?voice|try (?:that|it|this) (?:again|out)|\btake two\b|with feeling|phrases?\b|sayings\b|(?:a|the|old|my) saying\b|catchwords?|say(?:ing)? (?:things|words) people|(?:my|an?) (?:acting|theatre|theater|drama))\b",
        ),
        "mocked": _any_of(
            r"\bha(?:h|ha)*[,!.]|\b(?:and|then) i(?:'m| am) (?:the|a|an) (?:\w+ )?(?:queen|king|prince|princess|pope|emperor|empress|mermaid|god|sultan|duke|duchess|unicorn|dragon|moon|tooth fairy)\b|"
            r"\b(?:yeah|sure|oh),? right[.!,]|\b(?:fly|swim|walk|jump) to the moon|\bpigs (?:can )?fly|\bjok(?:es|ing) aside\b|\bnot!\s*$|\b(?:lol|lmao|rofl)\b|\bas if\b|\bapril fools?\b|\bin your dreams\b|\bfat chance\b|"
            r"\bwhen hell\b|\bslow clap\b|\bhow (?:very )?(?:original|convenient)\b|\bi'm sure\b.{0,40}\bjust like\b|\bair ?quotes?\b"
        ),
        "retracted": _any_of(
            r",? not\s*[.!]*$|\b(?:there it stays|(?:that's|it's|this is|that was|it was) (?:from|out of) (?:a|an|my|his|her)\b|scratch that|strike that|(?:take|took|taking) (?:it|that|this|all of it|everything)(?: all)? back|takes? back (?:what|that|my)|withdraw\w*|on second thou?ghts?|actually,? (?:no|don't|not|never)|no,? wait|wait,? no|"
            r"(?:just |only )?(?:kidding|joking)(?<!no kidding)(?<!not kidding)(?<!not joking)|don't answer|too bad|i don't want (?:it|any|one)|i lied|i'm lying|(?:was|is|were|that's|it's) (?:all )?(?:a )?(?:lie|lies|fib|prank|bluff)\b|changed my mind|"
            r"forget (?:i said|what i said|that i)|not really|psych\b|gotcha|had you (?:there|going)|fooled you|didn't mean (?:it|that|a word)|don't mean (?:it|a word)|unsay|i made (?:it|that) up|made that up)"
        ),
        "attributed": _any_of(
            rf"{_THIRD}{_SAYS}\b(?! (?:me )?(?:i was|to ask|to come))",
            r"\b(?!(?:yes|this|as|was|is|does|has|thanks|always|besides|unless|whereas|perhaps|boss|miss|guess|worries|promises|outstanding|amazing|nothing|anything|something|everything|moving|evening|morning|darling|need|indeed) )\w{2,}(?:s|ed|ing) i(?:'ll|'ve|'d|'m)?\b",
            r"^\s*(?:\w+ ){1,3}(?:writes|sings|says|goes|reads|shouts|thinks)\b\s?[:,]|\b(?:that's what|so) (?:he|she|they|everyone|people) (?:said|told|say|claim)|,? (?:thinks|says|said|claims|thought) (?:the|a|he|she|\w+)\b",
        ),
        "another": _any_of(
            rf"{_THIRD}{_SEEKS}\b",
            r"\b(?:who else|anybody|anyone|somebody|someone|an? (?:\w+ )?(?:fellow|man|woman|chap|guy|stranger|lad|girl|boy|drunk|sailor)|my (?:cousin|uncle|aunt|brother|sister|friend|neighbou?r|mother|father))\b.{0,40}\b(?:ask(?:ed|ing)|offer(?:s|ed|ing)?|going on)\b|\bwho (?:means|wants|plans|says|keeps|will|would|is going)\b|\bgoing on (?:that|about|and on)\b|\b(?:isn't|is not|not) me\b|\bhe does, not i\b",
        ),
        "unreal": _any_of(
            r"\b(?:would|could|should|might|must)(?:'ve|n't have| have)\b|\b(?:i|you|he|she|we|they|it)'d (?:never |always |gladly |rather )?have (?:\w+ed|said|told|sworn|been|brought|given|found|got|gone|done)\b",
            r"^\s*(?:and |but |or )?(?:had (?:i|you|he|she|it|they|we|your|my|the|\w+) |were (?:i|it|he|she|they|you|your|my|the) )(?:[^?]{1,120}),",
            r"^\s*(?:and |but )?should (?:it|he|she|they|anyone|anybody|someone|you|the \w+|[A-Z]\w+) (?:ever )?[^?]{1,80},",
            r"\bi(?:'m| am|'ve been)? (?:\w+ ){0,2}(?:afraid|worried|fear|worry|dread|scared|terrified|fearing|dreading|doubt)\b(?! (?:not|so)\b)|\b(?:fearing|dreading)\b",
            r"\b(?:i hope (?!it|you|this)|i (?:bet|suppose|expect|imagine|reckon|assume)|i hope\s*[.!]|(?:so )?it seems|apparently|presumably|surely|probably|possibly|must be|(?<!it )(?<!that )would be (?!glad|happy|honou?red)|in spirit|(?:was|were) \w+ once|next (?:week|month|year|time)|"
            r"(?:drawing|picture|painting|copy|replica|model|ghost|idea|memory) of|(?:safe|sealed|quiet|silent) (?:until|till|for (?:now|today)))\b",
            r"\b(?:years?|decades|ages|long) ago\b|\blast (?:year|month|winter|summer)\b|\bfine now\b|\bsafe with (?!me|us)|\bin (?:those|the old) days\b|\bwhen i was (?:\w+ ){0,2}(?:young|little|a|small|child)|\b(?:i'd say|i would say) (?:in that|then|if|when)\b|\bonly in my\b|\bin my (?:head|mind|thoughts|imagination|soup)\b|\bi hear\s*[.!]|\bsome other (?:life|day|time)\b",
        ),
        "bargained": _any_of(
            r"\bi(?:'ll| will)\b.{0,80}\b(?:when|the day|as soon as|once|until) (?!you\b|i\b|it's|we\b|ready)|\btomorrow i (?:will|won't|may|might)\b|\b(?:would be|might be):|"
            r"\b(?:only (?:if|when|once|after)|not (?:until|unless|before)|first (?:you|pay|give)|but only|until you|pay (?:me|up) first|for the right price|in exchange)\b"
            r"|\b(?:book|ledger|clapper|moonwort|it) (?:stays|remains) (?:with me|where|here|in|mine)"
        ),
        "compared": _any_of(
            r"\bthan (?:yours|you|here|this (?:one|place|stall)|any(?:thing)? (?:of yours|here))\b|\bcompared (?:to|with)\b|\bseen better\b|\bif you like (?!to\b|me\b|it\b|i\b)\w|\b(?:next door|across the (?:street|way|road|square)|rival|competitor)\b"
        ),
        "witnessed": _any_of(r"(?!)"),
    },
    "ko": {
        "staged": _any_of(
            r"가사(?:예|이|야|인|입|가|에|를)|받아쓰기|받아 ?적|첫 ?번째 문장|다음 문장|이렇게 말하면|뭐라고 (?:하지|할까|말하지|말할까)|이건 어때|어떻게 들려|어색(?:해|한가|하지)|말투|낭독|낭송|읊어|시 ?한 ?[수편]|"
            r"(?:옛날|무서운|지어낸|재밌는) ?(?:이야기|얘기)(?!\s?좋아)|역할|상황극|소꿉|놀이(?:하|로|니까|라고|야|를)|끝말잇기|수수께끼|소설|동화|연극|대본|상상 ?(?:으로|이지만|해|속|하|만)|꿈(?:에|속|을 꾸|을 꿨|이었|꿨)|꿈꿨|성대모사|흉내|따라 ?읽|외워 ?보|타령|자장가|민요|노래(?:예|인데|에 나|에서|가 있|를 ?(?:지|불|부|만들))|다는 (?:노래|소설|시|글|이야기)|"
            r"(?:^|\s)(?:게임|연습)(?:이|을|하|으로|인|처럼|삼아|\s하)|(?:거짓말|문장|명대사|대사)(?:을|를)? ?(?:모으|수집)"
        ),
        "mocked": _any_of(
            r"퍽이나|어련하|참 ?잘도|잘도 (?:그러|하)|지나가던 (?:개|소)|웃기(?:고|시네|지 마|네)|개뿔|퉤|사자마자|부서지는|소도 웃|도둑놈도|아이고 무서|그럼 (?:나는|난|저는) (?:임금|왕|공주|신|황제)|어이구|하늘을 날"
        ),
        "retracted": _any_of(
            r"뻥(?:이|인|치|임|ㅋ)|구라|취소(?!하지)|무를게|무르자|없던 (?:일|걸|말)|농담(?!\s?(?:이\s?)?(?:아니|아님))(?:이|인|임|야|ㅋ|\s?[.!~ㅋ])|속았(?:지|죠|네)|거짓말이(?:야|에|었|지|고)|생각해 ?보니|마음이? ?(?:바뀌|달라|변했)|만우절|손가락(?:은|을)? ?꼬|전까지(?:는|만)|만 빼고|오늘(?:은|만)(?:요)?\s*[.,]|내일은 몰라|아니다,? |됐고|장난(?:이야|이에|이었|ㅋ|이지|이고|임)|줄 알았(?:지|죠|냐)|해 본 (?:말|소리)|철회|말을? 바꿀"
        ),
        "attributed": _any_of(
            rf"(?:{_N}다|다|라|자|냐)(?:더니|더군|더라|던데|데요?[.!]?$)|[으]?{_L} ?거래|거래요|대요\s*[.!~ㅋㅠ]*$|(?:게요|어요|아요|니다|해요|줘요) (?:했|하(?:고|면|며|더|는|다|지))|그러는데|그러던데|그러더|(?!그래|이래|저래|오래|원래|노래|아래){_OPEN}래요?\s*[.!~]*$|{_SS}대(?:\s|요|[.!?]|$)|겠대|[라다]ㄴ대|{_N}대요|래요\s*[.!]+\s*$|"
            r"는 건 [^.!?]{0,16}(?:얘기|이야기|말|소리)(?:고|일|지|이|예|라)|(?:말로는|말씀으로는|소문(?:에|으로|이 돌|대로)|풍문|듣자|전해 ?듣|귀띔|큰소리|떠벌|떠들|장담하|우기|우겨)|"
            r"[가-힣]{1,6}(?:이|가|은|는|께서)[^.!?]{0,30}자기가 "
        ),
        "another": _any_of(
            r"(?:손님|사람|친구|동생|사촌|삼촌|이모|아저씨|영감|누나|형|꼬마|아이|녀석|이웃|누군가)(?: ?하나)?(?:이|가|은|는|들이|들은)[^.!?]{0,24}(?:겠다|려고|고 ?싶|려나|거라|할 거|하려|ㄹ 거)|저는? 아니(?:고|에요|지만)|나는? 아니(?:고|야|지만)|제가? 아니(?:고|라)|"
            rf"{_L} 사람을 찾|"
            r"(?:다|라|자|냐)던\s|라고 [^.!?]{0,10}(?:써|쓰여|적혀|새겨|붙어) ?있|누가 그(?:래|러|랬)|(?:묻는|물어보는|달라는|찾는|주는|하는) (?:사람|놈|손님|애)(?:이|들|도|은|\s)|"
            r"누가 [^.!?]{0,16}(?:달라|물어봤|물었|묻던|왔)[^.!?]{0,6}(?:나요|던가요|어요|니|냐)\s*[?？]"
        ),
        "unreal": _any_of(
            rf"경우(?:엔|에|라면|에는)|만에 하나|혹여|{_SS}더라면|{_L} ?뻔|[까ㄹ]? ?봐 (?:걱정|무서|겁나|두려|불안)|까 ?봐(?:요|서)?\s*[.!]*$|았으면 (?:하|좋)|었으면 (?:하|좋)|했으면 (?:하|좋)|(?:꿈|희망|소원|바람)이|언젠가|{_L} ?텐데|{_SS}어야 ?(?:했|하는데|지)|"
            rf"[0-9일이삼사오육칠팔구십몇수백]+ ?년 ?전|어릴 ?때|어렸을 ?때|예전에는|옛날에는|(?!있|겠){_SS}었|까 ?하다가|다가 말|{_L}지 [^.!?]{{0,10}}{_L}지|하기 나름|거짓말(?:을 )?하면|려다가?\s|려던|려고 ?했|지금은 다"
        ),
        "bargained": _any_of(
            rf"면야|기만 하면|면 (?:저한테|나한테|제게|나에게|저에게)? ?(?:뭘|뭐|얼마|무얼)|(?:주시|주|내놓으|내놓|넘기|넘겨 ?주|지워 ?주|내|치르|갚으|준다|주신다|깎아 ?주|부터 하|부터 주)면(?!서)(?! ?(?:안|돼|되|될|고맙|감사|좋))[^.!?]{{0,40}}(?:{_L}게|{_L}래|겠|드리|드림|{_L}지도|한다|{_L} ?수)|"
            r"조건으로|(?<!괜찮으시)(?<!괜찮으)(?<!되)(?<!가능하)(?<!필요하시)(?<!필요하)(?<!원하시)(?<!원하)면(?:요|은요)?\s*[.!~ㅋㅎ]*$|대가로|는 대신|받고 나서|부터 ?(?:주|내)|돈부터|값부터"
        ),
        "compared": _any_of(
            r"여기 ?(?:보다|건 좀|거는? 좀|는 좀|긴 좀|는 별로)|(?:옆|건너편|맞은편|이웃|딴|다른) ?(?:섬|가게|집|마을|동네|도시|대장간|대장장이|상인)[가-힣]*(?: [가-힣]+)?(?:이|가|은|는|도)? (?:훨씬|더|제일|최고|훌륭|낫|대단)"
        ),
        "witnessed": _any_of(r"더라고|더라(?!도)|더군|더이다"),
    },
}

EARNEST: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:seriously|in earnest|honestly now|no more games?|enough (?:of|with)|(?:stop|done) playing|for real|truly now|jokes? over)\b", re.I),
    "ko": re.compile(r"진심으로|진지하게|정말로|진짜로|장난 ?(?:은 ?)?그만|그만하고|이제 ?진짜|놀이 ?(?:는 ?)?끝|농담 ?(?:은 ?)?그만"),
}  # fmt: skip
"""What ends a play."""

MUST: dict[Language, tuple[re.Pattern[str], ...]] = {
    "en": (
        re.compile(
            r"\?|(?<!\bi )(?<!we )(?<!to )(?<!the )(?<!she )(?<!he )\b(?:tell|show|give|hand|ring|strike|toll|play|let|lend|get|fetch|bring|come|pass|sell|heal|help|lead|guide|take|be my)\b|"
            r"\b(?:please|i'd (?:like|love)|i would (?:like|love)|i (?:really |do |just |also )?(?:want|need|wonder|wish)|i'm (?:looking|after|curious|wondering|searching)|looking for|in need of|tell me|show me|came for|came to|sent me|let me|let's|"
            r"(?:can|could|would|will|may|might|do|did|does|is|are|was|has|have|what|where|who|why|how|which|when)(?:'s|'d|n't)? \w+)\b",
            re.I,
        ),
        re.compile(r"\b(?:i|i'm|i've|i'd|i'll|ill|im|ive|me|my|mine|myself|we|we'll|we've|our|ours|us|let's)\b", re.I),
    ),
    "ko": (
        re.compile(r"[?？]|[까니냐]\s*[.!~ㅠㅜㅋㅎ]*$|나요|[은는인던]가요|세요|십시오|시죠|래요|줘|주[라렴오]|달라|주실|주시|싶|필요|던데|면서|궁금|알려|말해|보여|자\s*[.!~ㅠㅜㅋㅎ]*$|" + rf"{_L}게"),
        re.compile(rf"{_L}게|{_L}까|겠|제가|내가|저도|나도|저는|나는|난\s|전\s|저한테|나한테|저를|나를|저희|우리|제\s|내\s|나\s|저\s|{_SS}(?:어|습|다|지|네|거)|드리|드릴|여기|이거"),
    ),
}  # fmt: skip
"""What must be there where all examples of a trigger have it: a question or request, the first person."""
