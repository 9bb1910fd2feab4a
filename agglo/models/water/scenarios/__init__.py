"""What measures on a network would bring: pressure settings, closures and repairs, each simulated and all together."""
