"""`python -m docs.maker`: build the site into `build/docs/site/`."""

import sys

from docs.maker import BUILT, ROOT, build

if __name__ == "__main__":
    status = build()
    if status == 0:
        print(f"{(BUILT / 'site' / 'index.html').relative_to(ROOT)} is the first page.")
    sys.exit(status)
