"""The watch that needs no hydraulic model: bands of flow, relations between pressures, and what people decided."""
