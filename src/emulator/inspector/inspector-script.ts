/**
 * The script of the inspector's page: plain JavaScript for the browser, in one text, so that its hash can
 * allow it and nothing else. It inserts data as text, never as HTML, and knows nothing of what a table is
 * about.
 */

export const inspectorScript = `
"use strict";
const byId = (id) => document.getElementById(id);

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// ---- Talking to the emulator

async function read(path) {
  const response = await fetch("/inspector/" + path);
  if (!response.ok) throw new Error("It is gone: the emulator was reset, or has seen too much since to keep it.");
  return response.json();
}

async function post(path, values) {
  const response = await fetch("/inspector/" + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(values),
  });
  if (!response.ok) throw new Error((await response.json()).message);
}

const tell = (error) => { byId("message").textContent = error ? error.message : ""; };

// ---- Tables

let frozen = false;
const drawn = {};

function draw(name, { total, rows }) {
  const optional = byId("section-" + name).dataset.optional !== undefined;
  byId("section-" + name).hidden = optional && total === 0;
  const text = JSON.stringify(rows);
  if (drawn[name] !== text) {
    drawn[name] = text;
    const focused = document.activeElement?.dataset?.focus;
    byId("rows-" + name).replaceChildren(...rows.map((row) => toRow(name, row)));
    if (focused) document.querySelector("[data-focus=" + CSS.escape(focused) + "]")?.focus();
  }
  byId("count-" + name).dataset.total = total;
}

function toRow(name, { key, cells, copy }) {
  const address = "#" + name + "/" + encodeURIComponent(key);
  const heads = byId("section-" + name).querySelectorAll("th");
  const tr = element("tr", {});
  tr.dataset.words = cells.map(({ text }) => text).join(" ").toLowerCase();
  tr.dataset.problem = cells.some(({ look }) => look === "bad");
  cells.forEach(({ text, look, opens }, index) => {
    const inside = index === 0 ? opener(address, text) : opens ? element("a", { href: "#" + opens }, text) : text;
    const td = element("td", { className: look ?? "", title: text }, inside);
    td.dataset.head = heads[index].textContent;
    tr.append(td);
  });
  tr.append(element("td", {},
    copier("Copy", copy, "Copy " + copy), " ",
    copier("Link", location.origin + "/" + address, "Copy the link to " + copy)));
  return tr;
}

function opener(address, text) {
  const link = element("a", { href: address }, text);
  // By this it is found again when its table is drawn anew.
  link.dataset.focus = address;
  return link;
}

function copier(label, text, title) {
  const button = element("button", { type: "button", title, ariaLabel: title }, label);
  button.addEventListener("click", () => copyFrom(button, text));
  return button;
}

async function copyFrom(button, text) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // Browsers allow it for this machine and for https only.
    tell(new Error("The browser does not let this page copy. It is: " + text));
  }
  setTimeout(() => { button.textContent = label; }, 1500);
}

// ---- Search

const filter = byId("filter");

function applyFilter() {
  const { q, problems } = filter.elements;
  const terms = q.value.toLowerCase().split(" ").filter(Boolean);
  for (const section of document.querySelectorAll("main section")) {
    const rows = [...section.querySelectorAll("tbody tr")];
    let matching = 0;
    for (const row of rows) {
      const fits = terms.every((term) => row.dataset.words.includes(term));
      row.hidden = !fits || (problems.checked && row.dataset.problem !== "true");
      if (!row.hidden) matching++;
    }
    section.querySelector(".scroll").hidden = matching === 0;
    const count = section.querySelector("h2 span");
    const total = Number(count.dataset.total ?? 0);
    const isFiltered = terms.length > 0 || problems.checked;
    count.textContent = describeCount(matching, rows.length, total, isFiltered);
  }
}

function describeCount(matching, listed, total, isFiltered) {
  const all = total.toLocaleString("en");
  if (total === 0) return "none yet";
  const newest = listed < total ? "the newest " + listed + " of " + all : all;
  return isFiltered ? matching + " of " + newest : newest;
}

filter.addEventListener("input", () => {
  const { q, problems } = filter.elements;
  const query = new URLSearchParams({ ...(q.value && { q: q.value }), ...(problems.checked && { problems: "1" }) });
  history.replaceState(null, "", "?" + query + location.hash);
  applyFilter();
});
filter.addEventListener("submit", (event) => event.preventDefault());

const given = new URLSearchParams(location.search);
filter.elements.q.value = given.get("q") ?? "";
filter.elements.problems.checked = given.has("problems");

// ---- Details

const dialog = byId("detail");
let shown;
let shownPath;

async function openDetail() {
  const path = location.hash.slice(1);
  if (path === "") return dialog.close();
  let detail;
  try {
    detail = await read(path);
  } catch (error) {
    // What was open and is gone has been removed by hand.
    if (dialog.open && path === shownPath) return dialog.close();
    detail = { title: decodeURIComponent(path), data: {}, actions: [], comparisons: [], problem: error.message };
  }
  if (location.hash.slice(1) !== path) return;
  shown = detail.data;
  shownPath = path;
  byId("title").textContent = detail.title;
  byId("content").replaceChildren(
    element("p", { className: "problem", role: "alert", hidden: !detail.problem }, detail.problem ?? ""),
    element("div", { className: "actions" }, ...detail.actions.map((action) => actionForm(path, action))),
    ...detail.comparisons.flatMap(comparison),
    element("div", { className: "tree" }, ...branches(detail.data, 0)));
  if (!dialog.open) dialog.showModal();
}

function actionForm(path, { name, label, fields }) {
  const form = element("form", { ariaLabel: label },
    ...fields.map((field) => element("label", {}, field.label + " ",
      element("select", { name: field.name }, ...field.choices.map((choice) => element("option", {}, choice))))),
    element("button", {}, label));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = byId("content").querySelector(".problem");
    try {
      await post(path + "/" + name, Object.fromEntries(new FormData(form)));
      await refresh();
      await openDetail();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });
  return form;
}

function comparison({ label, changes }) {
  const heading = element("h3", {}, label);
  if (changes.length === 0) return [heading, element("p", { className: "soft" }, "No difference.")];
  const rows = changes.map(({ path, before, after }) => element("tr", {},
    element("td", {}, path),
    element("td", {}, element("del", {}, before ?? "")),
    element("td", {}, element("ins", {}, after ?? ""))));
  const heads = ["Member", "Before", "Now"].map((head) => element("th", { scope: "col" }, head));
  return [heading, element("table", { ariaLabel: label },
    element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows))];
}

function branches(value, depth) {
  const list = Array.isArray(value);
  return Object.entries(value).map(([name, child]) => {
    const label = element("b", {}, (list ? "[" + name + "]" : name) + ": ");
    const size = typeof child === "object" && child !== null ? Object.keys(child).length : 0;
    if (size === 0) return element("div", {}, label, JSON.stringify(child));
    const summary = Array.isArray(child) ? size + (size === 1 ? " item" : " items") : "";
    const details = element("details", { open: depth < 2 }, element("summary", {}, label, summary));
    // Filled when it is opened, so that a large body costs nothing before.
    const fill = () => details.childElementCount > 1 || details.append(...branches(child, depth + 1));
    details.addEventListener("toggle", () => details.open && fill());
    if (details.open) fill();
    return details;
  });
}

addEventListener("hashchange", openDetail);
dialog.addEventListener("close", () => {
  // The event comes late: another row may have been asked for meanwhile.
  if (location.hash.slice(1) === shownPath) history.replaceState(null, "", location.pathname + location.search);
});
byId("close").addEventListener("click", () => dialog.close());
byId("json").addEventListener("click", ({ target }) => copyFrom(target, JSON.stringify(shown, null, 2)));

// ---- The clock and new faults

for (const form of document.querySelectorAll("form[data-command]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await command(form.dataset.command, Object.fromEntries(new FormData(form)));
  });
}
byId("freeze").addEventListener("click", () => command(frozen ? "resume" : "freeze", {}));

async function command(name, values) {
  try {
    await post(name, values);
    tell();
    await refresh();
  } catch (error) {
    tell(error);
  }
}

// ---- Watching

let isAway = false;

async function refresh() {
  const state = await read("state");
  frozen = state.isFrozen;
  byId("clock").textContent = state.now.slice(0, 19).replace("T", " ") + " UTC";
  byId("frozen").textContent = frozen ? "frozen" : "";
  byId("freeze").textContent = frozen ? "Resume" : "Freeze";
  for (const [name, table] of Object.entries(state.tables)) draw(name, table);
  applyFilter();
}

async function watch() {
  try {
    await refresh();
    if (isAway) tell();
    isAway = false;
  } catch {
    isAway = true;
    tell(new Error("The emulator does not answer."));
  }
  setTimeout(watch, 1000);
}

addEventListener("keydown", (event) => {
  if (event.key !== "/" || dialog.open || event.target.matches("input, select")) return;
  event.preventDefault();
  filter.elements.q.focus();
});

watch();
openDetail();
`;
