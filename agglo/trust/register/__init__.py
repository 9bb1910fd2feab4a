"""The register of algorithms: one card for each, in-house, bought, or run elsewhere by a partner."""
