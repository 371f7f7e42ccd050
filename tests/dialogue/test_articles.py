"""What does an article's file say, and is every mistake in it told with its line and what to write?"""

from __future__ import annotations

from datetime import date

import pytest

from interlock.dialogue.articles import LONGEST_PASSAGE, passages, read_article
from interlock.dialogue.finding import extract
from interlock.kernel.documents import DefinitionError

HEAD = "title: Returning something\nowner: Customer care\nreview_by: 2027-03-31\n"


def article(head: str = HEAD, body: str = "You have 30 days.", name: str = "returns") -> str:
    return f"---\n{head}---\n{body}\n"


def mistakes(text: str, name: str = "returns") -> list[str]:
    with pytest.raises(DefinitionError) as found:
        read_article("knowledge/returns.md", text, name)
    return [str(each) for each in found.value.problems]


def test_a_head_says_whose_article_it_is_and_when_where_and_to_whom_it_may_be_said() -> None:
    head = HEAD + "valid_from: 2026-01-01\nvalid_until: 2026-12-31\naudience: [agent]\nchannels: [chat, voice]\n"
    read = read_article("knowledge/returns.md", article(head), "returns")
    assert (read.article, read.owner, read.review_by) == ("returns", "Customer care", date(2027, 3, 31))
    assert (read.valid_from, read.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (read.audience, read.channels) == (("agent",), ("chat", "voice"))


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("You have 30 days.", 1, "there is no head that says whose article this is; begin with a line '---'"),
        (article(HEAD.replace("owner", "ower")), 3, "did you mean 'owner'?"),
        (article("title: Returning\nowner: Care\n"), 2, "review_by"),
        (article(HEAD.replace("2027-03-31", "soon")), 4, "'soon' is no day; write year, month and day"),
        (article(HEAD + "valid_from: 2026-05-02\nvalid_until: 2026-05-01\n"), 6, "it ends before it begins"),
        (article(HEAD + "language: ge\n"), 5, "'ge' is no language that articles can have; known: da, de, en"),
        (article(HEAD + "audience: []\n"), 5, "nobody may be told this; write customer, agent or both"),
        (article(HEAD + "channels: [fax]\n"), 5, "fax"),
        (article(body="\n# Only a heading\n"), 6, "the article says nothing; write it below its head"),
        (article(body="word " * 50_000), 6, "make several articles of it"),
    ],
)
def test_every_mistake_is_told_with_its_line_and_what_to_write(text: str, line: int, part: str) -> None:
    found = mistakes(text)
    assert any(f"returns.md:{line}:" in each and part in each for each in found), found


def test_a_name_that_cannot_be_one_is_told() -> None:
    assert "cannot be the name of an article" in mistakes(article(), "Über uns")[0]


def test_passages_are_what_stands_under_one_heading_as_plain_sentences() -> None:
    body = (
        "You have **30 days**.\n\n## How\n\n1. Put it into a [box](https://example.com)\n2. Hand it in.\n\n"
        "## Costs\n\n| From | Price |\n|---|---|\n| Austria | free |\n"
    )
    found = passages(read_article("returns.md", article(body=body), "returns"))
    assert [(each.number, each.heading) for each in found] == [(1, ""), (2, "How"), (3, "Costs")]
    assert found[0].text == "You have 30 days."
    assert found[1].text == "Put it into a box.\nHand it in."
    assert "Austria: free." in found[2].text


def test_a_long_section_becomes_several_passages() -> None:
    body = "\n\n".join(f"Sentence {number} of a long section about returning things. " * 8 for number in range(9))
    found = passages(read_article("returns.md", article(body=body), "returns"))
    assert len(found) > 2
    assert max(len(each.text) for each in found) <= 1_200


def test_a_long_paragraph_is_cut_between_its_sentences_and_a_long_sentence_between_its_words() -> None:
    paragraph = " ".join(f"Sentence {number} is about returning things." for number in range(100))
    found = passages(read_article("returns.md", article(body=f"{paragraph}\n\n{'word ' * 500}"), "returns"))
    assert max(len(each.text) for each in found) <= LONGEST_PASSAGE
    assert all(each.text.startswith("Sentence") and each.text.endswith("things.") for each in found[:3])
    words = " ".join(each.text for each in found).split()
    assert words == f"{paragraph} {'word ' * 499} word.".split()


def test_a_long_passage_is_cut_to_whole_sentences_around_the_one_that_answers() -> None:
    text = "Copper is a metal. It is old. To make copper shine, rub it with lemon. Then rinse it. It is red. " * 3
    cut = extract(text, "how do I make copper shine", "en", 60)
    assert cut == "It is old. To make copper shine, rub it with lemon." or cut.startswith("To make copper shine")
    assert len(cut) <= 60
