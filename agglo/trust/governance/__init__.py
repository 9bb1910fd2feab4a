"""Who decides, steers, does and advises: directions, partners, bodies, responsibilities and opinions."""
