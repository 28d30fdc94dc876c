"""What a trainee sees of a simulated customer: the same call in a notebook and on a page of its own."""
