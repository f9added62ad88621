"""``python -m craniomark.jobs``: started by `craniomark.flows.jobs.JobClient`, or by hand to look at it."""

import sys

from craniomark.jobs.serve import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
