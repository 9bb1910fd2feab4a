// What a person points at: with the mouse or a finger, a box beside it; with the keyboard, the place under the cross
// in the middle, said to screen readers. Escape closes the box.

import { SHAPES } from "./style.js";

const PLACES_SHOWN = 6;
const BESIDE = 14;

export class Reader {
  constructor(frame, told, maps) {
    this.told = told;
    this.maps = maps;
    this.box = frame.querySelector(".map-box");
    this.said = frame.querySelector(".map-said");
    this.place = frame.querySelector(".map-sides");
    this.figures = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 4 });
    frame.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.keyboard(maps[0], told.sides[0]);
  }

  /** Read a side with the pointer. */
  follow(map, side) {
    map.on("mousemove", (event) => this.show(map, side, event, false));
    map.on("mouseout", () => this.close());
    map.on("click", (event) => {
      const pointed = this.at(map, side, event.point);
      if (!pointed) return this.close();
      if (event.originalEvent.pointerType === "touch" || !pointed.href) return this.show(map, side, event, true);
      location.assign(pointed.href);
    });
  }

  /** Read the middle of the first side with the keyboard: arrows and + and - move it, Enter opens the page of the place. */
  keyboard(map, side) {
    const canvas = map.getCanvas();
    const middle = () => map.project(map.getCenter());
    const say = () => {
      if (document.activeElement !== canvas) return;
      const pointed = this.at(map, side, middle());
      this.mark(pointed?.code ?? "");
      this.said.textContent = pointed ? `${pointed.name} – ${pointed.lines.join(" – ")}` : this.told.words.nothing;
    };
    map.on("moveend", say);
    canvas.addEventListener("focus", say);
    canvas.addEventListener("blur", () => this.mark(""));
    canvas.addEventListener("keydown", (event) => {
      const pointed = event.key === "Enter" && this.at(map, side, middle());
      if (pointed?.href) location.assign(pointed.href);
    });
  }

  /** What is at a point of a side: name, lines to read, code and page of the commune; nothing outside of shapes. */
  at(map, side, point) {
    const layers = [SHAPES].filter((name) => map.getLayer(name));
    const [found] = layers.length ? map.queryRenderedFeatures(point, { layers }) : [];
    return found && (side.kind === "communes" ? this.commune(found.properties) : this.feature(side, found.properties));
  }

  commune(properties) {
    const { code, name } = this.told.outlines;
    const insee = String(properties[code]);
    const several = this.told.sides.length > 1;
    const lines = this.told.sides
      .filter((side) => side.kind === "communes")
      .map((side) => `${several ? `${side.title}${this.told.words.colon} ` : ""}${side.values[insee]?.[1] ?? this.told.words.unknown}`);
    return { name: properties[name], lines, code: insee, href: this.told.commune.replace("CODE", insee) };
  }

  feature(side, properties) {
    const shown = side.properties.filter((one) => properties[one.name] !== undefined).slice(0, PLACES_SHOWN);
    const lines = shown.map((one) => `${one.title}${this.told.words.colon} ${this.value(properties[one.name], one.unit)}`);
    return { name: side.title, lines, code: "", href: "" };
  }

  value(value, unit) {
    return typeof value === "number" ? `${this.figures.format(value)}${unit ? ` ${unit}` : ""}` : String(value);
  }

  show(map, side, event, pinned) {
    const pointed = this.at(map, side, event.point);
    map.getCanvas().style.cursor = pointed?.href ? "pointer" : "";
    if (!pointed) return this.close();
    this.mark(pointed.code);
    this.box.replaceChildren(...elements(pointed, pinned && pointed.href ? this.told.words.page : ""));
    this.box.hidden = false;
    this.put(event.point);
  }

  /** Put the box beside a point, inside the map. */
  put({ x, y }) {
    const [width, height] = [this.place.clientWidth, this.place.clientHeight];
    const left = x + BESIDE + this.box.offsetWidth > width ? Math.max(0, x - BESIDE - this.box.offsetWidth) : x + BESIDE;
    const top = Math.min(y + BESIDE, Math.max(0, height - this.box.offsetHeight));
    this.box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  close() {
    this.box.hidden = true;
    this.mark("");
  }

  mark(code) {
    for (const map of this.maps) {
      if (map.getLayer("pointed")) map.setFilter("pointed", ["==", ["get", this.told.outlines.code], code]);
    }
  }
}

function elements(pointed, page) {
  const name = document.createElement("strong");
  name.textContent = pointed.name;
  const lines = pointed.lines.map((line) => {
    const made = document.createElement("span");
    made.textContent = line;
    return made;
  });
  if (!page) return [name, ...lines];
  const link = document.createElement("a");
  link.href = pointed.href;
  link.textContent = `${page} ${pointed.name}`;
  return [name, ...lines, link];
}
