"""Networks run by OpenVINO: compiled once, shared between threads, without its telemetry.

Neither torch nor transformers is imported here, and OpenVINO only when it is used.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from settings import refuse_openvino_telemetry

Precision = Literal["bf16", "f32"]
Array = npt.NDArray[Any]
_Key = TypeVar("_Key")

_MOST_STREAMS = 8
# mallopt's parameter in glibc's malloc.h, and its value in bytes.
_M_MMAP_THRESHOLD, _LARGE = -3, 256 * 1024


def openvino_version() -> str | None:
    """Return the installed OpenVINO's version, without importing it; None where there is none."""
    try:
        return version("openvino")
    except PackageNotFoundError:
        return None


def openvino() -> Any:
    """Return the module ``openvino``, imported so that it sends and writes nothing.

    Raises ImportError where it is not installed, or does not load on this machine.
    """
    refuse_openvino_telemetry()
    import openvino

    return openvino


@lru_cache(maxsize=1)
def _core() -> Any:
    _return_large_memory()
    return openvino().Core()


def _return_large_memory() -> None:
    """Make glibc hand memory of over 256 KiB back to the system as soon as it is freed.

    A network's buffers are large, and of a new size for each length of text. Left to itself glibc
    raises the limit as such buffers are freed, and keeps what is freed after that (mallopt(3)).
    Elsewhere than on glibc nothing is done.
    """
    try:
        ctypes.CDLL("libc.so.6").mallopt(_M_MMAP_THRESHOLD, _LARGE)
    except (OSError, AttributeError):
        return


def precisions() -> tuple[Precision, ...]:
    """Return what this processor calculates in, fastest first."""
    native = "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return ("bf16", "f32") if native else ("f32",)


class Network:
    """A network in OpenVINO's format, ready to run. Safe to share between threads.

    Each processor core runs inputs of its own: that wastes less than all cores on one input, which
    wait for each other, the more so where another program uses the machine too.
    """

    def __init__(self, path: Path, precision: Precision) -> None:
        """``precision`` is what it calculates in where the processor can, else float32.

        Raises ImportError without OpenVINO, RuntimeError where the file cannot be used.
        """
        cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
        core = _core()
        self._compiled: Any = core.compile_model(
            str(path),
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": precision if precision in precisions() else "f32",
                "NUM_STREAMS": str(min(cores, _MOST_STREAMS)),
                "INFERENCE_NUM_THREADS": str(cores),
                "ENABLE_CPU_PINNING": False,
            },
        )
        self._streams = int(self._compiled.get_property("NUM_STREAMS"))
        self._idle: list[Any] = []
        self._lock = Lock()

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """Return the network's outputs for its inputs, both in the order they were declared."""
        ((_, outputs),) = self.each([(None, inputs)])
        return outputs

    def each(
        self, inputs: Iterable[tuple[_Key, Sequence[Array]]]
    ) -> Iterator[tuple[_Key, list[Array]]]:
        """Yield each key with its outputs, in order.

        The next inputs are drawn while earlier ones run, so what makes them costs no time.
        """
        running: deque[tuple[_Key, Any, Sequence[Array]]] = deque()
        try:
            for key, arrays in inputs:
                if len(running) > self._streams:
                    yield self._finished(*running.popleft())
                request = self._request()
                # The arrays are not copied, and so kept until the request is done.
                running.append((key, request, arrays))
                request.start_async(list(arrays), share_inputs=True)
            while running:
                yield self._finished(*running.popleft())
        finally:
            for _, request, _ in running:  # those of a caller who stopped half-way
                request.wait()

    def _request(self) -> Any:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._compiled.create_infer_request()

    def _finished(
        self, key: _Key, request: Any, _inputs: Sequence[Array]
    ) -> tuple[_Key, list[Array]]:
        request.wait()
        outputs = [np.array(tensor.data) for tensor in request.output_tensors]
        with self._lock:
            self._idle.append(request)
        return key, outputs
