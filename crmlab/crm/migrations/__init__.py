"""The way of the tables from one version of the CRM to the next."""
