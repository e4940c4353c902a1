/**
 * The charts of a page: lines with the range of each bucket, the states behind them, one crosshair and one stretch of time for all. A
 * gap is a gap: nothing was observed there. Another stretch of time is another address, so that it can be shared and gone back from.
 */

import { asked, neighbour, saidAt, said, scale, tick, zoomed } from "../charts/values.js";

/** @typedef {import("../charts/values.js").Told} Told */
/** @typedef {import("../charts/values.js").Figure} Figure */
/** @typedef {import("uplot")} UPlot */

const Plot = /** @type {typeof import("uplot") | undefined} */ (Reflect.get(window, "uPlot"));
const root = document.getElementById("charts");
/** Scrapes come every 30 s. */
const AGAIN_MS = 30_000;
const LIMIT_MS = 10_000;
const HEIGHT = 150;
/** States that are drawn behind the lines; that all was well needs no colour. */
const DRAWN = ["degraded", "down", "unknown"];

/** @type {Map<string, { plot: UPlot, figure: Figure, out: HTMLElement }>} */
const charts = new Map();
/** @type {Told | null} */
let told = null;

/** @param {string} name */
function colour(name) {
  return root ? getComputedStyle(root).getPropertyValue(name).trim() : "";
}

/** @param {Figure} figure @returns {import("uplot").AlignedData} */
function data(figure) {
  return [told?.at ?? [], figure.most, figure.least, figure.mean];
}

/** The states behind a chart. @param {UPlot} plot */
function drawStates(plot) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { began, ended, state } of told?.stretches ?? []) {
    const left = plot.valToPos(began, "x", true);
    const width = Math.max(1, plot.valToPos(ended, "x", true) - left);
    if (state === null) hatch(ctx, left, bbox.top, width, bbox.height);
    else if (DRAWN.includes(state)) {
      ctx.globalAlpha = 0.22;
      ctx.fillStyle = colour(`--${state}`);
      ctx.fillRect(left, bbox.top, width, bbox.height);
      ctx.globalAlpha = 1;
    }
  }
  ctx.restore();
}

/** Nobody watched. @param {CanvasRenderingContext2D} ctx @param {number} left @param {number} top @param {number} width @param {number} height */
function hatch(ctx, left, top, width, height) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.strokeStyle = colour("--unknown");
  ctx.globalAlpha = 0.4;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  const step = 8 * devicePixelRatio;
  for (let at = Math.floor((left - height) / step) * step; at < left + width; at += step) {
    ctx.moveTo(at, top + height);
    ctx.lineTo(at + height, top);
  }
  ctx.stroke();
  ctx.restore();
}

/** @param {typeof import("uplot")} Made @param {Figure} figure @param {HTMLElement} box */
function make(Made, figure, box) {
  const place = /** @type {HTMLElement} */ (box.querySelector("[data-plot]"));
  const out = /** @type {HTMLElement} */ (box.querySelector("[data-said]"));
  const axis = { stroke: () => colour("--muted"), font: "12px Inter Variable, sans-serif", ticks: { show: false }, grid: { stroke: () => colour("--edge-soft"), width: 1 } };
  const quiet = { stroke: "transparent", width: 0, points: { show: false } };
  const plot = new Made(
    {
      width: place.clientWidth || 300,
      height: HEIGHT,
      legend: { show: false },
      cursor: { sync: { key: "page" }, drag: { x: true, y: false, setScale: false }, y: false, points: { size: 7 } },
      scales: { x: { time: true, range: () => [told?.began ?? 0, told?.ended ?? 1] }, y: { range: () => scale(charts.get(figure.key)?.figure ?? figure) } },
      axes: [
        { ...axis, size: 26, space: 70, values: (_, splits, __, ___, step) => splits.map((at) => tick(new Date(at * 1000), step)) },
        { ...axis, size: 64, space: 32, values: (_, values) => values.map((value) => said(figure.form, value)) },
      ],
      series: [
        {},
        quiet,
        quiet,
        { stroke: () => colour("--horizon"), width: 1.75, spanGaps: false, points: { show: true, size: 5, filter: alone } },
      ],
      bands: [{ series: [1, 2], fill: () => `${colour("--horizon")}33` }],
      hooks: {
        drawClear: [drawStates],
        setCursor: [(own) => say(figure.key, own.cursor.idx ?? null)],
        setSelect: [select],
      },
    },
    data(figure),
    place,
  );
  charts.set(figure.key, { plot, figure, out });
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place);
  place.addEventListener("keydown", (event) => press(event, figure.key));
  place.addEventListener("blur", leave);
  place.addEventListener("dblclick", () => go(""));
}

/** A value between two gaps has no line: it is drawn as a dot. @param {UPlot} plot @param {number} series */
function alone(plot, series) {
  const values = plot.data[series] ?? [];
  return [...values.keys()].filter((at) => typeof values[at] === "number" && typeof values[at - 1] !== "number" && typeof values[at + 1] !== "number");
}

/** What the crosshair is at. @param {string} key @param {number | null} index */
function say(key, index) {
  const chart = charts.get(key);
  if (!chart || !told) return;
  const at = index === null ? undefined : told.at[index];
  const text = at === undefined || index === null ? "" : `${clock(at)}: ${saidAt(chart.figure, index)}`;
  if (chart.out.textContent !== text) chart.out.textContent = text;
}

/** @param {number} at */
function clock(at) {
  const date = new Date(at * 1000);
  const day = told && told.ended - told.began > 86_400 ? `${date.toLocaleDateString("en-GB", { day: "2-digit", month: "short" })} ` : "";
  return `${day}${date.toLocaleTimeString("en-GB")}`;
}

/** @param {UPlot} plot */
function select(plot) {
  const { left, width } = plot.select;
  if (width < 4) return;
  go(asked({ began: plot.posToVal(left, "x"), ended: plot.posToVal(left + width, "x") }));
}

/** Another stretch of time. @param {string} query */
function go(query) {
  location.assign(`${location.pathname}${query ? `?${query}` : ""}#charts`);
}

/** @param {KeyboardEvent} event @param {string} key */
function press(event, key) {
  const chart = charts.get(key);
  if (!chart || !told || event.ctrlKey || event.metaKey || event.altKey) return;
  const { plot } = chart;
  const index = plot.cursor.idx ?? null;
  const last = told.at.length - 1;
  const middle = (told.began + told.ended) / 2;
  const around = index === null ? middle : (told.at[index] ?? middle);
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => point(neighbour(told?.at ?? [], index, -1)),
    ArrowRight: () => point(neighbour(told?.at ?? [], index, 1)),
    Home: () => point(last < 0 ? null : 0),
    End: () => point(last < 0 ? null : last),
    Escape: leave,
    "+": () => told && go(asked(zoomed(told, around, 0.5, now()))),
    "=": () => told && go(asked(zoomed(told, around, 0.5, now()))),
    "-": () => told && go(asked(zoomed(told, around, 2, now()))),
  };
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

/** By the server's clock, as the charts came: its answers never end later. */
function now() {
  return Number(root?.dataset["now"]) || Date.now() / 1000;
}

/** The crosshair of all charts to one moment. @param {number | null} index */
function point(index) {
  const at = index === null ? undefined : told?.at[index];
  if (at === undefined) return;
  for (const { plot } of charts.values()) plot.setCursor({ left: plot.valToPos(at, "x"), top: 10 });
}

/** No crosshair. */
function leave() {
  for (const { plot } of charts.values()) plot.setCursor({ left: -10, top: -10 });
}

async function load() {
  if (!root) return;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), LIMIT_MS);
  try {
    const answer = await fetch(root.dataset["figures"] ?? "", { signal: limit.signal, headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    told = /** @type {Told} */ (await answer.json());
    show();
  } catch {
    // The page says by itself that the server does not answer; the charts end where they ended.
  } finally {
    clearTimeout(timer);
  }
}

function show() {
  if (!told || !Plot || !root) return;
  for (const figure of told.figures) {
    const chart = charts.get(figure.key);
    const box = /** @type {HTMLElement | null} */ (root.querySelector(`[data-figure="${CSS.escape(figure.key)}"]`));
    if (chart) {
      chart.figure = figure;
      chart.plot.setData(data(figure));
    } else if (box) {
      box.hidden = false;
      make(Plot, figure, box);
    }
  }
}

if (root && Plot) {
  void load();
  // A window that was named ends where it ended.
  if (root.dataset["range"]) setInterval(() => document.visibilityState === "visible" && void load(), AGAIN_MS);
  const redraw = () => charts.forEach(({ plot }) => plot.redraw());
  new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}
