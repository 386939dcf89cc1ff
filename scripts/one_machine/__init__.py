"""A whole network on one machine: what scripts/network is made of. Standard library only."""
