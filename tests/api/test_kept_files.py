"""Do browsers keep the pages' files, and never one that has become another?"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from interlock.api import pages

FOR_GOOD = "public, max-age=31536000, immutable"


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pages' files, to be changed."""
    copied = tmp_path / "web"
    shutil.copytree(pages.WEB, copied)
    monkeypatch.setattr(pages, "WEB", copied)
    return copied


@pytest.fixture
async def browser(web: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar([pages.desk_page, pages.chat_code, pages.code], openapi_config=None)
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # ASGI 3
    async with httpx.AsyncClient(transport=transport, base_url="http://interlock.test") as client:
        yield client


async def kept(browser: httpx.AsyncClient, path: str) -> str:
    answer = await browser.get(path)
    assert answer.status_code == 200, path
    return answer.headers["cache-control"]


async def test_whatever_a_page_names_is_kept_for_good_and_the_page_is_not(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/desk")).text
    named = re.findall(r'(?:href|src)="(/[^"]+)"', page)
    assert len(named) == 6
    assert {await kept(browser, path) for path in named} == {FOR_GOOD}
    assert await kept(browser, "/desk") == "no-cache"


async def test_the_chat_s_script_names_modules_that_are_kept_and_is_not_kept_itself(browser: httpx.AsyncClient) -> None:
    script = (await browser.get("/chat.js")).text
    (path,) = re.findall(r"import\(`\$\{server\}(/[^`]+)`\)", script)
    assert path.startswith(f"/web/{pages.version()}/chat/")
    assert await kept(browser, path) == FOR_GOOD
    assert await kept(browser, "/chat.js") == "no-cache"


async def test_a_changed_file_has_another_name_and_the_old_name_gives_it_but_not_for_good(
    browser: httpx.AsyncClient, web: Path
) -> None:
    before = pages.version()
    (web / "desk" / "main.js").write_text("// Another desk.\n")
    after = pages.version()
    assert after != before
    assert f"/web/{after}/desk/main.js" in (await browser.get("/desk")).text
    assert await kept(browser, f"/web/{after}/desk/main.js") == FOR_GOOD
    for path in (f"/web/{before}/desk/main.js", "/web/desk/main.js"):
        assert (await browser.get(path)).text == "// Another desk.\n"
        assert await kept(browser, path) == "no-cache"


def test_the_name_is_made_of_what_is_in_the_files_and_not_of_when_they_were_written(web: Path) -> None:
    before = pages.version()
    os.utime(web / "desk" / "main.js", (1, 1))
    assert pages.version() == before
    (web / "desk" / "main.js").rename(web / "desk" / "other.js")
    assert pages.version() != before


@pytest.mark.parametrize("path", ["{}/../../pages.py", "{}/..%2f..%2fpages.py", "{}//etc/hosts", "{}", "{}/none.js"])
async def test_a_version_opens_no_way_out_of_the_folder(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get("/web/" + path.format(pages.version()))).status_code == 404
