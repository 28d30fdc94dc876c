"""Opinions: what customers think when a survey is sent out, put down while the market runs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.instruments import surveys
from sim.market.customers import PRODUCT, Customers
from sim.market.scene import Scene
from sim.market.story import Story

WAVE_STEP = 1000  # survey_id = wave and month: wave * 1000 + month
FRAME_MONTHS = 12.0


def note(scene: Scene, people: Customers, founders: int, story: Story) -> None:
    """Put down the opinions of those who are asked this month.

    The frame is what the firm can know: consent, and an order in the last twelve months; so some of it has left.
    Who is asked depends on wave, month, customer and the number of founders alone.
    """
    for wave in surveys.settings()["waves"]:
        if scene.month % wave["every"] != wave["at"]:
            continue
        survey_id = wave["id"] * WAVE_STEP + scene.month
        frame = people.consent & (people.last_order > scene.month + 1.0 - FRAME_MONTHS)
        who = np.flatnonzero(frame)
        luck = scene.streams.quads(f"survey wave {wave['id']}", people.id[who], use=scene.month)[0]
        who = who[luck < wave["most"] / founders]
        story.add(
            "truth_opinion",
            survey_id=np.full(len(who), survey_id),
            customer_id=people.id[who],
            **{name: column.astype(np.float32) for name, column in facets(scene, people, who).items()},
        )


def facets(scene: Scene, people: Customers, who: NDArray) -> dict[str, NDArray[np.float64]]:
    """Return what `who` think of each side of the firm, standard units: 0 is middling, the spread is 1."""
    told = surveys.settings()["market"]
    names = scene.settings.experience.attributes
    general = _standard(people.satisfaction[who], told["satisfaction"])
    made = {"satisfaction": general}
    for k, name in enumerate(names):
        perceived, expected = people.perceived[who, k], people.expected[who, k]
        if k < PRODUCT:
            made[name] = _haloed(general, _standard(perceived - expected, told["gap"]))
            continue
        made[f"expected_{name}"] = _standard(expected, told["expected"])
        if name in told["perceived"]:  # the others hardly differ: left to general satisfaction
            made[name] = _haloed(general, _standard(perceived, told["perceived"][name]))
    made["ease"] = made["responsiveness"]
    return made


def plan(survey_id: int) -> surveys.SurveyPlan:
    """Return the plan of a survey noted in a story."""
    wave = next(w for w in surveys.settings()["waves"] if w["id"] == survey_id // WAVE_STEP)
    told: dict[str, Any] = {n: v for n, v in wave.items() if n not in ("id", "every", "at", "most")}
    return surveys.SurveyPlan(survey_id=survey_id, **{**told, "ask": tuple(told["ask"])})


def _standard(values: NDArray, scale: dict[str, float]) -> NDArray[np.float64]:
    return np.clip((values - scale["middle"]) / scale["spread"], -surveys.FURTHEST, surveys.FURTHEST)


def _haloed(general: NDArray, own: NDArray) -> NDArray[np.float64]:
    halo = surveys.settings()["market"]["halo"]
    return halo * general + np.sqrt(1.0 - halo**2) * own
