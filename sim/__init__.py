"""The world: contact centre, market and people, from one seed."""
