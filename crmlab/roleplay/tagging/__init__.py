"""The reading of an utterance: from the words of an agent to dialogue acts with probabilities."""
