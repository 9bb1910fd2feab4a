// The style of one side of the map. Colours are those of the page's style sheet, light or dark, read from its legend.

export const SHAPES = "shapes";
const [OUTLINES, LAYER] = ["outlines", "layer"];
const OVER_BACKGROUND = 0.7;

/** A MapLibre style for a side: optional background tiles, shapes in classes of colour, outlines and names of communes. */
export function styleOf(frame, told, side) {
  const colours = coloursOf(frame, side);
  const layers = [{ id: "paper", type: "background", paint: { "background-color": colours.paper } }];
  if (told.background) layers.push({ id: "tiles", type: "raster", source: "background" });
  layers.push(...shapes(told, side, colours), ...outlines(told, colours));
  return { version: 8, sources: sourcesOf(told, side), layers };
}

/** Give a map the colours that the page has now. */
export function recolour(map, frame, told, side) {
  for (const layer of styleOf(frame, told, side).layers) {
    for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name, value);
  }
}

function sourcesOf(told, side) {
  const sources = { [OUTLINES]: { type: "geojson", data: here(told.outlines.address) } };
  if (told.background) {
    sources.background = { type: "raster", tiles: [told.background.tiles], tileSize: 256 };
  }
  if (side.kind === "features") {
    sources[LAYER] =
      side.source.type === "tiles"
        ? { type: "vector", url: `pmtiles://${here(side.source.address)}` }
        : { type: "geojson", data: here(side.source.address) };
  }
  return sources;
}

function shapes(told, side, colours) {
  const opacity = told.background ? OVER_BACKGROUND : 1;
  if (side.kind === "communes") {
    return [{ id: SHAPES, type: "fill", source: OUTLINES, paint: fill(byCommune(told, side, colours), opacity) }];
  }
  const colour = byValue(side, colours);
  const from = { source: LAYER, ...(side.source.type === "tiles" ? { "source-layer": side.source.layer } : {}) };
  const kinds = {
    polygon: { type: "fill", paint: { ...fill(colour, opacity), "fill-outline-color": colours.line } },
    line: { type: "line", paint: { "line-color": colour, "line-width": 3 } },
    point: {
      type: "circle",
      paint: { "circle-color": colour, "circle-radius": 5, "circle-stroke-width": 1, "circle-stroke-color": colours.ink },
    },
  };
  return [{ id: SHAPES, ...from, ...kinds[side.shape] }];
}

const fill = (colour, opacity) => ({ "fill-color": colour, "fill-opacity": opacity });

function outlines(told, colours) {
  return [
    { id: "outlines", type: "line", source: OUTLINES, paint: { "line-color": colours.paper, "line-width": 3 } },
    { id: "borders", type: "line", source: OUTLINES, paint: { "line-color": colours.ink, "line-width": 1 } },
    {
      id: "pointed",
      type: "line",
      source: OUTLINES,
      filter: ["==", ["get", told.outlines.code], ""],
      paint: { "line-color": colours.accent, "line-width": 4 },
    },
    {
      id: "names",
      type: "symbol",
      source: OUTLINES,
      layout: { "text-field": ["get", told.outlines.name], "text-font": ["sans-serif"], "text-size": 13, "text-max-width": 7 },
      paint: { "text-color": colours.ink, "text-halo-color": colours.paper, "text-halo-width": 2 },
    },
  ];
}

function byCommune(told, side, colours) {
  const cases = Object.entries(side.values).flatMap(([code, [css]]) => [code, colours[css]]);
  return cases.length ? ["match", ["get", told.outlines.code], ...cases, colours.kn] : colours.kn;
}

/** Colour of a feature: the class that its value is in; `steps` are [class, least value], from the lowest. */
function byValue(side, colours) {
  if (!side.steps.length) return colours.p4;
  const [[first], ...others] = side.steps;
  const scale = ["step", ["get", side.property], colours[first], ...others.flatMap(([css, least]) => [least, colours[css]])];
  return ["case", ["==", ["typeof", ["get", side.property]], "number"], others.length ? scale : colours[first], colours.kn];
}

function coloursOf(frame, side) {
  const computed = getComputedStyle(frame);
  const colours = {};
  for (const name of ["paper", "ink", "line", "accent"]) colours[name] = computed.getPropertyValue(`--${name}`).trim();
  const probe = frame.querySelector(".map-probe");
  for (const one of probe.querySelectorAll("g")) colours[one.getAttribute("class")] = getComputedStyle(one.firstElementChild).fill;
  return colours;
}

const here = (address) => new URL(address, location.href).href;
