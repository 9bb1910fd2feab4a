"""Clairvane, a made-up town: its network, its readings with two leaks, and its operators' exports. Not Paris-Saclay."""
