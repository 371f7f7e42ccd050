"""The articles over the network: which there are, what should be looked at again, and which answers each gave."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from interlock.api.signing import require
from interlock.runtime.app import App
from interlock.runtime.knowledge_lines import article_lines, article_page
from interlock.runtime.staff import Person


@get("/v1/knowledge")
async def show_articles(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The articles: version, owner, validity, how often each answered lately, marks, and what may contradict each other."""
    require(person, "see_policies")
    app: App = state.app
    return dict(msgspec.to_builtins(await article_lines(app)))


@get("/v1/knowledge/{article:str}")
async def show_article(article: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """An article with its passages, all its versions, and the latest answers that it gave."""
    require(person, "see_policies")
    app: App = state.app
    return dict(msgspec.to_builtins(await article_page(app, article)))


HANDLERS: Final = (show_articles, show_article)
