"""Business as usual: the policy of a firm that does what firms of its kind do."""

from collections.abc import Mapping

from sim.market.facts import Usual
from sim.market.facts_business import UsualSupplier
from sim.market.facts_subscription import UsualProvider
from sim.market.settings import Section, kind_of
from sim.policy import Policy

USUAL: Mapping[str, Policy] = {
    "retail": Usual(),
    "subscription": UsualProvider(),
    "business": UsualSupplier(),
}


def usual(settings: Section) -> Policy:
    """Return the usual policy of a kind of market."""
    return USUAL[kind_of(settings)]
