// The zoomable map of /carte. Opened by map-loader.js on demand; what it shows is told by the page in `data-map`.
// The table and the drawn maps of the page say the same things without it.

import { Map as ZoomableMap, addProtocol, setWorkerUrl } from "maplibre-gl";
import { Protocol } from "pmtiles";
import { styleOf, recolour, SHAPES } from "./style.js";
import { Reader } from "./reader.js";
import { swipe } from "./swipe.js";

const PADDING = 16;
const MOST_ZOOM = 17;

/** Open the map in `frame`, an element whose `data-map` describes it; resolves once it is drawn. */
export async function open(frame) {
  const told = JSON.parse(frame.dataset.map);
  setWorkerUrl(new URL(told.worker, location.href).href);
  addProtocol("pmtiles", new Protocol().tile);
  frame.hidden = false;
  const maps = told.sides.map((side, rank) => made(frame, told, side, rank));
  if (maps.length > 1) swipe(frame, maps);
  const reader = new Reader(frame, told, maps);
  maps.forEach((map, rank) => reader.follow(map, told.sides[rank]));
  buttons(frame, told, maps[0]);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    maps.forEach((map, rank) => recolour(map, frame, told, told.sides[rank])),
  );
  await Promise.all(maps.map((map) => drawn(map, frame)));
  frame.dataset.state = "drawn";
}

/** One side: a map in its own container. The second lies over the first and is hidden from the keyboard, its twin. */
function made(frame, told, side, rank) {
  const container = frame.querySelectorAll(".map-side")[rank];
  const map = new ZoomableMap({
    container,
    style: styleOf(frame, told, side),
    bounds: told.bounds,
    fitBoundsOptions: { padding: PADDING },
    maxZoom: MOST_ZOOM,
    attributionControl: false,
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxPitch: 0,
    fadeDuration: 0,
    locale: told.words.maplibre,
  });
  map.keyboard.disableRotation();
  map.touchZoomRotate.disableRotation();
  if (rank > 0) {
    map.getCanvas().tabIndex = -1;
    container.setAttribute("aria-hidden", "true");
  }
  return map;
}

/** Buttons with words; `data-zoom-level` of the frame says how far in the map is. */
function buttons(frame, told, map) {
  const say = () => (frame.dataset.zoomLevel = map.getZoom().toFixed(2));
  map.on("moveend", say);
  say();
  const actions = {
    in: () => map.zoomIn(),
    out: () => map.zoomOut(),
    whole: () => map.fitBounds(told.bounds, { padding: PADDING }),
  };
  for (const [name, action] of Object.entries(actions)) {
    frame.querySelector(`[data-zoom="${name}"]`).addEventListener("click", action);
  }
}

/** Wait until a map has drawn everything; a part that cannot be loaded is told and does not stop the rest. */
function drawn(map, frame) {
  map.on("error", ({ error }) => {
    frame.querySelector(".map-fault").hidden = false;
    frame.dataset.error = String(error?.message ?? error);
  });
  return new Promise((resolve) => map.once("idle", resolve));
}

export { SHAPES };
