"""The words behind the codes of a story's tables."""

from sim.market import pipeline
from sim.market.accounts import ROLES, SENT
from sim.market.contracts import ACTS, HOW, NOTICES
from sim.market.customers import STAGES, TIERS
from sim.market.experience import ENDINGS
from sim.market.loyalty import KINDS
from sim.market.prospects import channels
from sim.market.requests import SKILLS, reasons
from sim.market.settings import Section

SITES = ("shop", "online", "sales")
SEVERITIES = ("minor", "major")


def own_words(settings: Section, table: str) -> dict[str, tuple[str, ...]]:
    """Return the words behind coded columns whose name means something else in other tables."""
    own: dict[str, dict[str, tuple[str, ...]]] = {
        "notices": {"kind": NOTICES},
        "retention": {"act": ACTS},
        "contracts": {"how": HOW},
        "visits": {"why": SENT},
    }
    if "sales" in settings:
        causes = tuple(settings.sales.causes)
        own |= {
            "opportunities": {"kind": pipeline.KINDS},
            "opportunity_stages": {"stage": pipeline.STAGES, "stated": (*causes, "account_lost", "none")},
            "truth_opportunity": {"stage": pipeline.STAGES, "why": (*causes, "account_lost", "none")},
        }
    return own.get(table, {})


def words(settings: Section) -> dict[str, tuple[str, ...]]:
    """Return the words behind every coded column."""
    own: dict[str, tuple[str, ...]] = {}
    if "contract" in settings:
        plans = tuple(settings.contract.plans)
        own = {"plan": plans, "from_plan": plans, "to_plan": plans}
    if "accounts" in settings:
        own = {"role": ROLES, "industry": tuple(settings.accounts.industries)}
    return own | {
        "site": SITES,
        "channel": channels(settings),
        "skill": SKILLS,
        "reason": reasons(settings),
        "campaign": tuple(settings.levers.campaigns),
        "offer": tuple(settings.winback.offers),
        "kind": KINDS,
        "severity": SEVERITIES,
        "ending": ENDINGS,
        "cause": tuple(settings.churn.causes),
        "stage": STAGES,
        "tier": TIERS,
    }
