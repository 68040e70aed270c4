"""What runs on a host that Marigraph is deployed to: releases, the switch between them, services."""
