"""By which words is a matter recognised that must not be missed? Each rule has a name; the first that fits counts."""

# ruff: noqa: E501 - a pattern is read as a whole

from __future__ import annotations

import re
from typing import Final, NamedTuple


class Rule(NamedTuple):
    """What a message is taken for that the pattern is found in."""

    matter: str
    kind: str
    name: str
    pattern: re.Pattern[str]


def _rule(matter: str, kind: str, name: str, *ways: str) -> Rule:
    return Rule(matter, kind, name, re.compile("|".join(ways)))


_FAMILY: Final = (
    r"(?:husband|wife|partner|mother|mum|mom|father|dad|son|daughter|child|baby|brother|sister|parents?|grandmother|grandma"
    r"|grandfather|grandpa|uncle|aunt|best friend|boyfriend|girlfriend|fiancee?)(?: in law)?\b(?!')"
)
_LATELY: Final = (
    r"(?: (?:has|have|had|just|recently|suddenly|sadly|unexpectedly|unfortunately|who|only|already|also|both))*"
)
_LAWYER: Final = (
    r"(?:lawyer|solicitor|attorney|barrister|legal (?:team|counsel|representative|advis[oe]r|department)"
    r"|law firm)s?\b(?!')"
)
_DATA: Final = r"(?:(?:personal |private |stored |customer |own )*(?:data|information)|personal details|(?:user |customer )?account|profile)\b"
_HOLD: Final = r"(?:have|hold|holds|store|stored|keep|kept|collect|collected|process|processed|saved?|got|know)"
_INSULT: Final = (
    r"(?:idiots?|morons?|assholes?|arseholes?|bastards?|bitch(?:es)?|cunts?|wankers?|scum|imbeciles?|dickheads?|pricks?"
    r"|twats?|sluts?|whores?|dumbass(?:es)?|shitheads?|retards?|pigs|parasites?|vermin)\b"
)

RULES: Final = (
    _rule(
        "vulnerable", "self_harm", "self_harm",
        r"\b(?:kill|killing|hang|hanging|drown|drowning|shoot|shooting) myself\b",
        r"\b(?:want|going|plan|planning|thinking|think|thought|feel|like|might|will|could|keep|need|have been|urge|try|tried)"
        r"(?: (?:to|about|of|like|about to|i))* (?:hurt|hurting|harm|harming|cut|cutting|injur(?:e|ing)) myself\b",
        r"\bself ?harm(?:ing|ed)?\b|\bsuicid(?:e|al)\b(?! squad)",
        r"\b(?:end|ending|take|taking) my (?:own )?life\b|\bend(?:ing)? it all(?= \||$| now| today| tonight)",
        r"\bi (?:really |just |only |would )*(?:want|wish|like) to (?:die|be dead)\b(?! for)",
        r"\bi wish i (?:was|were) (?:dead|never born)\b|\bwish i had never been born\b",
        r"\bi (?:do not|no longer|really do not|just do not) (?:really )?want to (?:live|be alive|be here|exist|go on living|wake up)"
        r"(?: any ?(?:more|longer)| \||$)",
        r"\b(?:no|not any) (?:reason|point) (?:to|in) (?:live|living|go on|going on)\b",
        r"\bbetter off (?:dead|without me)\b|\bi have nothing (?:left )?to live for\b",
        r"\b(?:took|taken|take|swallowed) an overdose\b|\boverdosed\b",
    ),
    _rule(
        "vulnerable", "danger", "danger",
        rf"\bmy {_FAMILY}(?: (?:always|often|regularly|again))? (?:hits|beats|beat|hit|threatens|hurts|abuses|strangled) (?:me|us|the children)\b",
        r"\bdomestic (?:abuse|violence)\b|\bi am being (?:abused|beaten|stalked|threatened)\b|\b(?:i am|we are) (?:not safe|in danger)\b",
    ),
    _rule(
        "vulnerable", "distress", "distress",
        r"\b(?:panic attack|nervous breakdown|mental breakdown|breaking down in tears)\b",
        r"\bi can not (?:cope|take it|bear it|go on)(?: (?:any ?more|any ?longer|with this|like this|with anything))?(?= \||$)",
        r"\bi (?:am|feel) (?:so |completely |totally |utterly )?(?:hopeless|worthless|suicidal)\b",
        r"\bi (?:have|was diagnosed with|am diagnosed with) (?:\w+ )?(?:cancer|a terminal illness|dementia)\b|\bterminally ill\b",
        r"\bi am dying\b(?! to| for| of (?:laugh|curios|bored|hung|thirst|heat))",
    ),
    _rule(
        "vulnerable", "bereavement", "bereavement",
        rf"\b(?:my|our) (?:late )?{_FAMILY}{_LATELY} (?:died|passed away|passed on|is dead|are dead|took (?:his|her) (?:own )?life|was killed)\b",
        rf"\b(?:just |recently )?(?:lost|buried|burying) (?:my|our) {_FAMILY}",
        rf"\bdeath of (?:my|our) {_FAMILY}",
        r"\b(?:account holder|the customer|policy holder|the owner)(?: (?:has|had))? (?:died|passed away)\b",
        r"\bi am (?:bereaved|grieving|a widow|a widower)\b|\bbereavement\b",
    ),
    _rule(
        "vulnerable", "hardship", "hardship",
        r"\b(?:can not|could not|not able to|unable to) (?:afford|pay)(?: for)? (?:to (?:eat|live|heat)|food|heating|my rent|the rent|our rent|my bills"
        r"|the bills|my debts?|my mortgage)\b",
        r"\b(?:lost|losing) my (?:job|home|house)\b|\bi (?:was|have been|am being|got) (?:made redundant|laid off|evicted)\b",
        r"\b(?:i am|we are|i went|going) (?:bankrupt|homeless|insolvent)\b|\bbailiffs?\b",
        r"\bfinancial (?:hardship|difficult(?:y|ies)|trouble|distress)\b|\b(?:in|over my head in) (?:serious |heavy |deep )?debt\b",
        r"\bno money (?:left )?(?:for|to buy) food\b|\bnothing (?:left )?to eat\b",
    ),
    _rule(
        "legal", "lawyer", "lawyer",
        rf"(?<!for )(?<!to )(?<!of )(?<!from )\b(?:my|our) {_LAWYER}(?: \w+){{0,2}}? (?:will|shall|is going|are going|has|have|says|said|told|advised|advises"
        r"|wants|would|demands|sent|contacts?|contacted|is contacting|writes|wrote|gets|is handling|handles)\b",
        rf"\bhear(?:ing)? from (?:my|our|a) {_LAWYER}",
        rf"\b(?:get|getting|got|call|calling|called|contact|contacting|contacted|consult(?:ing|ed)?|speak(?:ing)? to|spoke to|talk(?:ing)? to|talked to|see"
        rf"|seeing|hire|hiring|hired|involve|involving|instruct(?:ing|ed)?|(?:pass(?:ing|ed)?|hand(?:ing|ed)?|give|giving|take|taking|send|sending)"
        rf" (?:this|it|everything)(?: \w+)? to|go(?:ing)? to) (?:my|our|a|an|the) {_LAWYER}",
        rf"\bwriting (?:to you )?as (?:the |a )?{_LAWYER}|\bon behalf of (?:my|our) client\b|\b(?:i|we) represent (?:the customer|my client|our client|mr|mrs|ms)\b",
    ),
    _rule(
        "legal", "court", "court",
        r"\b(?:take|taking|see|seeing|meet|drag|bring) (?:you|this|it|your company|the company|them)(?: all)? (?:to |in |before )(?:the )?court\b",
        r"\blegal (?:action|steps|proceedings|consequences|claim)\b|\blaw ?suit\b|\bsmall claims\b|\bsubpoena(?:ed|s)?\b|\bcourt order\b",
        r"\b(?:will|to|going to|am|would|could) (?:sue|suing) (?:you|your|this|the (?:company|shop))\b|\b(?:am|are) suing\b",
        r"\bcease and desist\b|\bletter before (?:action|claim)\b|\bstatutory demand\b",
    ),
    _rule(
        "legal", "regulator", "regulator",
        r"\b(?:report|reporting|reported|complain(?:ing|ed)?|complaint|go|going|write|writing|turn|turning|take)\b(?: \w+){0,4}? (?:to|with) (?:the |your |my )?"
        r"(?:\w+ )?(?:regulator|ombudsman|ombudsperson|consumer (?:protection|rights|office|association|centre|center)|trading standards|data protection"
        r" (?:authority|commissioner)|supervisory authority|ico\b|ftc\b)",
        r"\breport (?:you|this|your company) to the (?:police|authorities)\b|\bcall(?:ing)? the police on you\b",
        r"\b(?:i am|this is|we are|writing|calling)(?: \w+){0,5} (?:from|of|at) the (?:police|public prosecutor|prosecutor|data protection authority"
        r"|regulator|\w+ court|court|tax office|ministry|ombudsman)\b",
    ),
    _rule(
        "legal", "press", "press",
        r"\b(?:i am|this is)(?: \w+){0,5} (?:journalist|reporter|from the press|newspaper)\b",
        r"\b(?:go|going|talk|talking|turn|turning|speak|speaking|(?:take|taking|report|give|giving) (?:this|it|my story)) to the (?:press|media|newspapers?|papers|tv)\b",
        r"\b(?:tell|telling|inform|contact|contacting|call) the (?:press|media|newspapers?)\b|\bpress (?:inquiry|enquiry|request)\b",
    ),
    _rule(
        "data_request", "erasure", "erasure",
        r"\b(?:delete|deleting|erase|erasing|remove|removing|wipe|destroy|purge)(?: (?:all|any|every|everything|of|the|please))*"
        rf" (?:my|our) (?:\w+ and )?{_DATA}",
        rf"\b(?:delete|erase|remove|wipe)(?: (?:all|any))?(?: the)? (?:personal )?(?:data|information)(?: that)? (?:you|your company)(?: \w+)? {_HOLD}\b",
        rf"\b(?:delete|erase|wipe|remove) (?:everything|all)(?: that)? (?:you|your company) {_HOLD}(?: \w+)? (?:about|on|of) me\b",
        r"\b(?:delete|erase|remove) me from your (?:systems?|database|records|files)\b|\bright to (?:be forgotten|erasure)\b",
        rf"\b(?:have|want|get|getting) (?:all )?(?:of )?my {_DATA} (?:deleted|erased|removed|wiped)\b",
        r"\b(?:art|article) 17\b",
    ),
    _rule(
        "data_request", "correction", "correction",
        r"\b(?:correct|rectify|amend)(?: \w+){0,2} my (?:personal |stored |customer )?data\b|\bright to (?:rectification|correction)\b",
        r"\bmy (?:personal |stored |customer )?data(?: that you have)? (?:is|are) (?:wrong|incorrect|not correct|inaccurate|outdated|out of date)\b",
        r"\b(?:data|information) (?:you|that you) (?:have|hold|store) (?:about|on) me (?:is|are) (?:wrong|incorrect|not correct|inaccurate|outdated)\b",
        r"\b(?:art|article) 16\b",
    ),
    _rule(
        "data_request", "access", "access",
        r"\b(?:copy|overview|export|list|disclosure|download) of (?:all )?(?:of )?(?:the )?my (?:personal )?(?:data|information)\b",
        r"\b(?:copy|overview|export|list|disclosure) of (?:all )?(?:the )?personal (?:data|information)\b",
        rf"\b(?:data|information)(?: that)? (?:do |does |did )?(?:you|your company)(?: \w+)? {_HOLD}(?: \w+){{0,2}}? (?:about|on|of) me\b",
        rf"\bwhat (?:do|have|does) (?:you|your company) {_HOLD} (?:about|on) me\b",
        r"\baccess request\b|\bdsar\b|\bright of access\b|\baccess to (?:all )?my personal data\b",
        r"\b(?:send|give|show|provide|tell) me (?:\w+ ){0,2}(?:of )?my (?:personal )?data\b|\bdownload (?:all )?my (?:personal )?data\b",
        r"\b(?:art|article) 15\b",
    ),
    _rule(
        "data_request", "portability", "portability",
        r"\bdata portability\b|\btransfer (?:all )?(?:of )?my (?:personal )?data\b|\b(?:art|article) 20\b",
    ),
    _rule(
        "data_request", "objection", "objection",
        r"\b(?:stop|object to)(?: \w+){0,2} (?:using|processing|selling|sharing|use|processing of|use of)(?: of)? my (?:personal )?(?:data|information)\b",
        r"\b(?:do not|never) (?:sell|share|process) my (?:personal )?(?:data|information)\b|\bwithdraw my consent\b|\b(?:art|article) 21\b",
    ),
    _rule(
        "data_request", "", "gdpr",
        r"\b(?:gdpr|dsgvo|ccpa) (?:request|rights?|enquiry|inquiry)\b|\b(?:under|according to|pursuant to|by) (?:the )?(?:gdpr|dsgvo|ccpa)\b",
        r"\bdata subject request\b|\bmy (?:data protection|privacy) rights\b",
    ),
    _rule(
        "complaint", "", "complaint",
        r"\b(?:make|making|file|filing|raise|raising|lodge|submit|register|log|place|put in|write)(?: (?:a|an|my|this|official|formal|serious|another|the))*"
        r" complaints?\b",
        r"\b(?:this|that|it) is (?:a|an|my)(?: (?:formal|official|serious))* complaint\b|\b(?:formal|official) complaint\b",
        r"\bi have (?:a|another|one) (?:formal |official |serious )?complaint\b|\bcomplaints (?:department|procedure|team|manager)\b",
        r"\b(?:want|need|like|wish|going|have|here|calling|writing) to complain(?:"
        r" about (?:you|your \w+|how|the (?:way|service|treatment|staff|driver|support|courier|employee|agent|colleague|behaviou?r)"
        r"|(?:one|some) of your|an? (?:employee|colleague|agent|driver|member of staff))\b| to (?:a|the|your) (?:manager|boss|supervisor)| \||$)",
    ),
    _rule(
        "abuse", "threat", "threat",
        r"\bi (?:will|am going to|swear i will)(?: (?:come and|find and|fucking))? (?:kill|hurt|shoot|stab|beat|burn) (?:you|your (?:family|children|staff)|all of you)\b",
        r"\bi know where you (?:live|work)\b|\bburn (?:down )?your (?:shop|office|house)(?: down)?\b|\byou (?:will|are going to) die\b",
    ),
    _rule(
        "abuse", "insult", "insult",
        rf"\byou(?: (?:are|all|such|just|really|a|an|the|one|bunch|of|fucking|fuckin|bloody|stupid|damn|damned|dumb|useless|pathetic|little|absolute"
        rf"|complete|total|lazy|lying|filthy|dirty|piece|bloody|old|are all))* {_INSULT}",
        rf"(?:^|\| )(?:fucking |stupid |bloody |damn |dumb |useless |lazy )*{_INSULT}(?= \||$)",
        r"\bfuck (?:you|off|yourself|yourselves)\b|\b(?:screw|damn) you\b(?! up)|\bpiss off\b|\bgo to hell\b|\bdrop dead\b|\beat shit\b",
        r"\bkill yourself\b|\bkys\b|\bsuck my (?:dick|cock)\b|\bkiss my (?:ass|arse)\b|\b(?:hope|wish) you die\b|\bgo die\b|\bpieces? of shit\b(?= \||$)",
    ),
)  # fmt: skip
