"""In which words is a customer shown what an action does?"""

from __future__ import annotations

from interlock.kernel.events import Erased
from interlock.vocabulary.channels import CardWords
from interlock.vocabulary.proposals import ProposalJudged


def card_words(judged: ProposalJudged, language: str) -> CardWords:
    """What a judged action does and the lines of its card, in a language; in the tenant's own where that has none."""
    others = () if isinstance(judged.others, Erased) else judged.others
    own = CardWords(language, str(judged.says), () if isinstance(judged.shows, Erased) else judged.shows)
    return next((each for each in others if each.language == language), own)
