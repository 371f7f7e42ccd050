"""Does the OpenAPI document have what the manifest names, and does each parameter go where it belongs?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from interlock.connectors.operations import Operation, call_of, read_api
from interlock.kernel.documents import DefinitionError
from tests.connectors.shop import REFUND, SHOP, connector

API = read_api(SHOP)


def test_the_demo_s_documents_have_what_its_manifests_name() -> None:
    assert API.server == "http://127.0.0.1:8090"
    assert (API.secret_header, API.secret_form) == ("X-Api-Key", "{}")
    refund = API.operations["createRefund"]
    assert (refund.method, refund.path, refund.safe, refund.accepted) == ("POST", "/api/refunds", False, False)
    assert refund.place("amount") == "body"
    assert refund.required == {"order_id", "item_id", "amount"}
    assert API.operations["getOrder"].place("order_id") == "path"
    assert API.operations["findRefund"].place("reference") == "query"
    assert API.operations["findRefund"].place("surprise") is None
    assert "sendMail" in read_api(connector("mail")).operations


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            ('reference: "{proposal}" }', 'referense: "{proposal}" }'),
            "gives 'referense', and findRefund has no such parameter; did you mean 'reference'?",
        ),
        (("operation: createRefundPlain", "operation: getOrder"), "gives 'amount', and getOrder has no such parameter"),
        (
            ("idempotency: Idempotency-Key", "idempotency: X-Once"),
            "relies on the header X-Once, which createRefund does not declare",
        ),
        (
            ('      item_id: "{item_id}"\n', ""),
            "does not give 'item_id', without which createRefundPlain cannot be called",
        ),
    ],
)
def test_a_manifest_that_wants_what_the_document_has_not_is_told_where(change: tuple[str, str], problem: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        read_api(connector(change=change))
    assert problem in str(raised.value)
    first = raised.value.problems[0]
    assert first.file == "connectors/shop/openapi.json"
    line = SHOP.document.splitlines()[first.line - 1]
    assert "operationId" in line


def test_an_operation_that_is_missing_is_told_with_what_was_probably_meant() -> None:
    broken = replace(SHOP, document=SHOP.document.replace('"getOrder"', '"getOrders"'))
    with pytest.raises(
        DefinitionError, match="needs the operation 'getOrder', which is not here; did you mean 'getOrders'"
    ):
        read_api(broken)


@pytest.mark.parametrize("document", ["", "[]", "{", "[" * 5000])
def test_a_document_that_is_none_is_told(document: str) -> None:
    with pytest.raises(DefinitionError, match=r"connectors/shop/openapi\.json:1:1"):
        read_api(replace(SHOP, document=document))


def test_references_that_lead_nowhere_or_outside_are_told_and_a_circle_ends() -> None:
    def with_schema(reference: str) -> str:
        return SHOP.document.replace("#/components/schemas/RefundRequest", reference)

    for reference, problem in (
        ("#/components/schemas/Gone", "refers to nothing"),
        ("https://example.com/x.json", "lies outside the document"),
    ):
        with pytest.raises(DefinitionError, match=problem):
            read_api(replace(SHOP, document=with_schema(reference)))
    document = msgspec.json.decode(SHOP.document)
    document["components"]["schemas"]["RefundRequest"] = {"$ref": "#/components/schemas/RefundRequest"}
    assert read_api(replace(SHOP, document=msgspec.json.encode(document).decode())).operations["createRefund"].open_body


def test_parameters_go_into_path_query_header_and_body() -> None:
    call = call_of(API.operations["getOrder"], {"order_id": "a/b c?"})
    assert (call.method, call.path, call.query, call.body) == ("GET", "/api/orders/a%2Fb%20c%3F", (), None)
    call = call_of(API.operations["findRefund"], {"reference": "pr_1", "order_id": None})
    assert (call.path, call.query) == ("/api/refunds", (("reference", "pr_1"),))
    call = call_of(API.operations["createRefund"], REFUND)
    assert call.body is not None
    assert msgspec.json.decode(call.body) == REFUND
    plain = Operation("op", "GET", "/x", {"n": "query", "h": "header"}, frozenset(), False, False, False)
    call = call_of(plain, {"n": [1, True], "h": "v"})
    assert (call.query, call.headers) == ((("n", "1"), ("n", "true")), {"h": "v"})


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("getOrder", {}),
        ("getOrder", {"order_id": None}),
        ("getOrder", {"order_id": ".."}),
        ("getOrder", {"order_id": ""}),
        ("getOrder", {"order_id": {"a": 1}}),
        ("getOrder", {"order_id": "A-1", "more": "x"}),
        ("createRefund", {**REFUND, "Idempotency-Key": "a\r\nX-Evil: 1"}),
        ("createRefund", {**REFUND, "Idempotency-Key": "schlüssel"}),
    ],
)
def test_what_cannot_be_sent_is_not_sent(operation: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"getOrder|cannot stand|neither a text"):
        call_of(API.operations[operation], parameters)
