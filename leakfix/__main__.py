"""`python -m leakfix`."""

import sys

from leakfix.cli.main import main

sys.exit(main())
