"""The tables of the CRM."""

from crmlab.crm.models.accounts import Account
from crmlab.crm.models.activities import Activity
from crmlab.crm.models.cases import Case
from crmlab.crm.models.desk import (
    ColumnChoice,
    DeskEvent,
    Erasure,
    ExportLog,
    Merge,
    OwnField,
    SavedView,
)
from crmlab.crm.models.leads import Lead
from crmlab.crm.models.loyalty import LoyaltyEntry, Survey
from crmlab.crm.models.marketing import Campaign, Consent, Response
from crmlab.crm.models.people import Person
from crmlab.crm.models.record import Kept, Record
from crmlab.crm.models.sales import Opportunity, Order, Quote

RECORDS: tuple[type[Record], ...] = (
    Account, Person, Lead, Opportunity, Quote, Order, Activity, Case, Consent, Campaign, Response, Survey,
    LoyaltyEntry,
)  # fmt: skip

__all__ = [
    "RECORDS",
    "Account",
    "Activity",
    "Campaign",
    "Case",
    "ColumnChoice",
    "Consent",
    "DeskEvent",
    "Erasure",
    "ExportLog",
    "Kept",
    "Lead",
    "LoyaltyEntry",
    "Merge",
    "Opportunity",
    "Order",
    "OwnField",
    "Person",
    "Quote",
    "Record",
    "Response",
    "SavedView",
    "Survey",
]
