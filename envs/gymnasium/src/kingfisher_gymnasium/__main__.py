"""`python -m kingfisher_gymnasium`: the same as the command `kingfisher-gymnasium`."""

import sys

from kingfisher_gymnasium.cli import main

sys.exit(main())
