"""Do the rules of the retail example hold what its cases say, and is each of them needed?"""

from __future__ import annotations

from interlock.control.cases import failures, read_cases
from interlock.control.proving import knock_out
from tests.retail.conversation import definitions
from tests.retail.data import RETAIL

from retail_shop.__main__ import create_app, main, openapi_document  # isort: skip


def test_every_case_of_the_retail_example_holds() -> None:
    bundle = definitions().bundle
    assert [str(each) for each in failures(read_cases(definitions().files, bundle), bundle)] == []


def test_every_rule_of_the_retail_example_is_needed_by_a_case() -> None:
    bundle = definitions().bundle
    assert knock_out(read_cases(definitions().files, bundle), bundle) == []
    assert len(bundle.rules) == 23


def test_the_connector_speaks_of_the_document_that_the_shop_serves() -> None:
    written = (RETAIL / "connectors" / "retail" / "openapi.json").read_bytes()
    assert openapi_document(create_app(None)) == written, "run python -m retail_shop --write-openapi"


def test_a_shop_without_data_says_what_it_needs(capsys) -> None:  # type: ignore[no-untyped-def]
    assert main(["--data", "nowhere/db.json"]) == 2
    assert "Name a file with users, orders and products" in capsys.readouterr().err
