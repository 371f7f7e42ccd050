"""Is there an article for whatever the agent steps of a version name as knowledge?"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.dialogue.library import ARTICLES, Library, evolve, within
from interlock.journeys.language import AgentStep, JourneyFile
from interlock.journeys.model import Journey
from interlock.kernel.documents import DefinitionError, did_you_mean, load_located, problem
from interlock.kernel.log import Log
from interlock.runtime.definitions import Definitions


async def check_scopes(definitions: Definitions, log: Log) -> None:
    """Every article that is named has to be there: published and not withdrawn, or beside the definitions.

    Raises:
        DefinitionError: with each name for which there is none, its file and line.
    """
    named = {name: found for name, journey in definitions.journeys.items() if (found := list(_named(journey)))}
    if not named:
        return
    library = Library()
    for recorded in (await log.read(ARTICLES)).events:
        library = evolve(library, recorded)
    articles = {one.article for one in definitions.articles}
    articles |= {name for name, kept in library.articles.items() if kept.withdrawn is None}
    problems = []
    for file, text in definitions.files.items():
        if not file.startswith("journeys/"):
            continue
        located = load_located(text, file, JourneyFile)
        for path, index, scope in named.get(located.value.journey, ()):
            if not any(within((scope,), article) for article in articles):
                at = ("steps", *(int(part) if part.isdigit() else part for part in path.split(".")))
                mend = did_you_mean(scope, sorted(articles)) or "bring it in: interlock knowledge ingest"
                what = f"there is no article '{scope}'"
                problems.append(problem(located, (*at, "agent", "knowledge", index), what, mend))
    if problems:
        raise DefinitionError(problems)


def _named(journey: Journey) -> Iterator[tuple[str, int, str]]:
    """By a step's path, what it names as knowledge, and in which place."""
    for path, step in journey.steps.items():
        if isinstance(step, AgentStep):
            for index, scope in enumerate(step.agent.knowledge):
                yield path, index, scope
