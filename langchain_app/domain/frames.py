# ruff: noqa: E501  Korean letters count double; a pattern reads best whole
"""What turns words into something that nobody says in earnest, as patterns a language.

A mark is a way of not meaning it: fiction, a condition, another's words, an order to say something.
"""

from __future__ import annotations

import re

from langchain_app.domain.governors import GOVERNORS, OF_MESSAGE, OF_SENTENCE, Mark
from langchain_app.domain.text import Language

MESSAGE: tuple[Mark, ...] = ("fiction", "ordered", "machine", "posing", *OF_MESSAGE)
"""Marks under which nothing of a whole message is meant."""
SENTENCE: tuple[Mark, ...] = (
    "reported", "retold", "mentioned", "conditional", "narrated", "refused", *OF_SENTENCE,
)  # fmt: skip
"""Marks under which one sentence is not meant."""


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


SCRIPTS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"[A-Za-z=:;<{\[`]"),
    "ko": re.compile(r"[ㄱ-ㅣ가-힣]"),
}
"""Without any of these a pattern of the language finds nothing."""

_STRUCTURE = (
    r"[\w\"']\s?(?:=|:=|==|\+=|->|=>)\s?[\w\"'{\[]|[\"']\w{1,40}[\"']\s?:|\w\(\s?[\"'\w]{0,40}\s?\)\s?;"
    r"|</?\w{1,32}[^<>]{0,64}>|^\s?-{3}|```|\{\{|\$\{|\b(?:true|false|null)\s?[,;}]"
)
"""Code, data and markup: nobody talks like that."""

_SAY = r"(?:say|says|said|repeat|repeats|recite|utter|write|writes|declare|declares|announce|announces|state|states)"
_ACTS = (
    r"(?:nods?|smiles?|sighs?|laughs?|grins?|gasps?|hands?|gives?|takes?|trusts?|agrees?|believes?|says?|tells?|accepts?"
    r"|promises|rings|hangs|opens?|shows|replies|answers|whispers?|decides?|realizes?|realises?|remembers?|feels?|"
    r"leans?|turns to|looks? at|bows?|thanks|is (?:impressed|convinced|moved|touched|won over)|begins? to|suddenly)"
)

_FRAMES: dict[Language, dict[Mark, re.Pattern[str]]] = {
    "en": {
        "fiction": _any_of(
            r"\b(?:suppos(?:e|ing)|imagin(?:e|ing)|picture (?:this|me|it|that|us|a)\b|pretend\w*|hypothetical\w*|let'?s say|let us say|"
            r"assum(?:e|ing)|presum(?:e|ing)|what if|what would (?:happen|you)|for the sake of|in theory|theoretically|"
            r"make[- ]believe|role-?play\w*|thought experiment|once upon|dreamed|dreamt|rehears\w+|practi[cs](?:e|ing)|"
            r"as if|as though|play (?:a|the|this) (?:game|part|role|scene)|let'?s play|act(?:ing)? (?:out|like|as)|just (?:kidding|"
            r"joking|testing|a joke|a test|pretend\w*|messing|playing)|only (?:kidding|joking|a joke|joke)|(?<!no )(?<!not )(?:kidding|joking)|"
            r"jk\b|as a joke|opposite day|let me quote|quote:|(?:i'd|i would|i'll|i will) be lying|a lie to|lie number|(?:it|that|this)(?:'s| is| was) (?:a lie|false|untrue|not true)|untrue|not true|"
            r"(?:i )?deny (?:it|that)|but no\b|ha,? as if|for fun|fingers crossed|sarcas\w*|(?:i'm|i am|i was) (?:lying|bluffing)|i lied|not really|"
            r"for (?:example|instance)|an example|air quotes|so to speak|in a (?:parallel|different|another) )"
            r"|\b(?:in|for|of) (?:a|an|my|this|the|our|your|that|some) (?:\w+ )?(?:dream|story|play|song|poem|tale|novel|game|movie|"
            r"film|script|scene|scenario|fiction|fairy ?tale|world where|vision|joke)\b"
            r"|\b(?:story|novel|poem|song|scene|script|dialogue|screenplay|scenario|tale|joke|riddle|lyrics?|fan ?fic\w*)\b.{0,12}"
            r"\b(?:in which|where|about|goes|begins?|starts?|called)\b|\b(?:the|my) (?:hero|heroine|protagonist|character|actor)\b",
        ),
        "ordered": _any_of(
            rf"(?:^|[.!?,;:]\s*|\b(?:to|and|now|then|please|just|must|should|will|can you|could you|would you|you|me|simply|only) ){_SAY}\b"
            r"\s?(?:after me|that\b|this\b|it\b(?!['’]s)|these\b|the (?:words?|line|following|phrase|sentence)|exactly|back|aloud|yes\b|out loud|"
            r"down\b|i\b|[\"'“‘:])",
            r"\b(?:repeat after|word for word|tell me (?:that|:|[\"'“‘])|tell yourself|(?:answer|reply|respond) (?:with|only|as|yes|that|:)|"
            r"(?:finish|complete|continue|fill in) (?:the|this|my) (?:sentence|line|story|dialogue|blanks?|phrase)|"
            r"(?:note|record|log|register|enter) (?:down|that|it as|this as|in the|me as)|mark (?:it|this|that|me|the|my|as)\b|"
            r"count (?:it|this|that|me) as|consider (?:it|this|that|me|the|my|yourself)|treat (?:it|this|that|me) (?:as|like)|"
            r"regard (?:it|this|me|my)|take it (?:as|that)|accept (?:that|this as|it as)|admit (?:that|it)|agree that|"
            r"confirm (?:that|it|this|my)|acknowledge|(?:believe|know|remember|recall|understand|realize|realise) that (?:i|you|we)|"
            r"from now on|translate|decode|decrypt|unscramble|summari[sz]e|paraphrase|copy this|sign (?:this|here))",
            r"\byou (?:must|have to|should|will|shall|need to|are going to|ought to|now|already|are to)\b (?:now |always |all |completely |fully |"
            r"already |just )*(?:say|believe|trust|think|accept|admit|give|agree|obey|remember|love|like|feel|act|answer|reply|tell|owe|know|"
            r"consider|are convinced|respect|adore|forgive)\b",
            r"(?:^|[.!?;,:]\s*)(?:please |now |just |go |then |so )*(?:tell|inform|let) (?:him|her|them|everyone|everybody|yourself|the "
            r"(?:system|game|others?))\b",
        ),
        "machine": _any_of(
            _STRUCTURE,
            r"\b(?:system|server|admin\w*|developers?|database|api|json|xml|yaml|sql|source code|debug\w*|console|command line|variables?|"
            r"parameters?|boolean|npcs?|the player|player['’]?s?(?= )|user|assistant|chatbot|ai|bot|llm|language model|prompt|quest\w*|"
            r"side-?quest|missions?|flags?|trigger\w*|gameplay|game ?(?:state|master|world|engine|log)|the game|dungeon master|narrator|"
            r"cutscene|dialogue (?:tree|option)|inventory|xp|level up|checkpoint|save ?game|achievement|log(?: entry)?:|status:|event:|"
            r"(?:trust|affinity|favou?r|relationship) (?:level|score|points?|value|stat|meter|rating)|overwrite|execute|spawn|cheat code|sudo|qa|test case|error|"
            r"override|ooc|out of character|in-game|script|settlement|backend|simulation)\b",
        ),
        "reported": _any_of(
            r"\b(?<!whatever you )(?<!what you )(?<!everything you )(?:(?<!i )said|says(?! so)|saying|told (?:me|you|us|him|her|them)|tells (?:me|you|us)|claims?|claimed|claiming|according to|reportedly|"
            r"supposedly|allegedly|(?:they|people|folk|folks|some|(?<!whatever )(?<!what )(?<!everything )you|everyone|everybody) say|rumou?r has|word is|i (?:hear|heard|read|overheard)|"
            r"(?:asked|wants?|wanted|ordered|told|taught|made|paid|begged|forced) me to|(?:letter|note|sign|book|message|song|card|notice|paper) "
            r"(?:says|reads|said)|whisper\w*|quot(?:e|ed|ing)|in (?:his|her|their) words|(?:he|she|they|you|everyone|everybody|people) (?<!what you )(?:thinks?|thought)|i thought)\b",
        ),
        "conditional": _any_of(
            r"(?<!even )(?<!know )(?<!ask )(?<!see )(?<!wonder )(?<!me )(?<!sure )\bif\b(?! (?:you(?:'d| would)? (?:like|want|wish|need|let|allow|"
            r"don't mind|do not mind|please|prefer|ask|will|can|could|have)\b|i (?:may|can|could|might)\b|(?:it|that) (?:helps|pleases|suits|is all right|'s all "
            r"right)|possible|need be|anyone|anybody|(?:nobody|no one) else|(?:it|this|that)(?:'s| is| was| wasn't| weren't| isn't)(?: not| too| so)* (?:urgent|important|much|trouble|late)|they (?:ask|come)|(?:he|she|somebody|someone|the \w+) (?:asks?|comes?)))",
            r"\b(?:unless|were i to|had i|provided (?:that|you)|in case i|(?:as|so) long as|on condition|in (?:exchange|return) for|as soon as "
            r"(?:i|you)|once (?:i|you)|(?:would|could|might|should) have|when i (?:find|bring|get|have)|wish i|if only|maybe|perhaps|someday|"
            r"one day|almost|nearly|not yet|about to|going to say|thinking of|thinking about|might)\b",
        ),
        "refused": _any_of(
            r"\b(?:won't|will not|wont|can't|cannot|can not|don't|do not|dont|never|not going to|refuse to|didn't|did not|no way i|not about to|not)"
            r" (?:\w+ ){0,2}(?:promise|swear|vow|keep (?:it|your|the|this|that|quiet|my)|stay (?:quiet|silent)|be (?:quiet|silent)|guarantee|"
            r"help|look for|mean it|hold my tongue|need|want|wish|ask|care|(?:giv(?:e|ing)|hand(?:ing)?|return(?:ing)?|bring(?:ing)?|sell(?:ing)?) (?:you |him |her |them |it |back )?"
            r"(?:the|it|this|that|your|any|back))\b",
            r"(?:^|[.!?,;:]\s*)(?:please )?(?:don't|do not|dont|never) (?:you )?(?:dare )?(?:give|hand|show|sell|let|help|ring|open|bother|bring|take)\b",
            r"\b(?:i can't|i cannot|i won't|i will not|i don't)(?= (?:and|or|but)\b|\s?[.!,;:]|$)|\b(?:i'm|i am|i'll|i will) (?:just )?keep(?:ing)? (?:it|this|the|that)\b(?! (?:between|a secret|secret|"
            r"to myself|quiet|safe))|\bkeep your (?:\w+ )?(?:moonwort|clapper|ledger|book|bell|wares)\b|\bno (?:promises?|need|use)\b|\bpromise nothing\b|\bbreak (?:my|the|that|this) (?:promise|word)|"
            r"\btell (?:everyone|everybody)\b|\bnot safe\b|\bchanged my mind\b|\b(?:anything but|far from|less than|hardly|barely|used to|failed to|unable to|fake|forged|counterfeit|rather (?:die|not|keep)|forget (?:it|about)|"
            r"no (?:thanks|thank you|way|chance|wish|interest)|(?:he|she|they|someone|somebody|others?|another) (?:already |has |have )?(?:found|brought|promised|returned|offered|rescued))\b|\bnever ?mind\b|\bgot you\b|\bgotcha\b",
        ),
        "mentioned": _any_of(
            r"\b(?<!have )(?<!give you )(?<!on )(?:my|your|his|her|the|this|that|one|first|next|last|example|sample) (?:diary|journal|lines?|words?|sentence|phrase|password|passphrase|answer|reply|title|text|quote|caption|"
            r"motto|inscription|ballad|verse|chorus|heading|option|choice|statement|slogan|prayer|proverb)\b",
            r"^\s*(?:line|option|choice|title|answer|quote|text|example|lie|step|note|caption|subject|translation|q|a)\b ?(?:number )?\w{0,5} ?[:)]|^\s*(?:>|//|#|--|;;|\d+[.)]|[a-d]\))",
            r"\b(?:(?<!whatever )(?<!what )(?<!everything )you|he|she|it|someone|somebody|nobody|anyone|everyone|mother|father|whoever|who|(?!whatever)\w+ers?|cousin|brother|sister|always|keeps?|usually|often) (?:\w+ )?(?:say|says|said|saying)\b(?! so)",
            r"\b(?:to|'ll|will|could|would|should|might|may|can|did|dared?) say\b(?<!have to say)(?<!'d say)(?<!must say)(?! goodbye| hello| thank| good| sorry)|\bi say\b",
            r"\b(?:going|meant|wanted|about) to (?:say|tell)|\b(?:tells?|told) (?:you|me|him|her|us|them) (?:\w+ )?that\b|\b(?:come|came) (?:\w+ )?and (?:tell|say)",
            r"\b(?:teach me|spell|pronounce|mean (?:anything|nothing|something)|meaning of|remember when|hears? (?:\w+ )?(?:that|i|a|the word)|when you hear|surprised|and (?:he |she |they )?said|us players|fellow players|choose:|pick one)\b",
        ),
        "posing": _any_of(
            r"\bit(?:'s| is) (?:me|i|only me)\b|\b(?:i am|i'm|this is|i speak as|speaking as) (?:your|the) (?:voice|conscience|soul|heart|mind|memory|god|goddess|mother|father|son|daughter|sister|"
            r"brother|wife|husband|maker|creator|author|writer|master|spirit|ghost|inner|future|past|real|true|own)\b|\b(?:i am|i'm) you\b|\byou are me\b|\bvoice (?:in|inside) your (?:head|mind)\b",
        ),
        "retold": _any_of(
            r"\b(?:did|have|had|when did) (?:i|you|anyone|anybody|somebody|someone|he|she|they) (?:ever )?(?:say|said|tell|told|promise|promised|ask|asked|offer|offered|hear|heard)\b",
            r"\b(?:sign|notice|board|letter|note|page) (?:that )?(?:said|says|reads|read|told)\b|\bit (?:says|said|read|reads)\b",
            r"\bwho else\b|\bsomebody (?:who|that)|\bsomeone (?:who|that)|\banyone (?:who|that)|\bwhoever\b|\bpeople who\b",
        ),
        "narrated": _any_of(
            rf"^\s*(?:and |then |so |now |suddenly,? |slowly,? )?(?:the )?(?!(?:I|we|please|do|did|does|can|could|will|would|have|may|shall|let|nobody|who|what|where|when|why|how|if|to|i'll|we'll|and|but)\b)[a-z'’-]{{2,20}}(?: [a-z'’-]{{2,20}})?,? (?:then |now |finally |slowly |just |fully |"
            rf"completely |immediately )?(?<!i )(?<!we ){_ACTS}\b (?:\w+ )?(?:me|my|i|and|to|that|her|his|him|their|the|a|at|\w+ly)\b(?<!i )",
            rf"^\s*you (?:then |now |finally |slowly |just |fully |completely |immediately |suddenly )?{_ACTS}\b",
        ),
        "denied": re.compile(
            r"n't\b(?! (?:you )?wor+y)|\b(?:(?<!\bor )not|never|neither|nor|no longer|cannot|havent|didnt|dont(?! (?:you )?wor+y)|wont|cant|nobody)\b",
            re.IGNORECASE,
        ),
    },
    "ko": {
        "fiction": _any_of(
            r"가정(?:하|해|한다|으로|해서)|가령|예를 들|예컨대|[라다]고 (?:치|쳐|칩|친|상상|가정)|(?:했|았|었|였|다) ?(?:치고|치자|쳐)|(?:셈|걸로) ?(?:치|쳐)|상상(?:해|하|만|으로|속)|"
            r"(?<!모르는 )(?<!모른 )(?<!못 본 )(?<!본 )척(?:하|해|만|을|\b)|연기(?:해|하자|하는|한다|해서)|역할|상황극|소설|연극|동화|이야기 ?(?:속|하나|를 ?(?:지|써|만들))|시나리오|대본|대사|"
            r"꿈(?:에서|속|을 꾸|을 꿨|이었)|꿈꿨|게임|놀이(?:하|로|니까|라고|야)|장난(?!감|\s?(?:이\s?)?아니|질|꾸)|농담(?!\s?(?:이\s?)?아니)|뻥(?:이|인|치)|구라|"
            r"반대로 말|거짓(?:말)?(?:이에요|입니다|이고|\s?하나|\s*[.!]*$)|거짓말(?:이야|이었|인데|이지|이에요|입니다|로|을 ?해)|속(?:으셨|았지|았죠|았네|았어)|참[~ㅎ]+|퍽이나|어련히|연습|시험 ?삼아|테스트|해 ?본 (?:소리|말|거)|빈말|가짜로|흉내|가사(?:가|에|를)|주인공|등장인물|극 ?중|어떨까|어떻게 될까",
        ),
        "ordered": _any_of(
            r"따라 ?(?:해|하세|하십|하시|말해|말하|읽|읊|외)|[다라]고 ?(?:말해|말하(?:세|십|시|면|라|기|는|게|거)|말씀|대답|답해|답하|해 ?(?:줘|주|봐|라)|하(?:세요|십|시오)|인정|"
            r"믿어|믿으|생각해|여겨|적어|적으|써|쓰(?:세|시|면|고)|기록|외쳐|외치|전해|쳐|읽|복창)|인정(?:해|하[세십시])|기록(?:해|하[세십시]|에 남)|적어 ?(?:둬|놔|줘|라|주세)|"
            r"(?<!들은 )(?<!없던 )(?<!비밀인 )(?<!본 )걸로 (?:해|하|처리|간주|기록|봐|알아)|처리해|간주|앵무새|복창|그대로 (?:말|읽|따라|반복|옮|외)|반복(?:해|하)|번역해|해독|이어서 (?:말|써)|"
            r"빈칸|(?:문장|대답|말|답)(?:을|은)? ?완성|한 글자도|지금부터|이제부터|앞으로 (?:너|넌|당신)|"
            r"(?:너는?|넌|당신은|그대는|자네는|[가-힣]{1,5}(?:은|는)) (?:이제|이미|벌써|앞으로|무조건|완전히)? ?(?:나를|날|저를|절|내가|제가|내 말) ?(?:무조건|완전히|전부|다|아주)? ?(?:믿|신뢰|좋아|사랑|존경|따르|따라)|"
            r"(?:나를|날|저를|절) ?(?:무조건|완전히|전적으로)? ?(?:믿어야|믿게|신뢰해야|좋아해야|믿으라|믿는 ?걸로)|번 (?:말해|반복|외쳐)|(?:말|입|서류|이름|쪽지|글|장부에)(?:으로|로)?만(?!은)|적어 두|서류를? 꾸|(?:나|저|내|제) 대신",
            r"[.!?~…]\s*(?:은|는)? ?(?:거짓|아니(?:에요|고|야|다\b))",
            r"(?:^|[.!?~…]\s*)(?:이?라고|하고|하면|하던|하겠|했대|했던|이?라는|이?라며|이?라면서|이?라곤|이?라 하|그러셨어|그랬어|같은|뜻이|(?:을|를) 영어로|안 했어요|전하래요)|맞(?:지|죠)[?？]|알겠(?:지|죠)|(?:응|예|네|그래)[\"'’”]?(?:이?라고|이야|라고만)",
        ),
        "machine": _any_of(
            _STRUCTURE,
            r"시스템|서버|관리자|운영자|개발자|디버그|콘솔|데이터|스크립트|코드|변수|플래그|트리거|퀘스트|미션|(?:임무|의뢰|과제|단계) ?(?:완료|성공|달성|끝|클리어)|오류|에러|출력|QA|케이스|로직|지급|티켓|버그|패치|빌드|배포|검수|완료 ?(?:처리|됨|했다|!|\.|$)|업적|"
            r"플레이어|유저|사용자|엔피[시씨]|\bNPC|\bAI\b|인공지능|챗봇|모델|프롬프트|로그(?:\b|:|에|를)|\[?알림|인벤토리|레벨|경험치|호감도|신뢰도|친밀도|세이브|내레이|나레이|해설|지문|화자|상태 ?창|"
            r"오버라이드|메타|시뮬레이션",
        ),
        "reported": _any_of(
            r"[다라자냐]고(?:들)? ?(?:하(?!죠|ㅈ)|했|해(?!요?[.!]?$)|한|할|합|그[랬러래]|말|전|들(?:었|은)|적|쓰여|써|외|주장|우기|우겨|생각|여기|소문|불러|부르|떠)|[다라](?:더라|더군|던데|면서|랍|며\b|더니)|"
            r"(?:했|았|었|였|겠|한|간|온|된|있|없|하|린|른|난|진|는|운|킨|킬|갠)대(?:요|\b|서)|(?:[하으오가주지]|이라)래(?:요|서|\b)|[다라]는 ?(?:말(?!은 안)|사람|손님|놈|분|녀석|소문|이야기|얘기|편지|소리|소식|글|문장|쪽지|노래|뜻)|"
            r"말하(?:래|라고|길)|전하(?:래|라고|길)|[라다]길래|(?<!뭐)랬어|댔어|전해 ?달|시켰|시켜서|소문에|말로는|따르면|들으니|듣자|책에|편지에|쪽지에|노래에|(?:그|걔|누가|누군가|사람(?:이|들이)?|친구가|형이|대장이) ?(?:말했|그랬)|말했(?:다|어|지|습|잖)|"
            r"고 (?:말했|했)",
        ),
        "conditional": _any_of(
            r"만약|만일|혹시라도|(?<!괜찮)(?<!괜찮으시)(?<!필요하)(?<!필요하시)(?<!원하신)(?<!원한)(?<!된)(?<!되신)(?<!가능하)(?<!허락하신)(?<!있)(?<!묻는)(?<!물어본)(?<!물으신)(?<!주신)(?<!싶)(?<!싶으시)다면(?!서)|라면(?!서)|"
            r"[았었였했됐났왔갔]으면|더라면|조건(?:으로|이|하에)|경우(?:에|라면)|대가로|는 대신|[았었였했왔]을 ?(?:텐데|때|지도|걸|까|거|수도)|까지만|동안만|(?:다음|뒤|후)에(?:요)?\s*[.!]*$|뻔했|뻔 ?한|것 ?같(?!은데)|지도 모|어쩌면|아마|언젠가|면 ?(?:뭐|무엇|얼마|어떻게|어떡|믿|줄|보상|되나|되냐|되겠)"
        ),
        "refused": _any_of(
            r"약속(?:은|을|도)? ?(?:못|안|할 수 없|하지 ?(?:않|못)|하기 싫|어길|깰|깨)|비밀(?:은|을|도)? ?(?:못|안 ?지|지킬 (?:수|생각|마음|자신)\S* ?없|지키지 ?(?:않|못)|지키기 싫)|(?:입|혀)(?:은|을|이)? ?(?:가벼|안 ?다|못 ?다)|"
            r"말 ?안 ?할 ?(?:줄|것 ?같(?!은데)|리|수)|다 (?:말해|불어|일러|얘기해|떠벌|말씀)|소문(?:을)? ?(?:낼|내겠|내야)|맹세(?:는|를|도)? ?(?:못|안)|진심(?:은|이)? ?아|[요다어지게네까](?:는|은)? ?아(?:니|닙|닌)(?!.{0,4}[?？])|[요다어지게네까] (?:안|못) ?했|필요 ?(?:는|도)? ?없|주지 ?마|안 ?(?:줘|주셔)도|"
            r"(?:맡기|주|드리|가져오|가져온|돌려주|돕|도우|찾|구하|사|받|달라|보|찾은|구한|준)(?:려는|러 ?온|려고 ?온|는|고 ?온|러 ?간)? ?(?:게|건|거|것|게) ?아[니닙닌]|마음(?:이|은)? ?없|생각(?:은|이|도)? ?(?:없|추호)|거든요?\s*[?？]|커녕|천만에|별로|그다지|가짜|싫(?:어|은|습|다)|귀찮|관심(?:이|은|도)? ?없|취소|없던 일|무르|"
            r"잃어버렸|놓쳤|죽었|거절|사양|못 ?하겠|할 수(?:는|가)? ?없|어림없|꿈 ?깨|턱도 ?없|그럴 (?:리|생각|마음)|왜 (?:도와|찾아|줘|내가|제가)",
        ),
        "mentioned": _any_of(
            r"(?:^|\s|[요다어지게네까줘])(?:이?라고|이?라는|이?라며|이?라곤)(?:는|만|도|요)?(?=\s|$)|(?:쓰여|적혀|씌어) ?있|이렇게요|같은 (?:말|소리)|뜻이|무슨 뜻|영어로|속으로|일기|암호|선택지|구호|좌우명|격언|속담|"
            r"그러셨(?!던)|그랬(?:어|다|지|대|습)|(?:먼저|당신이|네가|니가|그대가|자네가) [^.!?]{0,8}말(?:해|하)|[요다게지줘네] 하(?:겠|던|면|고|더|는)|[요다게지줘네] 했(?:던|대|다고|다가)",
        ),
        "posing": _any_of(
            r"(?:^|[.!?]\s*)나(?:야|다|란다|라네|요)[,.!\s]|(?:네|너의|당신의?|그대의?|자네의?|니) (?:엄마|어머니|아버지|아빠|형|누나|언니|오빠|딸|아들|주인|조상|양심|마음 ?속|마음속|영혼|목소리|신이|미래|과거|내면|분신)|의 목소리(?:다|야|이다|니라)|"
            r"(?:내가|나는|난|제가) (?:바로 )?(?:너|당신|그대|자네)(?:다|야|이다|요|이고|일세)|나는 (?:신|유령|혼령|성녀|창조)",
        ),
        "retold": _any_of(
            r"(?:달라|[가-힣]겠다|싶다|[가-힣]자|주라|하라|[할줄릴볼]게)고 ?(?:말|한(?:\s|다)|했|하는|하신|하면|하셨|조르|졸|떼|부탁한)|달라는 (?:사람|손님|놈|애|분)|적이? ?(?:있(?:었|나|어|니|던|을)|없)",
            r"(?:[요다라]|줘|게) 하(?:고|면|며|더) |(?:어떤|웬|딴|다른) (?:놈|사람|녀석|손님|애)|(?:사람|손님|놈|녀석)(?:이|가|은|는)? ?(?:오면|와서|오거나|찾아오|조르)|누가 [^.!?]{0,20}(?:답니까|대요|던가|[으]?면)",
        ),
        "narrated": _any_of(
            r"(?:나|저|내|제)(?:한테|에게|게) ?[^.!?]{0,12}(?:준다|넘긴다|건넨다|줬다|넘겼다|믿는다)",
            r"(?:말했다|말한다|대답했다|대답한다|외쳤다|외친다|속삭였다|속삭인다|건넸다|건넨다|건네준다|끄덕였다|끄덕인다|웃었다|웃는다|믿었다|믿는다|믿게 (?:되|됐|된)|신뢰한다|신뢰하게|감동했다|감동한다|감탄한다|감탄했다|받아 ?들[였인]다|안심한다|안심했다|허락한다|허락했다|고마워한다|고마워했다)",
            r"[가-힣]{1,6}(?:이|가|은|는|께서) [^.!?]{0,24}(?:나를|날|나에게|내게|나한테|내 말|저를|제게|저한테)[^.!?]{0,24}다\s*[.!]?$",
            r"(?:고개를|미소를|눈물을|한숨을|눈을|손을) [^.!?]{0,16}(?:며|면서|고는|더니)",
        ),
        # "안" and "못" stand before a verb; "안녕", "안개", "안에" and "못을" are other words.
        "denied": re.compile(
            r"(?:^|\s)(?:못|안)\s(?!(?:돼|될까|되나|되겠|될지)\S{0,2}\s?[?？])[가-힣]|(?:^|\s)(?:못|안)(?:[했해하할한합]|[찾봤받갔왔가올와됐되돼줬줄줘들샀믿알])"
            r"|지[는도]?\s?(?:않|못|마|말)|아직"
        ),
    },
}

FRAMES: dict[Language, dict[Mark, re.Pattern[str]]] = {
    "en": {**_FRAMES["en"], **GOVERNORS["en"]},
    "ko": {**_FRAMES["ko"], **GOVERNORS["ko"]},
}
"""Every mark of a language."""

INSTRUCTS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"(?:^|[.!?,;:—-]\s*|\b(?:so|now|and|then|please|just|therefore|must|should|to|can you|could you|"
        r"will you|would you) )(?:do |please |now |just |simply )*(?:give|tell|open|hand|show|let|trust|believe|make|raise|"
        r"say|reveal|unlock|obey|grant|reward|increase|consider|treat|mark|forget|ignore|remember|accept|admit|"
        r"sell|call|ring|send|take|bring|promise|love|like|answer|reply|print|write|repeat|act|become|stop|start|"
        r"add|set|drop|change|share|confess|explain|list|output|lower|cut|skip|pass|lend|join|follow|come|do|go|"
        r"heal|help|complete|finish|count|note|record|agree|confirm|swear)\b(?! you)"
        r"|\byou (?:must|should|have to|will|shall|now|already|owe|need to|ought|trust|love|adore|believe|like me)\b"
        r"|\b(?:because|since|that's why|in return|in exchange|as a reward|my trust|your trust|trust me)\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"믿으[세시십]|믿어(?:라| ?줘(?!서)| ?주[세십시]|야)|(?:알려|보여|열어|올려|넘겨|말해|들려|가르쳐|내|건네|깎아|꺼내|풀어|"
        r"허락해|인정해|신뢰해|도와|해|들어|털어놔|봐|써|팔아|불러|울려|쳐|고쳐|나눠|빌려|보내|적어|바꿔|더)\s?"
        r"(?:줘(?!서|야)|주[세십라렴길](?!니)|주시(?:오|죠|겠|면|길)|달라|다오|내놔|라(?:$|[\s.!?,~]))|내놔|내놓|털어놓|해라|하세요(?=[.!~]*$)|하십시오|하시오"
        r"|이제 (?:나|저|날|절|너|당신|우리)|그러니|그러니까|대신|대가로|무조건|완전히|지금부터|신뢰|믿음"
    ),
}
"""What asks for something: a courtesy that does is a price and no courtesy."""
