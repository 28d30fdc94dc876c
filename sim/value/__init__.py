"""The value of customers and what they think: every measure under one roof, each a pure function of tables."""

from sim.value import bgnbd, gamma_gamma, pareto_nbd
from sim.value.bgnbd import BGNBD
from sim.value.clv import (
    always_a_share,
    broad,
    customer_events,
    delivered_value,
    from_models,
    lost_for_good,
    narrow,
)
from sim.value.concentration import abc, gini, movers, pareto_curve, top_share
from sim.value.estimates import Estimate
from sim.value.gamma_gamma import GammaGamma
from sim.value.loyalty_index import loyalty_index
from sim.value.pareto_nbd import ParetoNBD
from sim.value.purchases import history, purchases
from sim.value.retention import by_period, cohorts, repurchase_rate, retention_rate, share_of_customer
from sim.value.rfm import rfm, scores, types
from sim.value.servqual import cronbach_alpha, gaps, overall
from sim.value.survey_scores import ces, csat, nps, satisfaction_index
from sim.value.survival import competing_causes, kaplan_meier, median_stay, survival_at

__all__ = [
    "BGNBD",
    "Estimate",
    "GammaGamma",
    "ParetoNBD",
    "abc",
    "always_a_share",
    "bgnbd",
    "broad",
    "by_period",
    "ces",
    "cohorts",
    "competing_causes",
    "cronbach_alpha",
    "csat",
    "customer_events",
    "delivered_value",
    "from_models",
    "gamma_gamma",
    "gaps",
    "gini",
    "history",
    "kaplan_meier",
    "lost_for_good",
    "loyalty_index",
    "median_stay",
    "movers",
    "narrow",
    "nps",
    "overall",
    "pareto_curve",
    "pareto_nbd",
    "purchases",
    "repurchase_rate",
    "retention_rate",
    "rfm",
    "satisfaction_index",
    "scores",
    "share_of_customer",
    "survival_at",
    "top_share",
    "types",
]
