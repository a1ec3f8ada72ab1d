"""Analysts for tests of retraining: what they have coded in their own way, and the share that is kept apart."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random

from sqlalchemy import Engine

from verbatim.actions.retraining import Outcome, RetrainOrder, retrain
from verbatim.actions.stores import models_folder_of
from verbatim.domain import CodeMention, Coding, Stance, Verbatim
from verbatim.learning.policy import Policy
from verbatim.store.codings import Judged, add_codings
from verbatim.store.opening import reading, writing
from verbatim.store.promotions import Promotion, history
from verbatim.store.review import add_sample
from verbatim.store.verbatims import Received, add_verbatims


class Analysts:
    """Verbatims of an organisation that analysts have coded in their own way, and the share that is kept apart."""

    SAID = (
        ("The harness frayed on trip {}", "product.safety"),
        ("Berth {} was double booked", "service.delivery"),
        ("Gate code {} never arrived", "sales_process.handover"),
        ("Their folks on shift {} grin a lot", "service.attitude"),
        ("Manual page {} is upside down", "product.documentation"),
    )

    def __init__(self, engine: Engine, installed: Path, organisation: str = "north") -> None:
        self.engine, self.installed, self.organisation = engine, installed, organisation
        self._numbers = count(1)

    def of(self, organisation: str) -> "Analysts":
        """Those of another organisation."""
        return Analysts(self.engine, self.installed, organisation)

    def review(
        self, size: int, *, gold: bool = False, shuffled: bool = False, person: bool = True, contact: str | None = None
    ) -> list[int]:
        """The numbers of new verbatims, coded by a person, each said by another contact."""
        rows = [self.SAID[one % len(self.SAID)] for one in range(size)]
        codes = [code for _, code in rows]
        if shuffled:
            Random(5).shuffle(codes)
        names = [str(next(self._numbers)) for _ in rows]
        said = [
            Verbatim(name, text.format(name), contact=contact or f"Person {name}", account="A")
            for name, (text, _) in zip(names, rows, strict=True)
        ]
        stance = Stance(None, "estimated", 1.0)
        with writing(self.engine, self.organisation) as connection:
            ids = [one.id for one in add_verbatims(connection, self.organisation, "s", [*map(Received, said)])]
            codings = [
                Coding("x", "en", (CodeMention(code, "negative", 1.0, ()),), stance, False, "ann") for code in codes
            ]
            judged = [Judged(id, coding, person=True) for id, coding in zip(ids, codings, strict=True)]
            add_codings(connection, self.organisation, judged if person else [])
            add_sample(connection, self.organisation, ids if gold else [], 1, datetime(2026, 3, 4, tzinfo=UTC))
        return ids

    def order(self, **values: object) -> RetrainOrder:
        """An order for a retraining, judged on forty."""
        policy = Policy(min_gold=40, protected=("product.safety",))
        base = {"organisation": self.organisation, "actor": "key:1", "installed": self.installed, "policy": policy}
        return RetrainOrder(**(base | values))  # type: ignore[arg-type]

    def retrain(self, **values: object) -> Outcome:
        """What comes of a retraining."""
        return retrain(self.engine, self.order(**values))

    @property
    def folder(self) -> Path:
        """Where their own models lie."""
        return models_folder_of(self.engine, self.organisation)

    def history(self) -> tuple[Promotion, ...]:
        """Their promotions."""
        with reading(self.engine, self.organisation) as connection:
            return history(connection, self.organisation)

    def now(self) -> str | None:
        """The model that they promoted last."""
        past = self.history()
        return past[-1].model if past else None
