"""The hydraulic model of a network: EPANET files read and checked, and the EPANET engine stepped through."""
