"""One training of the reader: batches in, checkpoints and a log on the way, the file at the end."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from answer.reader.net import ReaderNet
    from answer.reader.training.data import Sample

_CHUNK = 50  # batches among which windows are sorted by length


def batched(windows: list[Sample], size: int, seed: int) -> list[list[Sample]]:
    """Return batches of windows of like length, near the order given.

    Those of one question are never parted, so that a batch may hold a few more than ``size``.
    """
    chance = random.Random(seed)
    found: list[list[Sample]] = []
    for at in range(0, len(windows), _CHUNK * size):
        together: dict[int, list[Sample]] = {}
        for number, window in enumerate(windows[at : at + _CHUNK * size]):
            key = window.question if window.question >= 0 else -1 - number
            together.setdefault(key, []).append(window)
        cut: list[list[Sample]] = [[]]
        for held in sorted(together.values(), key=lambda g: max(len(s.ids) for s in g)):
            if len(cut[-1]) >= size:
                cut.append([])
            cut[-1] += held
        chance.shuffle(cut)
        found += cut
    return found


class Run:
    """One training, from its last checkpoint where there is one for the same recipe."""

    def __init__(
        self,
        recipe: dict[str, Any],
        encoder_dir: Path,
        work: Path,
        out: Path,
        device: Any,
        start: Path | None = None,
        mean: Sequence[Path] = (),
    ) -> None:
        import torch

        from answer.reader.files import FILE
        from answer.reader.net import from_encoder, load, word_table

        torch.manual_seed(recipe["seed"])
        self.recipe, self.work, self.out, self.device = recipe, work, out, device
        self.mean = mean
        self.encoder_dir = encoder_dir
        net = load(start / FILE, encoder_dir)[0] if start else None
        if net is not None and net.frozen != recipe["frozen"]:
            raise SystemExit(f"Läsaren i {start} har {net.frozen} orörda lager; ange --frozen.")
        self.net: ReaderNet = (net or from_encoder(encoder_dir, recipe["frozen"])).to(device)
        self.net.dropout = recipe["dropout"]
        if recipe["lora"]:
            from answer.reader.training.lora import adapt

            adapt(self.net, recipe["lora"])
        else:
            own = self.net.trained().keys()
            for name, parameter in self.net.named_parameters():
                parameter.requires_grad_(name in own)
        table = word_table(encoder_dir)
        self.table = table.to(device) if device.type == "cuda" else table
        heads = ("span.", "pool.", "absent.")
        named = [(n, p) for n, p in self.net.named_parameters() if p.requires_grad]
        groups: list[dict[str, Any]] = [
            {"params": [p for n, p in named if not n.startswith(heads)], "share": 1.0},
            {"params": [p for n, p in named if n.startswith(heads)], "share": 5.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=1e-4, weight_decay=0.01, fused=True)
        self.step = 0
        self.half = device.type != "cpu" or torch.cpu._is_avx512_bf16_supported()

    def go(self, batches: list[list[Sample]], every: float) -> None:
        """Train to the end, with a progress bar and a line of the log every 20 steps."""
        import torch
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        self._resume()
        self.net.train()
        loss = TextColumn("{task.fields[loss]}")
        columns = ("Tränar", BarColumn(), MofNCompleteColumn(), Remaining(), loss)
        saved = shown = time.monotonic()
        recent: list[tuple[float, float]] = []
        tokens = 0
        with Progress(*columns) as progress:
            task = progress.add_task("", total=len(batches), completed=self.step, loss="")
            while self.step < len(batches):
                # Dropout's chance depends on the step alone, so that a resumed run is the same.
                torch.manual_seed(self.recipe["seed"] * 1_000_003 + self.step)
                rate = self._rate(len(batches))
                for group in self.optimiser.param_groups:
                    group["lr"] = rate * group["share"]
                recent.append(self._learn(batches[self.step]))
                tokens += sum(len(s.ids) for s in batches[self.step])
                self.step += 1
                now = time.monotonic()
                if self.step % 20 == 0:
                    span, absent = (sum(r) / len(recent) for r in zip(*recent, strict=True))
                    line = {
                        "step": self.step, "span": round(span, 4), "absent": round(absent, 4),
                        "rate": rate, "tokens_per_s": round(tokens / (now - shown)),
                    }  # fmt: skip
                    with (self.work / "log.jsonl").open("a", encoding="utf-8") as log:
                        log.write(json.dumps(line) + "\n")
                    recent, tokens, shown = [], 0, now
                    progress.update(task, loss=f"förlust {span:.3f} + {absent:.3f}")
                progress.update(task, completed=self.step)
                if now - saved > every:
                    self._save()
                    saved = time.monotonic()
        self._save()

    def finish(self, data: Path, most: int) -> dict[str, Any]:
        """Calibrate on the held-out Swedish SQuAD questions and write the finished file.

        Returns the figures of the file as written, by file of questions.
        """
        from answer.reader.files import FILE
        from answer.reader.net import load
        from answer.reader.reader import Reader
        from answer.reader.scorers import TorchScorer
        from answer.reader.training.data import SQUAD
        from answer.reader.training.measure import calibrate, held_pairs, measure

        held = held_pairs(data)
        if most:
            held = {name: random.Random(0).sample(p, min(most, len(p))) for name, p in held.items()}
        net = self._averaged()
        self._write(net)
        # As written; converting it would be for nothing, as the calibration changes the file.
        scorer = TorchScorer(load(self.out / FILE, self.encoder_dir)[0], self.encoder_dir)
        reader = Reader(scorer, self.encoder_dir, (1.0, 0.0, 0.0))
        reader.calibration = calibrate(reader, held[SQUAD])
        figures: dict[str, Any] = {}
        for name, pairs in held.items():
            readings = reader.read_pairs([(p.question, p.passage) for p in pairs])
            found = measure(pairs, readings)
            figures[name] = {key: round(value, 4) for key, value in asdict(found).items()}
        self._write(net, reader.calibration, json.dumps(figures))
        return figures

    def _averaged(self) -> ReaderNet:
        """Return the network, its weights the mean of its own and the other readers'.

        Trained from one start they lie in one basin, and the mean keeps most of what each can do
        (Wortsman et al. 2022, «Model soups»).
        """
        from answer.reader.files import FILE
        from answer.reader.net import load

        if not self.mean:
            return self.net
        net, *others = (load(folder / FILE, self.encoder_dir)[0] for folder in self.mean)
        states = [other.state_dict() for other in (*others, self.net)]
        net.load_state_dict({
            name: (tensor + sum(state[name].to(tensor.device) for state in states))
            / (1 + len(states))
            for name, tensor in net.state_dict().items()
        })  # fmt: skip
        return net

    def _rate(self, steps: int) -> float:
        """Linear warm-up over 6 % of the steps, then linear decay to nothing."""
        warm = max(1, steps * 6 // 100)
        share = min((self.step + 1) / warm, (steps - self.step) / max(1, steps - warm))
        return float(self.recipe["rate"] * share)

    def _learn(self, batch: list[Sample]) -> tuple[float, float]:
        import torch
        from torch.nn import functional

        ids, mask, passage = padded(batch)
        embedded = self.table[ids.to(self.table.device)].to(self.device)
        # A processor without bfloat16 only pretends, at a twentieth of the speed.
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            start, end, absent = self.net(embedded, mask.to(self.device))
        outside = ~passage.to(self.device)
        weight = torch.tensor([s.weight for s in batch], device=self.device)
        span = torch.zeros((), device=self.device)
        for scores, places in ((start, [s.start for s in batch]), (end, [s.end for s in batch])):
            right = torch.tensor(places, device=self.device).clamp(min=0)
            # Where there is no span the place is outside: weight 0, and kept from being infinite.
            scores = scores.masked_fill(outside, -1e4)
            losses = functional.cross_entropy(scores, right, reduction="none")
            span = span + (losses * weight).sum() / len(batch) / 2
        truth = torch.tensor([float(s.absent) for s in batch], device=self.device)
        missing = functional.binary_cross_entropy_with_logits(absent, truth)
        loss = span + missing
        if share := self.recipe.get("ranked", 0.0):
            loss = loss + share * ranked(absent, [s.question for s in batch], truth > 0)
        torch.autograd.backward(loss)
        trained = [p for group in self.optimiser.param_groups for p in group["params"]]
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        return span.item(), missing.item()

    def _save(self) -> None:
        """Write the checkpoint, then the file as it would ship."""
        import torch

        names = {n for n, p in self.net.named_parameters() if p.requires_grad}
        state = {n: t for n, t in self.net.state_dict().items() if n in names}
        kept = {"recipe": self.recipe, "step": self.step, "net": state}
        scratch = self.work / ".checkpoint.pt"
        torch.save({**kept, "optimiser": self.optimiser.state_dict()}, scratch)
        scratch.replace(self.work / "checkpoint.pt")
        self._write(self.net)

    def _write(
        self,
        net: ReaderNet,
        calibration: tuple[float, ...] = (1.0, 0.0, 0.0),
        figures: str = "{}",
    ) -> None:
        """Write a network as the file that ships."""
        from answer.reader.net import save

        if self.recipe["lora"]:
            from answer.reader.training.lora import merged

            net = merged(net)
        recipe = {**self.recipe, "step": self.step}
        metadata = {"recipe": json.dumps(recipe), "figures": figures}
        save(net, self.out, {**metadata, "calibration": json.dumps(calibration)})

    def _resume(self) -> None:
        import torch

        path = self.work / "checkpoint.pt"
        if not path.exists():
            return
        kept = torch.load(path, map_location=self.device, weights_only=True)
        if kept["recipe"] != self.recipe:
            raise SystemExit(
                f"{path} hör till en annan träning. Ta bort den, eller ange en annan mapp med "
                "--work."
            )
        self.net.load_state_dict(kept["net"], strict=False)
        self.optimiser.load_state_dict(kept["optimiser"])
        self.step = kept["step"]


def ranked(absent: Tensor, questions: list[int], lacks: Tensor) -> Tensor:
    """Return the mean loss of ranking each question's windows by how surely they answer.

    A softmax over the windows of a question, of which those that answer are to have all
    (Cao et al. 2007, «Learning to Rank: From Pairwise Approach to Listwise Approach»).
    ``absent`` holds the log odds that a window lacks the answer, ``lacks`` whether it does.
    """
    import torch

    numbers = torch.tensor(questions, device=absent.device)
    losses = []
    for number in sorted({n for n in questions if n >= 0}):
        own = numbers == number
        if bool(lacks[own].any()) and not bool(lacks[own].all()):
            there = torch.logsumexp(-absent[own & ~lacks], 0)
            losses.append(torch.logsumexp(-absent[own], 0) - there)
    return torch.stack(losses).mean() if losses else absent.sum() * 0


def padded(batch: list[Sample]) -> tuple[Tensor, Tensor, Tensor]:
    """Return token ids, where there are tokens, and where there are passage tokens."""
    import torch

    from answer.reader.windows import PAD

    longest = max(len(s.ids) for s in batch)
    ids = torch.tensor([s.ids + [PAD] * (longest - len(s.ids)) for s in batch])
    place = torch.arange(longest)
    lengths = torch.tensor([len(s.ids) for s in batch])[:, None]
    first = torch.tensor([s.offset for s in batch])[:, None]
    return ids, place < lengths, (place >= first) & (place < lengths - 1)
