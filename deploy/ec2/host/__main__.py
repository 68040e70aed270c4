"""`python3 /opt/marigraph/current/host VERB`: what runs on a host that Marigraph is deployed to.

Needs Python 3.9 and nothing that is not in its standard library.
"""

import sys

from marigraph_host.command import main

sys.exit(main(sys.argv[1:]))
