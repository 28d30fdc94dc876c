"""`python -m crmlab`: the command line's door."""

from crmlab.commands import main

if __name__ == "__main__":
    main()
