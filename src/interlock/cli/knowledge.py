"""``interlock knowledge``: bring articles in, find in them, see which are stale, contradict each other, and answered what."""

from __future__ import annotations

import asyncio
import csv
import getpass
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from interlock.cli.running import fail, run, settings_from
from interlock.vocabulary.channels import Channel

app = typer.Typer(
    no_args_is_help=True, help="Articles: check, ingest, list, show, search, eval, stale, used, withdraw."
)
Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Name = Annotated[str, typer.Argument(help="The article's name, as the list has it.")]
Head = Annotated[
    Path | None,
    typer.Option(help="File with title:, owner:, review_by: of what has no head of its own; needed for an address."),
]


@app.command("check")
def check(source: Annotated[Path, typer.Argument(help="Folder or file.")], head: Head = None) -> None:
    """Check articles without bringing them in."""
    settings_from()

    async def work() -> int:
        return len(await _read(str(source), head, frozenset()))

    count = run(work)
    print(f"{source} is fine: {count} article{'s' if count != 1 else ''}")


@app.command("ingest")
def ingest(
    source: Annotated[str, typer.Argument(help="Folder, file (Markdown, HTML, PDF, DOCX) or address.")],
    head: Head = None,
    data: Data = None,
    json: AsJson = False,
) -> None:
    """Bring articles in; each one that says something new becomes a new version, which counts everywhere at once."""
    settings = settings_from(data=data)
    by = f"{getpass.getuser()} (command line)"

    async def work() -> list[Any]:
        from interlock.cli import offline

        articles = await _read(source, head, frozenset(settings.allowed_hosts))
        async with offline.knowing(settings) as node:
            return await node.knowledge.publish(articles, by)

    found = run(work)
    if json:
        _print({"articles": [each._asdict() for each in found]})
        return
    for each in found:
        print(f"{each.article:32} version {each.version:3}  {'new' if each.new else 'as before'}")
    if not found:
        fail(f"There is no article in {source}.")


@app.command("list")
def show_list(data: Data = None, json: AsJson = False) -> None:
    """Print every article: version, owner, until when it may be said, how often it answered, and what is wrong with it."""
    found = _lines(data)
    if json:
        _print(found)
        return
    for each in found["articles"]:
        print(_line(each, found["days"]))
    if not found["articles"]:
        print("there is none")


@app.command("stale")
def show_stale(data: Data = None, json: AsJson = False) -> None:
    """Print the articles that somebody should look at again, and the sentences that may contradict each other."""
    found = _lines(data)
    stale = [each for each in found["articles"] if each["marks"]]
    if json:
        _print({"articles": stale, "contradictions": found["contradictions"]})
        return
    for each in stale:
        print(_line(each, found["days"]))
    for each in found["contradictions"]:
        print("may contradict each other:")
        for said in (each["first"], each["second"]):
            print(f"  {said['article']} version {said['version']}: {said['sentence']}")
    if not stale and not found["contradictions"]:
        print("all is well")


@app.command("show")
def show_one(article: Name, data: Data = None, json: AsJson = False) -> None:
    """Print an article: its versions, and what the latest one says."""
    from interlock.runtime.knowledge_lines import article_page

    found = _with_node(data, lambda node: article_page(node, article))
    if json:
        _print(found)
        return
    print(f"{found['title']} ({found['article']}), {found['owner']}, review by {found['review_by']}")
    for each in found["versions"]:
        mark = " (in force)" if each["version"] == found["in_force"] else ""
        print(f"version {each['version']}{mark}: {each['at']:%Y-%m-%d %H:%M} by {each['by']}")
    if gone := found["withdrawn"]:
        print(f"withdrawn {gone['at']:%Y-%m-%d %H:%M} by {gone['by']}: {gone['reason']}")
    for part in found["passages"]:
        print(f"\n{part['number']}. {part['heading'] or found['title']}\n{part['text']}")


@app.command("used")
def show_used(article: Name, data: Data = None, json: AsJson = False) -> None:
    """Print the answers that an article gave: when, in which interaction, from which version and passage."""
    from interlock.runtime.knowledge_lines import article_page

    found = _with_node(data, lambda node: article_page(node, article))
    if json:
        _print({name: found[name] for name in ("article", "answered", "answers")})
        return
    for each in found["answers"]:
        where = each["heading"] or found["title"]
        print(
            f"{each['at']:%Y-%m-%d %H:%M}  {each['interaction']}  version {each['version']}, passage {each['passage']}"
            f" ({where})  score {each['score']:.2f}" + (f"  in the words of {each['model']}" if each["model"] else "")
        )
    if not found["answers"]:
        print(f"{article} has answered nothing yet")


@app.command("search")
def search(
    question: Annotated[str, typer.Argument(help="What a customer would ask.")],
    channel: Annotated[Channel | None, typer.Option(help="As in this channel.")] = None,
    audience: Annotated[str, typer.Option(help="customer or agent.")] = "customer",
    data: Data = None,
    json: AsJson = False,
) -> None:
    """Print the passages that may answer a question, the best first, and whether the virtual agent would answer."""
    if audience not in ("customer", "agent"):
        fail(f"'{audience}' is no audience; write customer or agent.")

    async def work(node: Any) -> tuple[list[Any], float]:
        return await node.knowledge.search(question, audience, channel), node.tenant.knowledge.surer_than

    ranked, surer_than = _with_node(data, work)
    found = [
        {
            "article": one.live.article.article,
            "version": one.live.version,
            "passage": one.passage.number,
            "heading": one.passage.heading,
            "score": one.score,
            "evidence": one.evidence._asdict(),
            "text": one.passage.text,
        }
        for one in ranked[:5]
    ]
    answers = bool(found) and found[0]["score"] >= surer_than
    if json:
        _print({"answers": answers, "surer_than": surer_than, "found": found})
        return
    for each in found:
        head = f"{each['article']} version {each['version']}, passage {each['passage']}"
        print(f"{each['score']:.2f}  {head}  {each['heading']}\n      {each['text'].splitlines()[0][:160]}")
    print(f"\n{'would be answered' if answers else 'would not be answered'}: it takes {surer_than:g}")


@app.command("eval")
def evaluate(
    file: Annotated[
        Path, typer.Argument(help="CSV with the columns question and article; none where nothing answers.")
    ],
    data: Data = None,
    json: AsJson = False,
) -> None:
    """Ask many questions whose article is known; tell how many are answered rightly, wrongly, and rightly not at all."""
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            rows = [(each["question"], each["article"]) for each in csv.DictReader(opened)]
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as error:
        fail(f"{file} cannot be read: it needs the columns question and article ({error}).")

    async def work(node: Any) -> tuple[Mapping[str, float], list[Any]]:
        from interlock.runtime.knowledge_measuring import measured

        return await measured(node.knowledge, rows, node.tenant.knowledge.surer_than)

    figures, missed = _with_node(data, work)
    if json:
        _print({**figures, "missed": missed})
        return
    for name, value in figures.items():
        print(f"{name:20} {value:g}")
    for each in missed:
        print(f"  {each['question']}: wanted {each['wanted']}, got {each['got']} ({each['score']:.2f})")


@app.command("withdraw")
def withdraw(
    article: Name, reason: Annotated[str, typer.Option(help="Why, for colleagues.")], data: Data = None
) -> None:
    """Have no version of an article said any more, from now on and in every channel."""
    by = f"{getpass.getuser()} (command line)"
    _with_node(data, lambda node: node.knowledge.withdraw(article, by, reason))
    print(f"withdrawn: {article}")


async def _read(source: str, head: Path | None, allowed: frozenset[str]) -> tuple[Any, ...]:
    from interlock.runtime.knowledge_files import read_address, read_articles, read_file

    if source.startswith(("http://", "https://")):
        if head is None:
            fail("Say whose article it is: --head FILE with title:, owner: and review_by:.")
        return (await read_address(source, head, allowed),)
    path = Path(source)
    return await asyncio.to_thread(lambda: read_articles(path) if path.is_dir() else (read_file(path, head),))


def _with_node(data: Path | None, work: Any) -> Any:
    settings = settings_from(data=data)

    async def whole() -> Any:
        from interlock.cli import offline

        async with offline.knowing(settings) as node:
            await node.staff.load()
            return await work(node)

    return run(whole)


def _lines(data: Path | None) -> dict[str, Any]:
    from interlock.runtime.knowledge_lines import article_lines

    found: dict[str, Any] = _with_node(data, article_lines)
    return found


def _line(each: Mapping[str, Any], days: int) -> str:
    marks = [mark.replace("_", " ") for mark in each["marks"]]
    marks += [f"may contradict {', '.join(each['contradicts'])}"] if each["contradicts"] else []
    until = each["valid_until"] or "no end"
    return (
        f"{each['article']:28} v{each['version']:<3} {each['owner']:16} until {until!s:10}  review by {each['review_by']}"
        f"  used {each['used']} in {days} days" + (f"  [{'; '.join(marks)}]" if marks else "")
    )


def _print(value: Any) -> None:
    import msgspec

    print(msgspec.json.encode(value).decode())
