"""Train the reader: ``python -m answer.train --data DIR``.

Deterministic by seed on one kind of processor. Stopped at any time, the same command goes on from
the last checkpoint; when done, it measures the held-out questions and writes the finished file.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Annotated

import typer

from answer.reader.reader import FOLDER
from settings import Settings, go_quiet

app = typer.Typer(add_completion=False)


@app.command()
def train(
    data: Annotated[Path, typer.Option(help="Mappen med reading/ och swequad/.")],
    out: Annotated[Path, typer.Option(help="Dit läsarens fil skrivs.")] = FOLDER,
    work: Annotated[Path | None, typer.Option(help="Kontrollpunkter och logg.")] = None,
    seed: Annotated[int, typer.Option(help="Frö för slumpen.")] = 1,
    frozen: Annotated[int, typer.Option(help="Hur många lager som lämnas orörda.")] = 4,
    rate: Annotated[float, typer.Option(help="Högsta inlärningstakt.")] = 2e-4,
    batch: Annotated[int, typer.Option(help="Fönster i en omgång.")] = 48,
    dropout: Annotated[float, typer.Option(help="Andel som tystas under träning.")] = 0.1,
    lora: Annotated[int, typer.Option(help="Rang för LoRA; 0: hela lagren tränas.")] = 0,
    squad: Annotated[float, typer.Option(help="Varv över svenska SQuAD.")] = 2.0,
    swequad: Annotated[float, typer.Option(help="Varv över SweQUAD.")] = 3.0,
    english: Annotated[float, typer.Option(help="Varv över den engelska filen.")] = 0.7,
    norwegian: Annotated[float, typer.Option(help="Varv över den norska filen.")] = 0.7,
    squad_negatives: Annotated[
        float, typer.Option(help="Andel frågor i svenska SQuAD som får ett stycke utan svar.")
    ] = 0.15,
    negatives: Annotated[
        float, typer.Option(help="Andel frågor i de andra filerna som får ett stycke utan svar.")
    ] = 0.25,
    crop: Annotated[
        float, typer.Option(help="Andel fönster som kortas till några meningar.")
    ] = 0.5,
    removed: Annotated[
        float, typer.Option(help="Andel frågor som också ses med svarets meningar borttagna.")
    ] = 0.0,
    renamed: Annotated[
        float, typer.Option(help="Andel frågor som också ses med ett annat namn eller tal i sig.")
    ] = 0.0,
    shown: Annotated[
        float, typer.Option(help="Varv över SweQUAD:s frågor med det som sökningen visar.")
    ] = 2.0,
    own: Annotated[
        float, typer.Option(help="Varv över våra egna frågor med det som sökningen visar.")
    ] = 2.5,
    ranked: Annotated[
        float, typer.Option(help="Vikt för att rangordna det som visas för en fråga.")
    ] = 0.5,
    start: Annotated[
        Path | None, typer.Option(help="Mappen med en läsare att träna vidare på.")
    ] = None,
    mean: Annotated[
        list[Path] | None,
        typer.Option(help="Mapp med en läsare vars vikter vägs in i medelvärdet; fler går bra."),
    ] = None,
    most: Annotated[int, typer.Option(help="Högst så många steg; 0: alla.")] = 0,
    every: Annotated[float, typer.Option(help="Minuter mellan kontrollpunkter.")] = 4.0,
    check: Annotated[int, typer.Option(help="Högst så många frågor mäts; 0: alla.")] = 0,
) -> None:
    """Train the reader on top of the installed encoder."""
    go_quiet()
    import torch

    from answer.reader.training import retrieved
    from answer.reader.training.data import Mix, in_time, timed_samples
    from answer.reader.training.run import Run, batched
    from index.models import bundled_model
    from index.tokens import tokenizer_of

    settings = Settings()
    work = work or settings.var / "reader"
    work.mkdir(parents=True, exist_ok=True)
    encoder_dir = bundled_model(settings.models_dir)
    mix = Mix(
        squad, swequad, english, norwegian, squad_negatives, negatives, crop, removed, renamed
    )
    chance, tokenizer = random.Random(seed), tokenizer_of(encoder_dir)
    timed = list(timed_samples(data, tokenizer, mix, chance))
    if shown:
        found = retrieved.swequad_shown(data, settings)
        timed += retrieved.shown_samples(found, tokenizer, shown, chance)
    if own:
        found = retrieved.own_shown(retrieved.TEXTS, settings)
        timed += retrieved.shown_samples(found, tokenizer, own, chance)
    windows = in_time(timed)
    batches = batched(windows, batch, seed)
    if most:
        batches = batches[:most]
    recipe = {
        "seed": seed, "frozen": frozen, "rate": rate, "batch": batch, "dropout": dropout,
        "lora": lora, "steps": len(batches), "squad": squad, "swequad": swequad,
        "english": english, "norwegian": norwegian, "squad_negatives": squad_negatives,
        "negatives": negatives, "crop": crop, "removed": removed,
        "renamed": renamed, "shown": shown, "own": own, "ranked": ranked,
        "start": start is not None, "mean": 1 + len(mean or ()),
    }  # fmt: skip
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run = Run(recipe, encoder_dir, work, out, device, start, mean or ())
    run.go(batches, every * 60)
    figures = run.finish(data, check)
    (work / "figures.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    typer.echo(json.dumps(figures, indent=2))


if __name__ == "__main__":
    app()
