"""The zoomable map: layers as vector tiles or GeoJSON, and the page that loads MapLibre when asked to."""
