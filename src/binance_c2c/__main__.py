"""`python -m binance_c2c` is the command `binance-c2c`."""

import sys

from binance_c2c.cli import main

sys.exit(main())
