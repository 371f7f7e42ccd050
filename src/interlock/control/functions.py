"""Which facts does a connector's facts.py compute, and is it as pure as a judgement needs?"""

from __future__ import annotations

import ast
from types import CodeType
from typing import Any, Final

from interlock.control.actions import FactFunction
from interlock.kernel.documents import DefinitionError, Problem

PURE_MODULES: Final = (
    "__future__",
    "datetime",
    "decimal",
    "fractions",
    "math",
    "re",
    "typing",
    "collections",
    "itertools",
)
"""What facts.py may import: nothing that could see the outside."""

FORBIDDEN_CALLS: Final = ("open", "exec", "eval", "compile", "__import__", "input", "print", "breakpoint")


def read_functions(source: str, file: str) -> dict[str, FactFunction]:
    """The functions of a connector's facts.py by name; those that begin with ``_`` are its own affair.

    The file belongs to whoever publishes the definitions and is trusted like them; the checks are there so that a
    judgement does not come to depend on something that is not in the log, not to hold off an attacker.

    Raises:
        DefinitionError: it is no Python, imports or calls what is not pure, or a function takes other parameters.
    """
    try:
        tree = ast.parse(source, file)
    except (SyntaxError, ValueError) as error:
        line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
        raise DefinitionError(
            [Problem(file, line, column, f"this is no Python ({getattr(error, 'msg', error)})")]
        ) from None
    problems = [problem for node in ast.walk(tree) for problem in _impurities(node, file)]
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    for node in functions:
        taken = node.args
        if len(taken.posonlyargs + taken.args) not in (2, 3) or taken.vararg or taken.kwarg or taken.kwonlyargs:
            what = f"'{node.name}' takes other parameters than a fact's function does"
            mend = f"write def {node.name}(resource, args): or def {node.name}(resource, args, reads):"
            problems.append(Problem(file, node.lineno, node.col_offset + 1, what, mend))
    if problems:
        raise DefinitionError(problems)
    module = _run(compile(tree, file, "exec"), file)
    return {
        node.name: FactFunction(module[node.name], len(node.args.posonlyargs + node.args.args) == 3)
        for node in functions
    }


def _run(code: CodeType, file: str) -> dict[str, Any]:
    module: dict[str, Any] = {"__name__": "interlock_facts"}
    try:
        exec(code, module)  # noqa: S102  published code of the tenant's own, checked above
    except Exception as error:
        at, place = 1, error.__traceback__
        while place is not None:
            at = place.tb_lineno if place.tb_frame.f_code.co_filename == file else at
            place = place.tb_next
        what = f"running this file fails: {type(error).__name__}: {error}"
        raise DefinitionError([Problem(file, at, 1, what, "define functions only")]) from None
    return module


def _impurities(node: ast.AST, file: str) -> list[Problem]:
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [each.name for each in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or "."]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
        what = f"'{node.func.id}' is not pure, and a fact is a function of what was read and the arguments only"
        return [Problem(file, node.lineno, node.col_offset + 1, what, "leave it out")]
    return [
        Problem(
            file,
            getattr(node, "lineno", 1),
            getattr(node, "col_offset", 0) + 1,
            f"'{name}' cannot be imported here: facts see what was read and the arguments only",
            f"use only: {', '.join(PURE_MODULES[1:])}",
        )
        for name in names
        if name.split(".")[0] not in PURE_MODULES
    ]
