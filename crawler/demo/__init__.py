"""A sample province on loopback, for a first run without a network: one page of it quotes a real release."""
