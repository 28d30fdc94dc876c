"""The desk: what students and teachers touch."""
