"""A negotiation for four: two sides, each a leader and an expert; people or partners of ours on the seats."""
