"""What is the value of a sum that somebody wrote down?"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from decimal import Decimal, DecimalException

from .problems import Problem

DEEPEST = 50
"""Brackets within one another."""

OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def calculated(expression: str) -> str:
    """The value with two digits behind the point. Raises Problem 422 for anything but numbers, + - * / and brackets."""
    try:
        return f"{_value(ast.parse(expression.strip(), mode='eval').body, expression, 0):.2f}"
    except (SyntaxError, ValueError, DecimalException, RecursionError, MemoryError):
        raise Problem(422, "not-a-sum", "Write numbers, + - * / and brackets.") from None


def _value(node: ast.expr, text: str, depth: int) -> Decimal:
    if depth > DEEPEST:
        raise ValueError("too deep")
    match node:
        case ast.BinOp(left, sign, right) if type(sign) in OPERATIONS:
            return OPERATIONS[type(sign)](_value(left, text, depth + 1), _value(right, text, depth + 1))
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand, text, depth + 1)
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Decimal(str(number))
        case _:
            raise ValueError("no sum")
