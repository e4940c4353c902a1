/**
 * Where zones and nodes lie in a given area. Pure: numbers in, numbers out; nothing is measured and nothing drawn here.
 *
 * Three levels of detail: cards that can be read (up to some 30 nodes), tiles with their three agents (up to some 300), and cells in
 * a field beyond that. The level follows from count and space. All sizes are in CSS pixels; `unit` is the size of a rem ÷ 16, so
 * that the picture grows with the type.
 */

/** @typedef {"card" | "tile" | "cell"} Level */
/** @typedef {{ key: string, rows: number[] }} Group rows of one group, in the order in which they are shown */
/** @typedef {{ x: number, y: number, w: number, h: number }} Box */
/** @typedef {Box & { key: string, rows: number[], columns: number, top: number, left: number, line: number, place: number,
 *   depth: number }} Zone
 *    `left`, `top`: where its first node lies; `columns`: nodes in a line; `line`, `place`: among the zones, counted down and across;
 *    `depth`: lines of nodes in the fullest zone beside it */
/**
 * @typedef {object} Plan
 * @property {Level} level
 * @property {number} width
 * @property {number} height what is needed: more than was given when the picture must scroll
 * @property {Zone[]} zones
 * @property {number} w of a node's box
 * @property {number} h
 * @property {number} gap between nodes
 * @property {number} down between lines of nodes
 */
/**
 * @typedef {object} Area
 * @property {number} width
 * @property {number | null} height null: as much as it takes (the page scrolls)
 * @property {number} unit
 * @property {number} [least] the narrowest that a cell may be, in pixels, where nobody can scroll
 */

export const ZONE_GAP = 14;
const ZONE_PAD = 14;
export const ZONE_HEAD = 38;
export const CARD = { gap: 12, w: 260, h: 160, minW: 140, minH: 58, maxW: 720, maxH: 520 };
/** Where cards of that size do not fit, a name and three shapes can be read down to this one. */
const LEAST_CARD = { w: 112, h: 40 };
export const TILE = { gap: 5.5, w: 50, aspect: 1.28, min: 25, max: 84 };
const CELL = { min: 4, max: 22, gap: 1.6 };
const CARDS_UP_TO = 30;
export const TILES_UP_TO = 320;

/**
 * The plan of an area.
 * @param {Group[]} groups @param {Area} area @returns {Plan}
 */
export function plan(groups, area) {
  const count = groups.reduce((sum, group) => sum + group.rows.length, 0);
  if (count === 0 || area.width <= 0) return { level: "tile", width: area.width, height: 0, zones: [], w: 0, h: 0, gap: 0, down: 0 };
  if (count <= CARDS_UP_TO) {
    const { height } = area;
    const cards = height === null ? flowingCards(groups, area) : fittedCards(groups, area, height) ?? fittedCards(groups, area, height, LEAST_CARD);
    if (cards) return cards;
  }
  if (count <= TILES_UP_TO) {
    const tiles = fitted(groups, area, "tile");
    if (tiles) return tiles;
  }
  return fitted(groups, area, "cell") ?? overflowing(groups, area);
}

/** @param {Area} area @param {number} columns of zones */
function zoneWidth({ width, unit }, columns) {
  return (width - ZONE_GAP * unit * (columns - 1)) / columns;
}

/** Zones in lines of `columns`. @template T @param {T[]} list @param {number} columns @returns {T[][]} */
function lines(list, columns) {
  /** @type {T[][]} */
  const result = [];
  for (let at = 0; at < list.length; at += columns) result.push(list.slice(at, at + columns));
  return result;
}

/** The largest of some numbers. @param {number[]} numbers */
const most = (numbers) => Math.max(0, ...numbers);

/**
 * Cards that fill the height given; null if they would be smaller than the least.
 * @param {Group[]} groups @param {Area} area @param {number} height @param {{ w: number, h: number }} least @returns {Plan | null}
 */
function fittedCards(groups, area, height, least = { w: CARD.minW, h: CARD.minH }) {
  const { unit } = area;
  const largest = most(groups.map((group) => group.rows.length));
  /** @type {{ score: number, columns: number, across: number, w: number, h: number } | null} */
  let best = null;
  for (let columns = 1; columns <= groups.length; columns += 1) {
    const inner = zoneWidth(area, columns) - 2 * ZONE_PAD * unit;
    const zoneLines = lines(groups, columns);
    const fixed = zoneLines.length * (ZONE_HEAD + ZONE_PAD) * unit + (zoneLines.length - 1) * ZONE_GAP * unit;
    for (let across = 1; across <= largest; across += 1) {
      const depths = zoneLines.map((line) => most(line.map((group) => Math.ceil(group.rows.length / across))));
      const deep = depths.reduce((sum, depth) => sum + depth, 0);
      const gaps = depths.reduce((sum, depth) => sum + (depth - 1) * CARD.gap * unit, 0);
      const w = Math.min((inner - (across - 1) * CARD.gap * unit) / across, CARD.maxW * unit);
      const h = Math.min((height - fixed - gaps) / deep, CARD.maxH * unit);
      if (w < least.w * unit || h < least.h * unit) continue;
      // Zones side by side read as columns under their arrows: worth a little size.
      const score = Math.min(w / CARD.w, h / CARD.h, unit * 2) * (1 + 0.12 * (columns / groups.length)) + (0.01 * w) / CARD.w;
      if (!best || score > best.score) best = { score, columns, across, w, h };
    }
  }
  if (!best) return null;
  const { columns, across, w, h } = best;
  return placed(groups, area, { level: "card", columns, w, h, gap: CARD.gap * unit, across: () => across, height });
}

/** Cards in a page that scrolls. @param {Group[]} groups @param {Area} area @returns {Plan} */
function flowingCards(groups, area) {
  const { unit } = area;
  const columns = Math.max(1, Math.min(groups.length, Math.floor(area.width / (330 * unit))));
  const inner = zoneWidth(area, columns) - 2 * ZONE_PAD * unit;
  const count = groups.reduce((sum, group) => sum + group.rows.length, 0);
  const across = Math.max(1, Math.floor(inner / (290 * unit)));
  const w = Math.min((inner - (across - 1) * CARD.gap * unit) / across, CARD.maxW * unit);
  const h = (count <= 6 ? 250 : 128) * unit;
  return placed(groups, area, { level: "card", columns, w, h, gap: CARD.gap * unit, across: () => across, height: null });
}

/**
 * Tiles or cells, as large as fit; null if they would be too small.
 * @param {Group[]} groups @param {Area} area @param {"tile" | "cell"} level @returns {Plan | null}
 */
function fitted(groups, area, level) {
  const { unit, height } = area;
  const tile = level === "tile";
  const aspect = tile ? TILE.aspect : 1;
  const [least, greatest] = tile ? [TILE.min * unit, TILE.max * unit] : [area.least ?? CELL.min, CELL.max * unit];
  /** @param {number} w */
  const gapOf = (w) => (tile ? (TILE.gap * w) / TILE.w : Math.max(least / 5, Math.min(CELL.gap * unit, w * 0.16)));
  /** @type {{ w: number, columns: number } | null} */
  let best = null;
  const widest = Math.min(groups.length, Math.max(1, Math.floor(area.width / (150 * unit))));
  for (let columns = 1; columns <= widest; columns += 1) {
    const inner = zoneWidth(area, columns) - 2 * ZONE_PAD * unit;
    const zoneLines = lines(groups, columns);
    const fixed = zoneLines.length * (ZONE_HEAD + ZONE_PAD) * unit + (zoneLines.length - 1) * ZONE_GAP * unit;
    /** @param {number} w */
    const fits = (w) => {
      const gap = gapOf(w);
      const across = Math.floor((inner + gap) / (w + gap));
      if (across < 1) return false;
      if (height === null) return true;
      let needed = fixed;
      for (const line of zoneLines) {
        const depth = most(line.map((group) => Math.ceil(group.rows.length / across)));
        needed += depth * (w * aspect + gap * aspect) - gap * aspect;
      }
      return needed <= height;
    };
    const wanted = height === null ? (tile ? 46 * unit : 12 * unit) : greatest;
    const w = largestThat(fits, least, wanted);
    if (w !== null && (!best || w > best.w * 1.02)) best = { w, columns };
  }
  if (!best) return null;
  const { columns } = best;
  const gap = gapOf(best.w);
  const inner = zoneWidth(area, columns) - 2 * ZONE_PAD * unit;
  // Full lines fill their zone from edge to edge: the boxes grow into what was left over, as far as the height allows.
  const across = Math.floor((inner + gap) / (best.w + gap));
  const w = (inner - gap * (across - 1)) / across;
  let h = w * aspect;
  if (height !== null) {
    const zoneLines = lines(groups, columns);
    const depths = zoneLines.map((line) => most(line.map((group) => Math.ceil(group.rows.length / across))));
    const deep = depths.reduce((sum, depth) => sum + depth, 0);
    const fixed = zoneLines.length * (ZONE_HEAD + ZONE_PAD) * unit + (zoneLines.length - 1) * ZONE_GAP * unit;
    const room = height - fixed - (deep - zoneLines.length) * gap * aspect;
    h = Math.min(w * aspect * 1.12, Math.max(room / deep, tile ? w * 0.9 : w * 0.5));
  }
  return placed(groups, area, { level, columns, w, h, gap, across: () => across, height });
}

/** The largest number between two bounds that passes, to a tenth; null if not even the least does.
 *  @param {(value: number) => boolean} passes @param {number} least @param {number} greatest */
function largestThat(passes, least, greatest) {
  if (!passes(least)) return null;
  if (passes(greatest)) return greatest;
  let low = least;
  let high = greatest;
  while (high - low > 0.1) {
    const middle = (low + high) / 2;
    if (passes(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Cells of a readable size in a field that scrolls. @param {Group[]} groups @param {Area} area @returns {Plan} */
function overflowing(groups, area) {
  const flowing = fitted(groups, { ...area, height: null }, "cell");
  return flowing ?? { level: "cell", width: area.width, height: 0, zones: [], w: 0, h: 0, gap: 0, down: 0 };
}

/**
 * @param {Group[]} groups @param {Area} area
 * @param {{ level: Level, columns: number, w: number, h: number, gap: number, across: (inner: number) => number,
 *   height: number | null }} choice
 * @returns {Plan}
 */
function placed(groups, area, { level, columns, w, h, gap, across, height }) {
  const { unit } = area;
  const width = zoneWidth(area, columns);
  const inLine = across(width - 2 * ZONE_PAD * unit);
  const down = level === "tile" ? gap * TILE.aspect : gap;
  const zoneLines = lines(groups, columns);
  const natural = zoneLines.map((line) => {
    const depth = most(line.map((group) => Math.ceil(group.rows.length / inLine)));
    return (ZONE_HEAD + ZONE_PAD) * unit + depth * (h + down) - down;
  });
  const used = natural.reduce((sum, value) => sum + value, 0) + (zoneLines.length - 1) * ZONE_GAP * unit;
  const spare = height === null ? 0 : Math.max(0, height - used) / zoneLines.length;
  /** @type {Zone[]} */
  const zones = [];
  // Cards stop growing at some width: what is left over stands on both sides of them.
  const rest = width - 2 * ZONE_PAD * unit - (inLine * w + (inLine - 1) * gap);
  const inset = level === "card" ? Math.max(0, rest / 2) : 0;
  let y = 0;
  for (const [at, line] of zoneLines.entries()) {
    const tall = (natural[at] ?? 0) + spare;
    // The last line may have fewer zones: they share its width only if that keeps columns in line.
    for (const [place, group] of line.entries()) {
      const x = place * (width + ZONE_GAP * unit);
      zones.push({
        key: group.key, rows: group.rows, columns: inLine, x, y, w: width, h: tall,
        left: x + ZONE_PAD * unit + inset, top: y + ZONE_HEAD * unit, line: at, place,
        depth: most(line.map((one) => Math.ceil(one.rows.length / inLine))),
      });
    }
    y += tall + ZONE_GAP * unit;
  }
  return { level, width: area.width, height: y - ZONE_GAP * unit, zones, w, h, gap, down };
}

/** The box of the node at `index` of a zone. @param {Plan} plan @param {Zone} zone @param {number} index @returns {Box} */
export function boxOf({ w, h, gap, down }, zone, index) {
  return {
    x: zone.left + (index % zone.columns) * (w + gap),
    y: zone.top + Math.floor(index / zone.columns) * (h + down),
    w,
    h,
  };
}

/**
 * Which node lies at a point: its zone and index, or null. Half of the gap around a tile or a cell is its own, so that a pointer finds
 * one everywhere between them; a card ends where it is seen to end.
 * @param {Plan} plan @param {number} x @param {number} y @returns {{ zone: Zone, index: number } | null}
 */
export function hit(plan, x, y) {
  const zone = plan.zones.find((box) => x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h);
  if (!zone) return null;
  const { down } = plan;
  const column = Math.floor((x - zone.left + plan.gap / 2) / (plan.w + plan.gap));
  const line = Math.floor((y - zone.top + down / 2) / (plan.h + down));
  if (column < 0 || column >= zone.columns || line < 0) return null;
  const index = line * zone.columns + column;
  if (index >= zone.rows.length) return null;
  const box = boxOf(plan, zone, index);
  const inside = x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h;
  return plan.level !== "card" || inside ? { zone, index } : null;
}

/**
 * The node reached from one by an arrow key, in two dimensions and across zones; the same one at the edge.
 * @param {Plan} plan @param {{ zone: Zone, index: number }} from @param {"left" | "right" | "up" | "down"} way
 * @returns {{ zone: Zone, index: number }}
 */
export function neighbour(plan, from, way) {
  const start = boxOf(plan, from.zone, from.index);
  const across = way === "left" || way === "right";
  const sign = way === "left" || way === "up" ? -1 : 1;
  let best = from;
  let least = Infinity;
  for (const zone of plan.zones) {
    for (let index = 0; index < zone.rows.length; index += 1) {
      const box = boxOf(plan, zone, index);
      const dx = box.x - start.x;
      const dy = box.y - start.y;
      const along = (across ? dx : dy) * sign;
      const aside = Math.abs(across ? dy : dx);
      // Sideways a line stays a line; up and down what lies nearest to the column.
      if (along < 1 || (across && aside > plan.h / 2)) continue;
      const far = along + aside * 3;
      if (far < least) {
        least = far;
        best = { zone, index };
      }
    }
  }
  return best;
}
