"""How well a drinking-water service holds its water: regulatory indicators, IWA water balance, leakage index."""
