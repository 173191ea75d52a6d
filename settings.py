"""Where things lie and which model is used: one place, read by every door.

Values come from the environment (prefix ``KALLSVAR_``), else from the defaults below.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent

# Nothing that Källsvar runs on may call home or look for a hub. Set before those packages load;
# a value that the user has set wins.
OFFLINE = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "DO_NOT_TRACK": "1",
    "DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "TOKENIZERS_PARALLELISM": "false",
}

# Threads that spin while they wait slow a question down a hundredfold where another program
# uses the processor as well.
SHARING = {"OMP_WAIT_POLICY": "PASSIVE"}


def refuse_openvino_telemetry() -> None:
    """See to it that OpenVINO finds no telemetry package, and so uses its own empty stand-in.

    Importing ``openvino`` otherwise reports the import and writes to ``~/intel``, unasked; no
    variable of the environment turns that off.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]


def go_quiet() -> None:
    """Turn telemetry off, and share the processor nicely. Every door calls it first."""
    for name, value in (OFFLINE | SHARING).items():
        os.environ.setdefault(name, value)
    refuse_openvino_telemetry()
    # Hub look-ups only where the user has named a model that is not the bundled one.
    if not os.environ.get("KALLSVAR_MODEL"):
        os.environ.setdefault("HF_HUB_OFFLINE", "1")


class Settings(BaseSettings):
    """Källsvar's settings; each is an environment variable with the prefix ``KALLSVAR_``."""

    model_config = SettingsConfigDict(env_prefix="KALLSVAR_", extra="ignore")

    corpus: Path = Field(default=ROOT / "corpus", description="Mappen med dokumenten.")
    var: Path = Field(default=ROOT / "var", description="Index, modeller och rapporter.")
    model: str = Field(default="", description="Sentence Transformers-modell; tomt: den inbyggda.")
    models: Path | None = Field(
        default=None, description="Modellernas mapp; flera samlingar kan dela den."
    )
    dense_weight: float = Field(
        default=0.7, ge=0, le=1, description="Likhetens vikt mot ordens i sökningen."
    )
    reader: bool = Field(default=True, description="Låt läsaren läsa de bästa passagerna.")
    host: str = Field(default="127.0.0.1", description="Chattens adress.")
    port: int = Field(default=7860, ge=1, le=65535, description="Chattens port.")
    max_question: int = Field(default=1000, ge=10, description="Längsta fråga, i tecken.")
    users: str = Field(
        default="", description="Vilka som får logga in: namn:roll:hash, med mellanrum emellan."
    )
    read_only: bool = Field(default=False, description="Ingen får lägga till eller ta bort.")
    hosts: str = Field(
        default="", description="Fler namn som chatten får nås under, med mellanrum emellan."
    )
    max_upload: int = Field(default=50, ge=1, description="Största fil att lägga till, i MB.")
    max_files: int = Field(default=100, ge=1, description="Flest filer att lägga till på en gång.")
    at_once: int = Field(default=2, ge=1, le=16, description="Frågor som besvaras samtidigt.")
    max_waiting: int = Field(default=20, ge=0, le=30, description="Frågor som får vänta i kö.")

    @property
    def index_dir(self) -> Path:
        """The folder of the built index."""
        return self.var / "index"

    @property
    def models_dir(self) -> Path:
        """The folder of the models written on this machine."""
        return self.models or self.var / "models"

    def apart(self, corpus: Path, var: Path) -> Settings:
        """Return the settings of another collection, which shares the models."""
        return self.model_copy(update={"corpus": corpus, "var": var, "models": self.models_dir})


def from_options(**options: object) -> Settings:
    """Return the settings with a door's options over the environment's; None leaves one alone."""
    given = {name: value for name, value in options.items() if value is not None}
    return Settings.model_validate({**Settings().model_dump(), **given})
