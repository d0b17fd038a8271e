"""`python -m reik`."""

import sys

from reik.ops.cli import main

sys.exit(main())
