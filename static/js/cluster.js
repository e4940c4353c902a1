/** The page of one cluster: the socket to the server, the picture in memory, and who draws which part of it when. */

import { clock } from "./ages.js";
import { Answering } from "./answering.js";
import { Announcer } from "./announce.js";
import { showDay } from "./day.js";
import { drawArrows } from "./diagram/arrows.js";
import { drawControl } from "./diagram/control.js";
import { glyph } from "./diagram/marks.js";
import { NodeGrid } from "./diagram/nodegrid.js";
import { drawOverlay } from "./diagram/overlay.js";
import { Apart, freshness, isBlind, MISSED, ServerClock } from "./freshness.js";
import { drawFailed, drawFreshness, drawPlanes, drawTab } from "./header.js";
import { html, nothing, render } from "./html.js";
import { openIncidents } from "./open-incidents.js";
import { drawRail } from "./rail.js";
import { captionOf, groundNotice } from "./scene/ground.js";
import { factsOf, pillsOf, textsAt } from "./scene/header.js";
import { notice } from "./scene/notice.js";
import { railOf } from "./scene/rail.js";
import { skyOf } from "./scene/sky.js";
import { whenSignedOut } from "./signed-out.js";
import { LiveSocket } from "./socket.js";
import { WORDS } from "./states.js";
import { Picture } from "./store.js";
import { drawTables } from "./tables.js";
import { renewFor } from "./upgrade.js";
import { learnFigures } from "./tips.js";
import { Toolbar } from "./toolbar.js";
import { readView } from "./viewstate.js";

/** @param {string} id */
function place(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

/** Freshness is looked at so often, in milliseconds; ages of texts run by the second. */
const LOOK_MS = 250;

const root = place("cluster");
const { socket: socketPath = "", snapshot: snapshotPath = "", node: nodePath = "", search: searchPath = "", pages = "" } = root.dataset;
learnFigures(root.dataset["figures"]);
const stage = place("picture");
const view = readView(location.search);
const field = new NodeGrid(place("field"), root, stage, pages, (name) => nodePath + encodeURIComponent(name), view);
new Toolbar(field, view, searchPath);
const control = { cards: place("control-cards"), bar: place("bar"), count: place("control-count"), addons: place("addons") };
const rail = { title: place("attention-title"), entries: place("attention"), changes: place("changes"), missing: place("missing") };
const beside = document.getElementById("open-incidents");
const incidents = beside && openIncidents(beside);
const live = place("announcer");
const announcer = new Announcer((text) => {
  live.textContent = text;
});
const time = new ServerClock();
/** The web server's own clock, by its keepalives alone: against it the collector's is held. */
const web = new ServerClock();

/** @type {Picture | null} */
let picture = null;
/** The cards of the sky as they were drawn last: arrows begin at them. @type {import("./scene/component.js").Card[]} */
let cards = [];
/** @param {string | undefined} text */
const moment = (text) => (text ? Number(text) : null);
/** What is wrong with Planewatch itself, as the server says. */
let trouble = "";
/** What the server knew when it made the page: a picture that is late is so from the first paint.
 *  @type {{ pulse: number | null, heard: number | null, apart: number }} */
let heardOf = { pulse: moment(root.dataset["pulse"]), heard: moment(root.dataset["heard"]), apart: moment(root.dataset["apart"]) ?? 0 };
const clocks = new Apart(heardOf.apart);
/** Of a picture of the past the moment that it is of; null: it is the present that is shown. @type {import("./past.js").Past | null} */
let past = null;
const isPast = root.dataset["at"] !== undefined;
/** When the last pulse arrived, whatever it says itself. @type {number | null} */
let came = null;
/** The last moment at which the picture held all that was published. @type {number | null} */
let whole = null;
/** What came could not be drawn: until it is, pulses tell nothing of what is shown. */
let broken = false;
let seenOpen = false;
/** @type {import("./freshness.js").Freshness} */
let fresh = { kind: "waiting", age: 0, since: null, why: "", retry: null };
/** @type {import("./reconnecting-socket.js").SocketStatus} */
let connection = { state: "connecting", since: Date.now(), retryAt: null };
/** What waits for the next frame. */
const due = { panels: false, places: false, rows: /** @type {Set<number>} */ (new Set()), frame: 0 };
let opened = Date.now();
const answering = new Answering("/healthz", () => look());

const local = () => Date.now() / 1000;
/** The server's clock; ours until it has spoken. */
const now = () => past?.at ?? time.now(local()) ?? local();
/** Texts of a picture that nobody confirms stand still at the moment for which it holds. */
const shownAt = () => textsAt(fresh, now());

const socket = new LiveSocket(socketPath, snapshotPath, {
  snapshot(snapshot, server) {
    if (server !== null) time.guess(server, local());
    const { beats = {} } = picture ?? {};
    picture = new Picture(snapshot);
    picture.beats = beats;
    picture.blind = isBlind(fresh);
    heardOf.heard ??= snapshot.cluster.heard_at;
    whole = now();
    announcer.attend(picture.attention);
    due.places = true;
    ask();
    incidents?.ask();
  },
  delta(delta) {
    if (!picture) return;
    const touched = picture.apply(delta);
    if (touched.attention) announcer.attend(picture.attention);
    for (const row of touched.rows) due.rows.add(row);
    if (touched.changes || touched.attention) incidents?.ask();
    due.places ||= touched.places;
    due.panels ||= touched.cluster || touched.components || touched.attention || touched.changes || touched.samples;
    ask();
  },
  pulse(pulse, isWhole) {
    time.observe(pulse.pulse, local());
    heardOf = { pulse: pulse.pulse, heard: pulse.heard, apart: clocks.observe(pulse.pulse, web.now(local()), local()) };
    came = now();
    if (isWhole && !broken) whole = pulse.pulse;
    look();
  },
  heartbeats(beats) {
    // They are read with the next tick: ages run by the second anyhow.
    if (picture) picture.beats = beats;
  },
  keepAlive(server, app, wrong) {
    trouble = wrong;
    web.observe(server, local());
    if (heardOf.pulse === null) time.observe(server, local());
    renewFor(app);
  },
  status(told) {
    if (told.state !== connection.state && told.state === "open") {
      if (seenOpen) heardOf.pulse = null;
      seenOpen = true;
    }
    connection = told;
    look();
  },
});

/** Draw in the next frame. */
function ask() {
  if (due.frame) return;
  due.frame = requestAnimationFrame(draw);
}

/** Texts, and nodes that come and go, are drawn so often at most, in milliseconds: nobody reads faster. */
const PACE_MS = 200;
/** What could not be drawn is tried again after so many milliseconds. */
const AGAIN_MS = 1000;
let paced = -Infinity;

/** @param {number} frame */
function draw(frame) {
  due.frame = 0;
  if (!picture) return;
  try {
    drawDue(picture, frame);
  } catch (error) {
    // It is tried again as a whole: what was drawn of it, nobody knows.
    broken = due.places = due.panels = true;
    setTimeout(ask, AGAIN_MS);
    throw error;
  }
  if (!due.places && !due.panels) broken = false;
}

/** @param {Picture} picture @param {number} frame */
function drawDue(picture, frame) {
  const at = shownAt();
  const wait = paced + PACE_MS - frame;
  if ((due.places || due.panels) && wait > 0) {
    setTimeout(ask, wait);
    // Rows may have moved: they are drawn with their places.
    if (due.places) return;
  }
  const places = due.places && wait <= 0;
  const panels = due.panels && wait <= 0;
  const { rows } = due;
  if (places || panels) {
    paced = frame;
    due.places = due.panels = false;
  }
  due.rows = new Set();
  if (places || panels) drawPanels(at);
  if (places) field.lay(picture, at);
  else if (rows.size) field.update(rows, at);
  if (places || panels) joinPlanes(picture);
  root.classList.add("is-drawn");
}

/** Has what the server has drawn given way? */
let emptied = false;

/** All that is text. @param {number} at */
function drawPanels(at) {
  if (!picture) return;
  const sky = skyOf(picture, at);
  cards = sky.cards;
  // What kept its place until now goes in the frame in which it comes.
  if (!emptied) for (const part of [control.cards, control.bar, rail.entries, rail.changes]) part.replaceChildren();
  emptied = true;
  drawControl(control, sky, picture.series, pages, at);
  drawRail(rail, railOf(picture, at, isBlind(fresh)), pages, at);
  drawPlanes(place("pills"), pillsOf(picture, at, isBlind(fresh)));
  drawGround(picture);
  const facts = place("facts");
  const text = factsOf(picture);
  if (facts.textContent !== text) facts.textContent = text;
  if (!place("tables").hidden && root.classList.contains("with-tables")) drawTables(place("tables"), picture, pages, at, isBlind(fresh));
}

/** Arrows between what stands there. @param {Picture} shown */
function joinPlanes(shown) {
  drawArrows(place("arrows"), place("field"), field.plan.zones, view.group, cards, shown);
}

/** The caption of the ground, or why it is empty. @param {Picture} shown */
function drawGround(shown) {
  const { size, agents } = captionOf(shown, shownAt());
  render(
    html`<span>${size}</span>${agents.map(
      (row) => html`<a class="agent-link" href="${pages}${row.kind}/" title=${row.because}>${glyph(row.state, "glyph-xs")}${row.title}
        <span class="visually-hidden">${WORDS[row.state]}</span></a>`,
    )}`,
    place("data-count"),
  );
  const said = groundNotice(shown, shownAt());
  const empty = place("ground-notice");
  empty.hidden = !said;
  render(said ? html`<h3>${said.title}</h3>${said.lines.map((text) => html`<p>${text}</p>`)}` : nothing, empty);
}

let second = 0;
let wasBlind = false;

/** How fresh is it? Four times a second, and whenever something was heard. Whoever cannot tell does not go on saying what was. */
function look() {
  try {
    judge();
  } catch (error) {
    root.classList.add("is-late");
    document.body.classList.add("is-blind");
    drawFailed(place("freshness"));
    throw error;
  }
}

/** Of the past nothing is awaited: it holds. @param {string} [failed] why it could not be fetched */
function judgePast(failed = "") {
  fresh = { kind: "past", age: 0, since: now(), why: "", retry: null };
  drawOverlay(place("overlay"), failed ? { kind: "notice", state: "unknown", title: "Not fetched", lines: [failed] } : null);
  drawTab(picture, fresh);
}

function judge() {
  if (isPast) return;
  const at = now();
  const offset = at - local();
  const state = connection.state === "connecting" ? (Date.now() - opened < 4000 ? "open" : "closed") : connection.state;
  fresh = freshness({
    now: at,
    pulse: heardOf.pulse,
    heard: heardOf.heard,
    apart: heardOf.apart,
    came,
    mute: answering.silent,
    pictured: picture?.at ?? null,
    whole,
    socket: state,
    socketSince: connection.since / 1000 + offset,
    socketRetry: connection.retryAt === null ? null : connection.retryAt / 1000 + offset,
    fault: picture?.cluster.fault?.message ?? "",
    retry: picture?.cluster.retry_at ?? null,
    trouble,
  });
  // In time: whoever is to blame is known before anybody is blamed.
  answering.look(["quiet", "server", "collector"].includes(fresh.why) || (came !== null && at - came > MISSED));
  drawFreshness(place("freshness"), fresh, picture !== null);
  const said = notice(picture, fresh, at, clock);
  drawOverlay(place("overlay"), said);
  root.classList.toggle("is-late", fresh.kind === "late" || said !== null);
  root.dataset["why"] = fresh.why;
  document.body.classList.toggle("is-blind", isBlind(fresh));
  if (picture) picture.blind = isBlind(fresh);
  if (isBlind(fresh) !== wasBlind) {
    wasBlind = isBlind(fresh);
    due.panels = due.places = true;
    ask();
  }
  drawTab(picture, fresh);
  announcer.late(fresh.kind === "late" ? ["The picture is not live.", ...(said?.lines.slice(0, 1) ?? [])].join(" ") : "");
  if (Math.floor(at) !== second) {
    second = Math.floor(at);
    announcer.tick(local());
    if (picture && document.visibilityState === "visible") {
      drawPanels(shownAt());
      field.tick(shownAt());
      incidents?.tick(shownAt());
    }
  }
}

/** A part of the page has another size. */
function resized() {
  if (!picture) return;
  field.resize();
  joinPlanes(picture);
}

// The field has another size when the window has, and when what stands in the sky has grown.
let size = "";
const sizes = new ResizeObserver(() => {
  const host = place("field");
  const flows = getComputedStyle(host).getPropertyValue("--flow").trim() === "1";
  const next = `${host.clientWidth}|${flows ? "flows" : host.clientHeight}|${stage.clientHeight}|${devicePixelRatio}`;
  if (next === size) return;
  size = next;
  requestAnimationFrame(resized);
});
for (const place of [stage, field.host]) sizes.observe(place);

for (const query of ["(prefers-color-scheme: light)", "(forced-colors: active)"]) {
  matchMedia(query).addEventListener("change", () => field.recolour());
}
new MutationObserver(() => field.recolour()).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });

const button = document.getElementById("as-tables");
button?.addEventListener("click", () => {
  const open = root.classList.toggle("with-tables");
  button.setAttribute("aria-expanded", String(open));
  if (!open || !picture) return;
  drawTables(place("tables"), picture, pages, shownAt(), isBlind(fresh));
  place("tables").scrollIntoView();
});

// On paper all nodes are rows, as they are now.
addEventListener("beforeprint", () => {
  if (picture) drawTables(place("tables"), picture, pages, shownAt(), isBlind(fresh));
});

document.addEventListener("times", () => {
  due.panels = due.places = true;
  ask();
});
whenSignedOut(() => (isPast ? location.reload() : socket.ask()));
addEventListener("pagehide", () => {
  socket.stop();
  past?.stop();
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  if (isPast) return location.reload();
  opened = Date.now();
  socket.start();
});
if (root.dataset["now"]) time.guess(Number(root.dataset["now"]), local());
/** The page of a moment: its picture is fetched as it was, and nothing is followed. */
async function travel() {
  const { Past } = await import("./past.js");
  past = new Past(Number(root.dataset["at"]), snapshotPath, {
    show(snapshot) {
      picture = new Picture(snapshot);
      due.places = due.panels = true;
      judgePast();
      ask();
    },
    failed: judgePast,
  });
}

if (isPast) void travel();
else {
  place("freshness").replaceChildren();
  setInterval(look, LOOK_MS);
  look();
  socket.start();
  const day = document.getElementById("day");
  if (day) showDay(day);
}
// Last of all: of a script that fails before, the style sheet tells that nobody attends to the page.
root.dataset["attended"] = "";
document.body.classList.add("is-attended");
// Type that arrives late changes sizes once.
void document.fonts.ready.then(resized);
