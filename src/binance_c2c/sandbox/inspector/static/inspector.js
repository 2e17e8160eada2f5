// The inspector. Whatever comes from a request is put on the page as text, never as markup.
"use strict";

const MOST_ROWS = 500;
const find = (selector) => document.querySelector(selector);
const list = find("#requests tbody");
let opened = null;

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function say(words) {
  find("#said").textContent = words;
}

function complain(form, { field, what } = {}) {
  let told = false;
  form.querySelectorAll("[data-field]").forEach((input) => {
    const wrong = field === input.dataset.field && input.offsetParent !== null;
    document.getElementById(`${input.id}-wrong`)?.remove();
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
    if (!wrong) return;
    told = true;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", `${input.id}-wrong`);
    input.after(make("p", { className: "wrong", id: `${input.id}-wrong`, role: "alert", textContent: what }));
    input.focus();
  });
  return told;
}

async function ask(path, body, form) {
  const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(path, options);
    const payload = await answer.json();
    const told = form && complain(form, payload);
    if (!payload.error) return payload;
    say(told ? "" : payload.error);
  } catch {
    say("The sandbox does not answer.");
  }
  return null;
}

// The list of requests.

const clockOf = (ms) => new Date(ms).toISOString().slice(11, 23);

function addRow(request) {
  const name = request.operation ?? `${request.method} ${request.path}`;
  const button = make("button", { type: "button", className: "row", tabIndex: -1, textContent: name });
  const row = make("tr", { className: request.refused ? "refused" : "" },
    make("td", { className: "mono", textContent: clockOf(request.at_ms) }),
    make("td", { className: "status", textContent: request.status || "dropped" }),
    make("td", { className: "code mono", textContent: request.code ?? "–" }),
    make("td", {}, button),
    make("td", { textContent: request.account ?? "–" }));
  row.dataset.number = request.number;
  list.prepend(row);
}

function addRows(requests) {
  const known = Number(list.firstElementChild?.dataset.number ?? 0);
  // Numbers that begin again are those of another sandbox.
  if (requests[0].number <= known) list.replaceChildren();
  requests.forEach(addRow);
  while (list.childElementCount > MOST_ROWS) list.lastElementChild.remove();
  if (!list.querySelector('[tabindex="0"]')) list.querySelector("button").tabIndex = 0;
  const refused = requests.filter((request) => request.refused).pop();
  if (refused) find("#news").textContent = `Refused: ${refused.operation ?? refused.path}, ${refused.code ?? refused.status ?? "dropped"}`;
}

function walkTo(button) {
  list.querySelectorAll('[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
  button.tabIndex = 0;
  button.focus();
}

function step(from, direction) {
  let row = from;
  do row = row?.[direction]; while (row && row.offsetParent === null);
  if (row) walkTo(row.querySelector("button"));
}

list.addEventListener("keydown", (event) => {
  const direction = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (!direction) return;
  event.preventDefault();
  step(event.target.closest("tr"), direction);
});

list.addEventListener("click", (event) => {
  const row = event.target.closest("tr");
  walkTo(row.querySelector("button"));
  open(row);
});

find("#refused-only").addEventListener("change", (event) => {
  find("#requests").classList.toggle("refused-only", event.target.checked);
  const first = [...list.rows].find((row) => row.offsetParent !== null);
  list.querySelectorAll('[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
  if (first) first.querySelector("button").tabIndex = 0;
});

// One request.

function part(title, content) {
  return [make("h3", { textContent: title }), content];
}

function text(content, size, shown) {
  const cut = size > new Blob([content]).size ? `\n… ${size} bytes in all` : "";
  return make("pre", { textContent: (shown ?? content) + cut, tabIndex: 0 });
}

function readable(body) {
  try { return JSON.stringify(JSON.parse(body), null, 2); } catch { return body; }
}

function marked({ at, before, byte, rest }) {
  const pre = make("pre", { tabIndex: 0 }, before);
  if (at !== null) pre.append(make("mark", { textContent: byte || "⏎" }));
  pre.append(rest);
  return pre;
}

function lines(fields) {
  return make("pre", { tabIndex: 0, textContent: Object.entries(fields).map(([name, value]) => `${name}: ${value}`).join("\n") });
}

function show(request) {
  const found = request.diagnosis;
  const parts = [];
  const prose = (className, words) => make("p", { className }, ...words.split("`").map(
    (piece, index) => (index % 2 ? make("code", { textContent: piece }) : piece)));
  if (found) {
    const diagnosis = prose("diagnosis", found.words);
    if (!found.proven) diagnosis.append(make("small", { textContent: "Not proven: no known mistake gives this signature." }));
    parts.push(diagnosis);
  }
  request.remarks.forEach((words) => parts.push(prose("remark", words)));
  parts.push(...part("Request", make("pre", { tabIndex: 0, textContent: `${request.method} ${request.path}` })));
  if (request.query) parts.push(...part("Query, as it came", text(request.query, 0)));
  const signature = request.signature;
  if (signature) {
    const at = signature.payload.at;
    const key = signature.public_key;
    const deed = key ? "verified" : "hashed";
    parts.push(...part(at === null ? `The gateway ${deed}` : `The gateway ${deed} (byte ${at} marked)`, marked(signature.payload)));
    if (signature.hashed) parts.push(...part(key ? "You signed" : "You hashed", marked(signature.hashed)));
    parts.push(...part("Signature", lines(key
      ? { "public key": `${key.kind}, SHA-256 ${key.fingerprint}`, genuine: key.genuine ? "yes" : "no", got: signature.got || "none" }
      : { expected: signature.expected ?? "the key is unknown", got: signature.got || "none" })));
  }
  parts.push(...part("Headers", lines(request.headers)));
  if (request.body_size) parts.push(...part("Body", request.body ? text(request.body, request.body_size) : make("pre", { textContent: `${request.body_size} bytes, not kept: the key is not the sandbox's` })));
  parts.push(...part(`Answer ${request.status || "(dropped)"}`, lines(request.answer.headers)), text(request.answer.body, request.answer.body_size, readable(request.answer.body)));
  find("#detail-title").textContent = `${request.number}: ${request.operation ?? request.path}`;
  find("#detail-body").replaceChildren(...parts);
}

async function open(row) {
  const request = await ask(`/-/requests/${row.dataset.number}`);
  if (!request) return;
  say("");
  opened?.classList.remove("open");
  opened = row;
  row.classList.add("open");
  show(request);
  find("#detail").hidden = false;
  find("#detail-title").focus();
}

function close() {
  find("#detail").hidden = true;
  opened?.classList.remove("open");
  const back = opened?.isConnected ? opened.querySelector("button") : list.querySelector("button");
  opened = null;
  if (back) walkTo(back);
}

find("#close").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !find("#detail").hidden) close();
});

// Orders, ads and balances.

let ahead = 0;

function moves(all, key) {
  const group = make("div", { className: "moves" });
  all.forEach((move) => {
    const button = make("button", { type: "button", textContent: move.label });
    button.dataset.key = `${key} ${move.label}`;
    let input = null;
    if (move.asks) {
      input = make("input", { type: "text", inputMode: "decimal", value: kept.get(button.dataset.key) ?? move.body[move.asks] });
      input.setAttribute("aria-label", `Total, ${move.label}`);
      input.dataset.key = `${button.dataset.key} total`;
      input.addEventListener("input", () => kept.set(button.dataset.key, input.value));
      group.append(input);
    }
    button.addEventListener("click", async () => {
      const body = input ? { ...move.body, [move.asks]: input.value } : move.body;
      if (await ask("/-/moves", { ...move, body })) say("");
      refresh();
    });
    group.append(button);
  });
  return group;
}

const kept = new Map();
const cell = (content, className = "") => make("td", { className, textContent: content });
const tail = (number) => `…${number.slice(-6)}`;

function fill(table, rows) {
  find(`${table} tbody`).replaceChildren(...rows);
}

function draw(state) {
  ahead = state.now_ms - Date.now();
  tick();
  const focused = document.activeElement?.dataset?.key;
  fill("#balances", state.accounts.flatMap((account) => account.balances.map((balance) => make("tr", {},
    cell(account.name), cell(balance.asset), cell(balance.free, "number"), cell(balance.locked, "number")))));
  fill("#ads", state.ads.map((ad) => make("tr", {},
    make("td", { className: "mono", title: ad.number, textContent: tail(ad.number) }), cell(`${ad.account} ${ad.side}`),
    cell(`${ad.price} ${ad.fiat}`, "number"), cell(`${ad.left} ${ad.asset}`, "number"), cell(`${ad.smallest} – ${ad.largest}`, "loose"),
    cell(ad.status), make("td", { className: "wrap" }, moves(ad.moves, ad.number)))));
  fill("#orders", state.orders.map((order) => {
    const row = make("tr", {},
      make("td", { className: "mono", title: order.number, textContent: tail(order.number) }), cell(`${order.buyer} ← ${order.seller}`),
      cell(`${order.amount} ${order.asset}`, "number"), cell(`${order.total} ${order.fiat}`, "number"),
      cell(order.ends_ms ? `${order.status} until ${clockOf(order.ends_ms).slice(0, 5)}` : order.status, "loose"),
      make("td", { className: "wrap" }, moves(order.moves, order.number)));
    row.dataset.order = order.number;
    return row;
  }));
  drawMarkets(state);
  drawFaults(state);
  if (focused) document.querySelectorAll("[data-key]").forEach((one) => { if (one.dataset.key === focused) one.focus(); });
}

function tick() {
  find("#clock").textContent = `${new Date(Date.now() + ahead).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function drawFaults(state) {
  const kind = find("#fault-kind");
  if (!kind.options.length) {
    kinds = new Map(state.fault_kinds.map((one) => [one.name, one]));
    kind.append(...[...kinds.keys()].map((name) => make("option", { textContent: name })));
    suit();
  }
  find("#seed-now").textContent = state.seed;
  fill("#faults", state.faults.map((fault) => make("tr", {},
    cell(particular(fault)), cell(fault.operations, "mono"), cell(fault.probability, "number"),
    cell(fault.times ?? "always", "number"), cell(fault.happened, "number"))));
}

let kinds = new Map();

function particular({ kind, seconds, status }) {
  return [kind, seconds !== null && `${seconds} s`, status].filter((part) => part !== null && part !== false).join(", ");
}

// Only what the chosen kind has is asked for.
function suit() {
  const kind = kinds.get(find("#fault-kind").value);
  ["seconds", "status"].forEach((name) => {
    const input = find(`#fault-${name}`);
    input.closest(".field").hidden = kind[name] === null;
    input.placeholder = kind[name] ?? "";
  });
  complain(find("#fault-form"));
}

async function plan(name, body, form) {
  if (await ask(`/-/control/${name}`, body, form)) say("");
  refresh();
}

function onSubmit(form, act) {
  find(form).addEventListener("submit", (event) => {
    event.preventDefault();
    act(event.target);
  });
}

find("#fault-kind").addEventListener("change", suit);
find("#fault-clear").addEventListener("click", () => plan("faults.clear", {}));
onSubmit("#fault-form", (form) => {
  const given = [...form.querySelectorAll("[data-field]")].filter((input) => input.value.trim() && input.offsetParent !== null);
  plan("faults.add", Object.fromEntries(given.map((input) => [input.dataset.field, input.value.trim()])), form);
});
onSubmit("#seed-form", (form) => plan("faults.seed", { seed: find("#seed").value.trim() }, form));

// Reference prices.

function drawMarkets(state) {
  const market = find("#price-market");
  if (!market.options.length) {
    market.append(...state.markets.map(({ asset, fiat }) => make("option", { value: `${asset} ${fiat}`, textContent: `${asset}/${fiat}` })));
  }
  fill("#markets", state.markets.map(({ asset, fiat, price }) => make("tr", {}, cell(`${asset}/${fiat}`), cell(price, "number"))));
}

onSubmit("#price-form", async (form) => {
  const [asset, fiat] = find("#price-market").value.split(" ");
  const move = { name: "set_reference_price", arguments: { asset, fiat, price: find("#price").value.trim() } };
  if (await ask("/-/moves", move, form)) say("");
  refresh();
});

let wanted = false;
let asking = false;

async function refresh() {
  wanted = true;
  if (asking) return;
  asking = true;
  while (wanted) {
    wanted = false;
    const state = await ask("/-/overview");
    if (state) draw(state);
  }
  asking = false;
}

document.querySelectorAll("[data-minutes]").forEach((button) => button.addEventListener("click", () => {
  plan("clock.advance", { minutes: Number(button.dataset.minutes) });
}));

// News.

function follow() {
  const events = new EventSource("/-/events");
  const link = find("#link");
  const state = (name, words) => { link.dataset.state = name; link.textContent = words; };
  events.addEventListener("open", () => { state("live", "live"); say(""); });
  events.addEventListener("error", () => state("lost", "lost, trying again"));
  events.addEventListener("requests", (event) => { addRows(JSON.parse(event.data)); refresh(); });
  events.addEventListener("changed", refresh);
}

find("#base-url").textContent = location.origin;
document.body.append(make("p", { id: "news", className: "unseen", ariaLive: "polite" }));
setInterval(tick, 1000);
follow();
