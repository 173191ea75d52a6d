"""What the tests share: the repository's paths, the real model, a built index of the article."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings import ROOT, go_quiet

go_quiet()


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """The bundled model, written once to the repository's var/."""
    from index.models import bundled_model

    return bundled_model(ROOT / "var" / "models")
