"use strict";
// Everything that comes from outside is set as text: nothing here makes markup of a string.
const data = JSON.parse(document.getElementById("data").textContent);
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const CHUNK = 100;
const AT_ONCE = 500; // entries that come by scrolling alone, so that what follows the list can be reached
const byId = (id) => document.getElementById(id);

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "on") for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child);
  return element;
}

// ---- what is asked for ------------------------------------------------------------------------------------------
// It lives in the address: a link to the page says what is seen. `#d=FINGERPRINT` opens one entry.
const CHOICES = ["severity", "rule", "type", "module", "region", "account", "state"];
const RANK = new Map((data.accounts || []).map((name, i) => [name, i])); // of several accounts, the worst is the first
const NOTHING = { text: "", group: RANK.size > 1 ? "account" : "module", ...Object.fromEntries(CHOICES.map((name) => [name, ""])) };
const asked = { ...NOTHING, kinds: new Set() };

function fromAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  for (const name of Object.keys(NOTHING)) asked[name] = said.get(name) ?? NOTHING[name];
  if (asked.severity && !SEVERITIES.includes(asked.severity)) asked.severity = "";
  if (!GROUPS[asked.group] && asked.group !== "none") asked.group = NOTHING.group;
  asked.kinds = new Set((said.get("kind") || "").split(",").filter(Boolean));
  return said.get("d");
}
function toAddress(fingerprint) {
  const said = new URLSearchParams();
  if (asked.kinds.size) said.set("kind", [...asked.kinds].sort().join(","));
  for (const name of Object.keys(NOTHING)) if (asked[name] !== NOTHING[name]) said.set(name, asked[name]);
  if (fingerprint) said.set("d", fingerprint);
  history.replaceState(null, "", `#${said}`);
}
for (const [i, entry] of data.drift.entries()) {
  entry.index = i;
  entry.worst = SEVERITIES.find((s) => entry.findings.some((f) => f.counts && f.severity === s)) || "";
  entry.rules = new Set(entry.findings.map((f) => f.rule));
  entry.haystack = [entry.kind, entry.address, entry.type, entry.id, entry.name, entry.arn, entry.region, entry.account,
    entry.place, ...entry.changes.flatMap((c) => [c.path, ...c.was, ...c.is]),
    ...entry.findings.flatMap((f) => [f.title, f.rule])].join("\n").toLowerCase();
}
const order = (entry) => (entry.worst ? SEVERITIES.indexOf(entry.worst) : SEVERITIES.length);

function matches(entry) {
  if (asked.kinds.size && !asked.kinds.has(entry.kind)) return false;
  if (asked.severity && (!entry.worst || SEVERITIES.indexOf(entry.worst) > SEVERITIES.indexOf(asked.severity))) return false;
  if (asked.rule && !entry.rules.has(asked.rule)) return false;
  for (const name of ["type", "module", "region", "account", "state"]) if (asked[name] && (entry[name] || "root") !== asked[name]) return false;
  return asked.text.split(/\s+/).every((word) => entry.haystack.includes(word));
}

const GROUPS = {
  module: (e) => (e.kind === "unmanaged" ? "Unmanaged (no module)" : e.module || "Root module"),
  type: (e) => e.type,
  severity: (e) => e.worst || "no finding",
  kind: (e) => e.kind,
  region: (e) => e.region,
  account: (e) => e.account,
  state: (e) => e.state || "no state",
};

// ---- one entry ----------------------------------------------------------------------------------------------------
function tag(entry) { return make("span", { class: `tag ${entry.kind}` }, entry.kind); }

let opened = false; // whether a person opens entries by now, and not the page itself

function entryElement(entry) {
  const changed = entry.changes.map((c) => c.path).join(", ");
  const summary = make("summary", {},
    tag(entry),
    entry.worst && make("span", { class: `tag severity ${entry.worst}` }, `▲ ${entry.worst}`) || null,
    make("span", { class: "name mono" }, entry.address || `${entry.type} ${entry.id}`),
    make("span", { class: "sub" }, [...(entry.address ? [entry.place, changed] : [entry.name, entry.region]), RANK.size > 1 && asked.group !== "account" && entry.account].filter(Boolean).join(" · ")));
  const element = make("details", { class: "entry", id: `d-${entry.index}` }, summary);
  let filled = false;
  const fill = () => { if (!filled) { filled = true; element.append(inside(entry)); } };
  element.addEventListener("toggle", () => { if (element.open) { fill(); if (opened) toAddress(entry.fingerprint); } });
  return element;
}

function inside(entry) {
  const out = make("div", { class: "inside" });
  if (entry.findings.length) out.append(make("ul", { class: "findings", "aria-label": "Findings" }, entry.findings.map(findingElement)));
  if (entry.changes.length) out.append(changesTable(entry.changes));
  for (const note of entry.notes) out.append(make("p", {}, note));
  if (entry.patch) out.append(patchElement(entry.patch));
  const facts = make("dl", { class: "facts" });
  for (const [name, value] of [["Id", entry.id], ["Name", entry.name], ["ARN", entry.arn], ["Account", entry.account],
    ["Region", entry.region], ["Configured in", entry.place], ["State", entry.state !== entry.place && entry.state], ["Fingerprint", entry.fingerprint]]) {
    if (value) facts.append(make("dt", {}, name), make("dd", { class: "mono" }, value));
  }
  out.append(facts);
  const near = neighbours(entry.fingerprint);
  if (near.length) out.append(make("p", {}, make("b", {}, "References: ")), make("ul", {}, near));
  out.append(make("p", { class: "sub" }, entry.advice || data.next[entry.kind]));
  return out;
}

function patchElement(text) {
  const code = make("pre", { tabindex: "0" }, text);
  const select = () => { getSelection().selectAllChildren(code); return "Selected"; }; // a page from a disk may not copy
  const copy = async (event) => {
    const button = event.currentTarget;
    button.textContent = await (navigator.clipboard ? navigator.clipboard.writeText(text).then(() => "Copied", select) : select());
  };
  return make("details", { class: "patch" }, make("summary", {}, "Patch"), make("button", { type: "button", on: { click: copy } }, "Copy"), code);
}

function findingElement(f) {
  const said = f.effect === "resolved" ? "resolved" : f.severity;
  const details = [f.evidence, f.remedy && `What to do: ${f.remedy}`, f.exempt && `Accepted: ${f.exempt}`, f.frameworks].filter(Boolean);
  return make("li", { class: f.counts ? said : f.effect === "resolved" ? "resolved" : "info" },
    make("b", {}, f.counts ? `▲ ${f.severity}` : f.effect === "resolved" ? "✓ resolved" : "not counted"),
    make("span", {}, ` ${f.title} `, make("code", {}, f.rule), ` (${f.said})`),
    details.map((text) => make("div", { class: "sub" }, text)));
}

function changesTable(changes, heads) {
  const three = changes.some((c) => c.recorded !== null);
  const [was, recorded, is] = heads || ["Desired", "Recorded", "Actual"];
  const cell = (name, label, lines, others) => make("td", { class: name, "data-label": label }, valueElement(lines, others));
  return make("table", {},
    make("thead", {}, make("tr", {}, ["Attribute", was, three ? recorded : null, is].filter(Boolean).map((h) => make("th", { scope: "col" }, h)))),
    make("tbody", {}, changes.map((c) => make("tr", {},
      make("th", { scope: "row" }, make("code", {}, c.path), c.notes.map((n) => make("div", { class: "sub" }, n))),
      cell("was", was, c.was, c.is),
      three ? make("td", { "data-label": recorded }, valueElement(c.recorded || ["the same"], [])) : null,
      cell("is", is, c.is, c.was)))));
}

function valueElement(lines, others) {
  const other = new Set(others);
  const several = lines.length > 1 && others.length > 1; // where one side is empty, all of the other differs
  return make("pre", {}, lines.flatMap((line, i) => [i ? "\n" : "", several && !other.has(line) ? make("mark", {}, line) : line]));
}

// ---- the list, written as far as one has scrolled -------------------------------------------------------------------
let queue = [];
let written = 0;
let section = null;
let allowed = AT_ONCE;

function show() {
  const found = data.drift.filter(matches);
  const groups = new Map();
  const key = GROUPS[asked.group] || (() => "");
  for (const entry of found) {
    const name = key(entry);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(entry);
  }
  const names = [...groups.keys()];
  if (asked.group === "account" && RANK.size > 1) names.sort((a, b) => (RANK.get(a) ?? RANK.size) - (RANK.get(b) ?? RANK.size));
  else if (asked.group === "severity") names.sort((a, b) => (SEVERITIES.indexOf(a) + 1 || 9) - (SEVERITIES.indexOf(b) + 1 || 9));
  else names.sort((a, b) => Math.min(...groups.get(a).slice(0, 500).map(order)) - Math.min(...groups.get(b).slice(0, 500).map(order)) || (a < b ? -1 : 1));
  queue = names.flatMap((name) => [
    { title: name, count: groups.get(name).length },
    ...groups.get(name).sort((a, b) => order(a) - order(b) || a.index - b.index),
  ]);
  written = 0;
  allowed = AT_ONCE;
  section = null;
  byId("entries").replaceChildren();
  byId("shown").textContent = found.length === data.total
    ? `${found.length} drifted resource${found.length === 1 ? "" : "s"}` : `${found.length} of ${data.total} drifted resources`;
  if (!data.drift.length) byId("entries").append(make("p", { class: "empty" }, data.nothing));
  more();
  for (const listener of listeners) listener(found);
}

function more() {
  const target = byId("entries");
  const end = Math.min(queue.length, written + CHUNK);
  for (; written < end; written += 1) {
    const item = queue[written];
    if (item.title !== undefined) {
      section = make("section", { class: "group" }, make("h3", {}, item.title, " ", make("small", {}, `(${item.count})`)));
      target.append(section);
    } else (section || target).append(entryElement(item));
  }
  offerRest();
}

function offerRest() {
  const left = queue.slice(written).filter((item) => item.title === undefined).length;
  byId("rest").hidden = written < allowed || !left;
  byId("rest").textContent = `Show more (${left} left)`;
}

// A part below the list: the list grows no more by itself, and the part stays in view while what is above finds its height.
function reach(element) {
  allowed = Math.min(allowed, written);
  offerRest();
  element.open = true;
  element.querySelector("summary").focus({ preventScroll: true });
  let frames = 30;
  const settle = () => { element.scrollIntoView({ block: "start" }); frames -= 1; if (frames > 0) requestAnimationFrame(settle); };
  settle();
}

function reveal(index) {
  let element = byId(`d-${index}`);
  while (!element && written < queue.length) { more(); element = byId(`d-${index}`); }
  if (!element) {
    Object.assign(asked, NOTHING, { group: asked.group });
    asked.kinds.clear();
    controls();
    show();
    while (!(element = byId(`d-${index}`)) && written < queue.length) more();
  }
  if (!element) return;
  element.open = true;
  element.scrollIntoView({ block: "center" });
  element.querySelector("summary").focus();
}

const listeners = [];
new IntersectionObserver((seen) => {
  if (seen.some((s) => s.isIntersecting)) fillUp();
}, { rootMargin: "900px" }).observe(byId("more"));
function fillUp() {
  while (written < Math.min(queue.length, allowed) && byId("more").getBoundingClientRect().top < innerHeight + 900) more();
}
byId("rest").addEventListener("click", () => { allowed += AT_ONCE; more(); fillUp(); });

// ---- the tools -------------------------------------------------------------------------------------------------------
function choice(label, name, options) {
  const select = make("select", { on: { change: () => { asked[name] = select.value; toAddress(); show(); } } },
    options.map(([value, text]) => make("option", { value }, text)));
  if (asked[name] && !options.some(([value]) => value === asked[name])) select.append(make("option", { value: asked[name] }, asked[name]));
  select.value = asked[name];
  return make("label", {}, label, select);
}
const distinct = (name) => [...new Set(data.drift.map((e) => e[name]))].filter(Boolean).sort();

function controls() {
  let timer = 0;
  const search = make("input", { type: "search", value: asked.text, placeholder: "name, id, attribute, value, rule…", autocomplete: "off",
    on: { input: () => { clearTimeout(timer); timer = setTimeout(() => { asked.text = search.value.trim().toLowerCase(); toAddress(); show(); }, 120); } } });
  const parts = [make("label", { class: "wide" }, "Search (press /)", search)];
  const severities = SEVERITIES.filter((s) => data.drift.some((e) => e.worst === s));
  if (severities.length) parts.push(choice("Severity", "severity", [["", "any"], ...severities.map((s) => [s, `${s} or higher`])]));
  const rules = [...new Set(data.drift.flatMap((e) => [...e.rules]))].sort();
  if (rules.length) parts.push(choice("Rule", "rule", [["", "any"], ...rules.map((r) => [r, r])]));
  for (const [label, name] of [["Type", "type"], ["Module", "module"], ["Region", "region"], ["Account", "account"], ["State", "state"]]) {
    const values = distinct(name);
    if (name === "module" && values.length) values.unshift("root");
    if (values.length > 1 || asked[name]) parts.push(choice(label, name, [["", "all"], ...values.map((v) => [v, v])]));
  }
  parts.push(choice("Group by", "group", [...Object.keys(GROUPS).map((g) => [g, g]), ["none", "nothing"]]));
  byId("tools").replaceChildren(...parts);
  for (const card of document.querySelectorAll("button.card")) card.setAttribute("aria-pressed", asked.kinds.has(card.dataset.kind));
  const totals = SEVERITIES.map((s) => [s, data.drift.filter((e) => e.worst === s).length]).filter(([, n]) => n);
  byId("totals").replaceChildren(...(totals.length ? [make("span", {}, "Resources by their worst finding:")] : []), ...totals.map(([s, n]) => make("button", { type: "button", class: `tag severity ${s}`, "aria-pressed": String(asked.severity === s),
    on: { click: () => { asked.severity = asked.severity === s ? "" : s; toAddress(); controls(); show(); } } }, `▲ ${n} ${s}`)));
}
for (const card of document.querySelectorAll("button.card")) {
  card.addEventListener("click", () => {
    const kind = card.dataset.kind;
    if (!asked.kinds.delete(kind)) asked.kinds.add(kind);
    card.setAttribute("aria-pressed", asked.kinds.has(kind));
    toAddress();
    show();
  });
}
addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(input|select|textarea)$/i.test(event.target.tagName)) {
    event.preventDefault();
    document.querySelector("#tools input").focus();
  }
});
new ResizeObserver(() => document.documentElement.style.setProperty("--tools", getComputedStyle(byId("tools")).position === "sticky" ? `${byId("tools").offsetHeight}px` : "0px")).observe(byId("tools"));
const themes = ["system", "light", "dark"];
byId("theme").addEventListener("click", () => {
  const next = themes[(themes.indexOf(document.documentElement.dataset.theme || "system") + 1) % 3];
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  byId("theme").textContent = `Theme: ${next}`;
});

// ---- the graph ---------------------------------------------------------------------------------------------------------
const drifted = new Map(data.drift.map((e) => [e.fingerprint, e]));
function neighbours(fingerprint) {
  const out = [];
  for (const link of data.links) {
    const way = link.start.key === fingerprint ? ["refers to", link.end] : link.end.key === fingerprint ? ["is referred to by", link.start] : null;
    if (!way) continue;
    const entry = drifted.get(way[1].key);
    out.push(make("li", {}, `${way[0]} `, entry
      ? make("button", { type: "button", class: "mono", on: { click: () => reveal(entry.index) } }, way[1].name)
      : make("code", {}, way[1].name), link.attribute ? ` (${link.attribute})` : ""));
  }
  return out;
}

const MOST = 250;
const READABLE = 0.85; // the scale that a graph is first shown at, at least: names of nine pixels
function drawGraph(holder) {
  const SVG = "http://www.w3.org/2000/svg";
  const svgElement = (name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [k, v] of Object.entries(attributes)) element.setAttribute(k, v);
    return element;
  };
  const svg = svgElement("svg", { class: "graph", role: "group", "aria-label": "Drifted resources and their references" });
  const said = make("p", { class: "sub", role: "status" });
  const stage = svgElement("g", {});
  svg.append(stage);
  const view = { x: 0, y: 0, k: 1 };
  const place = () => stage.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.k})`);
  const zoom = (factor, x = svg.clientWidth / 2, y = svg.clientHeight / 2) => {
    const k = Math.min(4, Math.max(0.1, view.k * factor));
    view.x = x - (x - view.x) * (k / view.k);
    view.y = y - (y - view.y) * (k / view.k);
    view.k = k;
    place();
  };
  svg.addEventListener("wheel", (event) => { event.preventDefault(); zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.offsetX, event.offsetY); }, { passive: false });
  let held = null;
  svg.addEventListener("pointerdown", (event) => { if (!event.target.closest("g.node")) { held = [event.clientX - view.x, event.clientY - view.y]; svg.setPointerCapture(event.pointerId); } });
  svg.addEventListener("pointermove", (event) => { if (held) { view.x = event.clientX - held[0]; view.y = event.clientY - held[1]; place(); } });
  svg.addEventListener("pointerup", () => { held = null; });

  const button = (text, label, action) => make("button", { type: "button", "aria-label": label, on: { click: action } }, text);
  let fit = () => {};
  holder.append(
    make("div", { class: "bar" }, button("+", "Zoom in", () => zoom(1.3)), button("−", "Zoom out", () => zoom(1 / 1.3)), button("Fit", "Fit the graph", () => fit()),
      make("div", { class: "legend" }, ["modified", "missing", "unmanaged"].map((k) => make("span", { class: k }, k)), make("span", {}, "in sync or unknown"), make("span", { class: "ringed high" }, "ring: a critical or high finding"), make("span", { class: "ringed medium" }, "a medium one"), make("span", { class: "ringed" }, "a lower one"), make("span", { class: "rogue" }, "square: parts that nobody manages"))),
    svg, said);

  const draw = (found) => {
    stage.replaceChildren();
    found = [...found].sort((a, b) => order(a) - order(b)); // where not all are drawn, the gravest are
    const wanted = new Set(found.map((e) => e.fingerprint));
    const nodes = new Map();
    const edges = [];
    let left = 0;
    for (const link of data.links) {
      if (!wanted.has(link.start.key) && !wanted.has(link.end.key)) continue;
      const fresh = [link.start, link.end].filter((n) => !nodes.has(n.key)).length;
      if (nodes.size + fresh > MOST) { left += 1; continue; }
      for (const n of [link.start, link.end]) if (!nodes.has(n.key)) nodes.set(n.key, { ...n, kind: (drifted.get(n.key) || {}).kind || "" });
      edges.push([nodes.get(link.start.key), nodes.get(link.end.key), link.attribute]);
    }
    let alone = 0;
    for (const e of found) {
      if (nodes.has(e.fingerprint)) continue;
      if (nodes.size >= MOST) { alone += 1; continue; }
      nodes.set(e.fingerprint, { key: e.fingerprint, name: e.address || `${e.type} ${e.id}`, kind: e.kind });
    }
    const all = [...nodes.values()];
    layout(all, edges);
    for (const [a, b, attribute] of edges) {
      const line = svgElement("line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y });
      const title = svgElement("title", {});
      title.textContent = `${a.name} → ${b.name}${attribute ? ` (${attribute})` : ""}`;
      line.append(title);
      line.ends = [a.key, b.key];
      stage.append(line);
    }
    for (const n of all) {
      const entry = drifted.get(n.key);
      const worst = entry ? entry.worst : "";
      const rogue = entry && entry.changes.some((c) => c.rogue);
      const marks = [n.kind, worst && `${worst} finding`, rogue && "holds parts that nobody manages"].filter(Boolean);
      const g = svgElement("g", { class: `node ${n.kind} ${worst}`, tabindex: "0", role: entry ? "button" : "img", "aria-label": [n.name, ...marks].join(", ") });
      g.append(svgElement("circle", { cx: n.x, cy: n.y, r: n.kind ? 9 : 6 }));
      if (worst) { const ring = svgElement("circle", { class: `ring ${worst}`, cx: n.x, cy: n.y, r: 13 }); g.append(ring); }
      if (rogue) g.append(svgElement("rect", { class: "rogue", x: n.x + 6, y: n.y - 14, width: 7, height: 7 }));
      const text = svgElement("text", { x: n.x + (worst ? 17 : 12), y: n.y + 4 });
      text.textContent = n.name.length > 48 ? `…${n.name.slice(-47)}` : n.name;
      const title = svgElement("title", {});
      title.textContent = [n.name, ...marks].join(", ");
      g.append(text, title);
      const near = new Set([n.key, ...edges.flatMap(([a, b]) => (a === n ? [b.key] : b === n ? [a.key] : []))]);
      const faint = (on) => { for (const c of stage.children) c.classList.toggle("faint", on && !(c.ends ? c.ends.includes(n.key) : near.has(c.key))); };
      g.key = n.key;
      g.addEventListener("pointerenter", () => faint(true));
      g.addEventListener("pointerleave", () => faint(false));
      g.addEventListener("focus", () => faint(true));
      g.addEventListener("blur", () => faint(false));
      if (entry) {
        g.addEventListener("click", () => reveal(entry.index));
        g.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); reveal(entry.index); } });
      }
      stage.append(g);
    }
    said.textContent = left || alone ? `${all.length} resources are drawn. Narrow the search to see the other ${left + alone} resources or references.` : `${all.length} resources, ${edges.length} references. Select one for details.`;
    fit = (least = 0) => {
      if (!all.length || !svg.clientWidth) return;
      const xs = all.map((n) => n.x), ys = all.map((n) => n.y);
      const ends = all.map((n) => n.x + 24 + Math.min(n.name.length, 48) * 6.8);
      const [x0, x1, y0, y1] = [Math.min(...xs) - 30, Math.max(...ends), Math.min(...ys) - 30, Math.max(...ys) + 30];
      view.k = Math.max(least, Math.min(1.4, svg.clientWidth / (x1 - x0), svg.clientHeight / (y1 - y0)));
      // what is larger than the frame begins at its corner
      view.x = Math.max(-x0 * view.k, (svg.clientWidth - (x0 + x1) * view.k) / 2);
      view.y = Math.max(-y0 * view.k, (svg.clientHeight - (y0 + y1) * view.k) / 2);
      place();
    };
    requestAnimationFrame(() => fit(READABLE));
  };
  listeners.push(draw);
  draw(data.drift.filter(matches));
}

// Layers for what is linked (each component beside the next), a grid for what stands alone: the same picture every time.
function layout(nodes, edges) {
  const near = new Map(nodes.map((n) => [n, []]));
  for (const [a, b] of edges) if (a !== b) { near.get(a).push([b, 1]); near.get(b).push([a, -1]); }
  const seen = new Set();
  let top = 0;
  const linked = nodes.filter((n) => near.get(n).length);
  for (const start of linked.sort((a, b) => near.get(b).length - near.get(a).length)) {
    if (seen.has(start)) continue;
    const layers = new Map([[start, 0]]);
    const waiting = [start];
    seen.add(start);
    while (waiting.length) {
      const n = waiting.shift();
      for (const [m, step] of near.get(n)) if (!seen.has(m)) { seen.add(m); layers.set(m, layers.get(n) + step); waiting.push(m); }
    }
    const columns = new Map();
    for (const [n, layer] of layers) { if (!columns.has(layer)) columns.set(layer, []); columns.get(layer).push(n); }
    const least = Math.min(...columns.keys());
    const tallest = Math.max(...[...columns.values()].map((c) => c.length));
    for (const [layer, column] of columns) {
      column.sort((a, b) => (a.name < b.name ? -1 : 1));
      column.forEach((n, i) => { n.x = (layer - least) * 330; n.y = top + (i - (column.length - 1) / 2) * 34 + (tallest * 34) / 2; });
    }
    top += tallest * 34 + 40;
  }
  const alone = nodes.filter((n) => !near.get(n).length);
  const wide = Math.max(1, Math.ceil(Math.sqrt(alone.length / 4)));
  alone.forEach((n, i) => { n.x = (i % wide) * 330; n.y = top + 20 + Math.floor(i / wide) * 30; });
}

// ---- what is no drift ----------------------------------------------------------------------------------------------------
function lazily(title, fill) {
  const body = make("div");
  const element = make("details", { class: "section", id: `s-${others.children.length}` }, make("summary", {}, title), body);
  jump(title, element);
  element.addEventListener("toggle", () => { if (element.open && !body.firstChild) fill(body); });
  return element;
}
function list(items) {
  return (body) => {
    const ul = make("ul");
    let at = 0;
    const next = make("button", { type: "button", on: { click: () => step() } }, "Show more");
    const step = () => { items.slice(at, at + 200).forEach((i) => ul.append(make("li", {}, i))); at += 200; next.hidden = at >= items.length; };
    step();
    body.append(ul, next);
  };
}

const others = byId("others");
const jump = (title, element) => byId("jump").append(make("li", {}, make("a", { href: `#${element.id}`, on: { click: (event) => { event.preventDefault(); reach(element); } } }, title)));
if (data.drift.length) others.append(lazily(`Graph of drifted resources${data.links.length ? " and their neighbours" : ""}`, drawGraph));
for (const group of data.groups) {
  others.append(lazily(`${group.title} (${group.items.length})`, (body) => {
    if (group.lead) body.append(make("p", { class: "sub" }, group.lead));
    if (group.items.every((i) => typeof i === "string")) return list(group.items)(body);
    for (const item of group.items) body.append(make("h4", { class: "mono" }, item.title), make("p", { class: "sub" }, item.said), item.changes.length ? changesTable(item.changes, item.heads) : "");
  }));
}
for (const [title, lines] of data.notes) {
  byId("notes").append(make("div", { class: "note" }, make("b", {}, title), make("ul", {}, lines.map((l) => make("li", {}, l)))));
}
function open() {
  const fingerprint = fromAddress();
  controls();
  show();
  const entry = fingerprint && drifted.get(fingerprint);
  if (entry) reveal(entry.index);
  else if (data.drift.length && data.drift.length <= 12) for (const e of document.querySelectorAll(".entry")) e.open = true;
}
open();
addEventListener("hashchange", () => { if (!/^#(s-\d+|entries)$/.test(location.hash)) open(); });
setTimeout(() => { opened = true; }, 500);
