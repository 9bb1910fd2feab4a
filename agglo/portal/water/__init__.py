"""What the page of drinking water says: networks, the lines of the morning, and what stands behind them."""
