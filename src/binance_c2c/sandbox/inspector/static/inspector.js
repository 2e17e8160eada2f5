// The inspector's page. Text from requests is shown as text, never as markup.
"use strict";

const MOST_ROWS = 500;
const find = (selector) => document.querySelector(selector);
const list = find("#requests tbody");

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const cell = (content, className = "") => make("td", { className, textContent: content });
const tail = (number) => `…${number.slice(-6)}`;

// Amounts and prices keep all their decimals, and get commas between thousands.
function money(text) {
  const [whole, decimals] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

// Times, by the exchange's clock. A time on another day than the exchange's today has its date.

let ahead = 0;
const iso = (ms) => new Date(ms).toISOString();
const today = () => iso(Date.now() + ahead).slice(0, 10);
const full = (ms) => iso(ms).slice(0, 19).replace("T", " ");
const moment = (ms, seconds = 12) => (iso(ms).slice(0, 10) === today() ? iso(ms).slice(11, 11 + seconds) : full(ms).slice(0, seconds > 5 ? 19 : 16));

let day = "";

function tick() {
  find("#clock").textContent = `${full(Date.now() + ahead)} UTC`;
  if (day === today()) return;
  day = today();
  for (const row of list.rows) if (row.dataset.at) row.firstElementChild.textContent = moment(Number(row.dataset.at));
}

// The outcome of a click is shown where the click was.

const outcomes = new Map();

function showOutcome(place) {
  const element = find(`[data-place="${place}"] .outcome`);
  const { words = "", bad = false } = outcomes.get(place) ?? {};
  if (!element) return;
  element.textContent = words;
  element.classList.toggle("bad", bad);
  element.hidden = !words;
}

function say(place, words, bad = false) {
  outcomes.set(place, { words, bad });
  showOutcome(place);
  if (words) find("#news").textContent = words;
}

// A wrong field gets the reason beside it, and the focus. Returns whether the field is on the page.
function showFieldError(form, { field, what } = {}) {
  let found = false;
  form.querySelectorAll("[data-field]").forEach((input) => {
    const wrong = field === input.dataset.field && input.offsetParent !== null;
    document.getElementById(`${input.id}-wrong`)?.remove();
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
    if (!wrong) return;
    found = true;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", `${input.id}-wrong`);
    input.after(make("p", { className: "wrong", id: `${input.id}-wrong`, role: "alert", textContent: what }));
    input.focus();
  });
  return found;
}

async function ask(path, body) {
  const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(path, options);
    return await answer.json();
  } catch {
    return { error: "The sandbox does not answer." };
  }
}

async function act(place, name, values, form) {
  const result = await ask(`/-/control/${name}`, values);
  const isShown = form && showFieldError(form, result);
  if (isShown) say(place, "");
  else say(place, result.error ?? result.said, Boolean(result.error));
  refresh();
  return !result.error;
}

// The list of requests and of actions by hand.

let run = null;
let opened = null;

function addRow(request, old) {
  const name = request.operation ?? `${request.method} ${request.path}`;
  const button = make("button", { type: "button", className: "row", tabIndex: -1, textContent: name });
  const place = make("td", {}, button);
  if (request.subject) place.append(make("small", { className: "mono subject", textContent: tail(request.subject), title: request.subject }));
  const row = make("tr", {},
    make("td", { className: "mono", textContent: moment(request.at_ms), title: `${full(request.at_ms)} UTC` }),
    cell(request.status ?? "dropped", "status"),
    cell(request.code ?? "–", "code mono"),
    place,
    cell(request.account ?? "–"),
    cell(request.milliseconds === null ? "–" : money(request.milliseconds.toFixed(1)), "number"));
  row.classList.toggle("refused", request.refused);
  row.classList.toggle("action", request.action);
  row.dataset.number = request.number;
  row.dataset.at = request.at_ms;
  row.dataset.text = [name, request.path, request.status, request.code, request.account, request.subject].join(" ").toLowerCase();
  row.dataset.account = request.account ?? "";
  list.prepend(row);
}

function markOld() {
  for (const row of list.rows) row.classList.add("old");
  if (list.rows.length) {
    const words = "The sandbox was restarted. It no longer knows the requests below.";
    list.prepend(make("tr", { className: "old restart" }, make("td", { colSpan: 6, textContent: words })));
  }
}

function takeRequests({ run: current, first, now_ms: now, rows }) {
  ahead = now - Date.now();
  tick();
  if (run !== null && run !== current) markOld();
  run = current;
  [...list.rows].forEach((row) => { if (!row.classList.contains("old") && Number(row.dataset.number) < first) row.remove(); });
  const known = Number(list.querySelector("tr:not(.old)")?.dataset.number ?? 0);
  rows.filter((request) => request.number > known).forEach((request) => addRow(request));
  while (list.childElementCount > MOST_ROWS) list.lastElementChild.remove();
  filterRows();
  const refused = rows.filter((request) => request.refused && !request.action).pop();
  if (refused) find("#news").textContent = `Refused: ${refused.operation ?? refused.path}, ${refused.code ?? refused.status ?? "dropped"}`;
}

const FILTERS = {
  "": () => true,
  refused: (row) => row.classList.contains("refused"),
  accepted: (row) => !row.classList.contains("refused") && !row.classList.contains("action"),
  action: (row) => row.classList.contains("action"),
  merchant: (row) => row.dataset.account === "merchant",
  taker: (row) => row.dataset.account === "taker",
};

function filterRows() {
  const words = find("#search").value.trim().toLowerCase().split(/\s+/);
  const fits = FILTERS[find("#filter").value];
  const everything = find("#filter").value === "" && words.join("") === "";
  let shown = 0;
  for (const row of list.rows) {
    const isRequest = row.dataset.number !== undefined;
    row.hidden = !(isRequest ? fits(row) && words.every((word) => row.dataset.text.includes(word)) : everything);
    shown += isRequest && !row.hidden;
  }
  find("#requests-none").hidden = shown > 0 || list.rows.length === 0;
  const stop = list.querySelector('[tabindex="0"]');
  if (stop && !stop.closest("tr").hidden) return;
  if (stop) stop.tabIndex = -1;
  const next = list.querySelector("tr:not([hidden]) button");
  if (next) next.tabIndex = 0;
}

find("#search").addEventListener("input", filterRows);
find("#filter").addEventListener("change", filterRows);
find("#clear").addEventListener("click", async () => {
  close();
  if (await act("list", "journal.clear", {})) {
    list.replaceChildren();
    say("list", "");
  }
});

function focusButton(button) {
  list.querySelectorAll('[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
  button.tabIndex = 0;
  button.focus();
}

function step(from, direction) {
  let row = from;
  do row = row?.[direction]; while (row && (row.hidden || !row.querySelector("button")));
  if (row) focusButton(row.querySelector("button"));
}

list.addEventListener("keydown", (event) => {
  const direction = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (!direction) return;
  event.preventDefault();
  step(event.target.closest("tr"), direction);
});

list.addEventListener("click", (event) => {
  const row = event.target.closest("tr");
  const button = row.querySelector("button");
  if (!button) return;
  focusButton(button);
  open(row);
});

// One request.

let copies = {};

function part(title, content) {
  return [make("h3", { textContent: title }), content];
}

function text(content, size, shown) {
  const cut = size > new Blob([content]).size ? `\n… ${size} bytes in all` : "";
  return make("pre", { textContent: (shown ?? content) + cut, tabIndex: 0 });
}

function readable(body) {
  // Not parsed and serialised again, because long numbers would lose digits.
  try { JSON.parse(body); } catch { return body; }
  let depth = 0;
  return body.replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]|\s+/g, (token, at) => {
    if (/^\s/.test(token)) return "";
    if (token === ",") return `,\n${"  ".repeat(depth)}`;
    if (token === ":") return ": ";
    if (token === "{" || token === "[") {
      const empty = /^\s*[}\]]/.test(body.slice(at + 1, at + 100));
      depth += 1;
      return empty ? token : `${token}\n${"  ".repeat(depth)}`;
    }
    if (token === "}" || token === "]") {
      depth -= 1;
      const empty = /[{[]\s*$/.test(body.slice(Math.max(0, at - 100), at));
      return empty ? token : `\n${"  ".repeat(depth)}${token}`;
    }
    return token;
  });
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

function prose(className, words) {
  return make("p", { className }, ...words.split("`").map((piece, index) => (index % 2 ? make("code", { textContent: piece }) : piece)));
}

function signatureParts({ payload, hashed, public_key: key, got, expected }) {
  const verb = key ? "verified" : "hashed";
  const title = payload.at === null ? `The gateway ${verb}` : `The gateway ${verb} (byte ${payload.at} marked)`;
  const fields = key
    ? { "public key": `${key.kind}, SHA-256 ${key.fingerprint}`, genuine: key.genuine ? "yes" : "no", got: got || "none" }
    : { expected: expected ?? "the key is unknown", got: got || "none" };
  return [
    ...part(title, marked(payload)),
    ...(hashed ? part(key ? "You signed" : "You hashed", marked(hashed)) : []),
    ...part("Signature", lines(fields)),
  ];
}

function requestParts(request) {
  const found = request.diagnosis;
  const parts = [];
  if (found) {
    const diagnosis = prose("diagnosis", found.words);
    if (!found.proven) diagnosis.append(make("small", { textContent: "A guess: no known mistake yields this signature." }));
    parts.push(diagnosis);
  }
  request.remarks.forEach((words) => parts.push(prose("remark", words)));
  parts.push(...part("Request", make("pre", { tabIndex: 0, textContent: `${request.method} ${request.path}` })));
  if (request.query) parts.push(...part("Query, as received", text(request.query, 0)));
  if (request.signature) parts.push(...signatureParts(request.signature));
  parts.push(...part("Headers", lines(request.headers)));
  if (request.body_size) {
    const unkept = make("pre", { textContent: `${request.body_size} bytes, not kept because the API key is not the sandbox's` });
    parts.push(...part("Body", request.body ? text(request.body, request.body_size) : unkept));
  }
  const { headers, body, body_size: size } = request.answer;
  const title = `Answer ${request.status ?? "(dropped)"}, after ${money(request.milliseconds.toFixed(1))} ms`;
  parts.push(...part(title, lines(headers)), text(body, size, readable(body)));
  return parts;
}

function show(request) {
  copies = { curl: request.curl, python: request.python };
  document.querySelectorAll(".copy").forEach((button) => { button.hidden = !copies[button.dataset.copy]; });
  say("detail", "");
  find("#detail-title").textContent = `${request.number}: ${request.operation ?? request.path}`;
  const parts = request.action
    ? [prose(request.refused ? "diagnosis" : "remark", request.outcome), ...part("Arguments", lines(request.arguments))]
    : requestParts(request);
  find("#detail-body").replaceChildren(...parts);
}

async function open(row) {
  const old = { error: "This request was made before the sandbox was restarted, which no longer knows it." };
  const request = row.classList.contains("old") ? old : await ask(`/-/requests/${row.dataset.number}`);
  opened?.classList.remove("open");
  opened = row;
  row.classList.add("open");
  if (request.error) {
    copies = {};
    document.querySelectorAll(".copy").forEach((button) => { button.hidden = true; });
    say("detail", "");
    find("#detail-title").textContent = row.querySelector("button").textContent;
    find("#detail-body").replaceChildren(prose("remark", request.error));
  } else show(request);
  find("#detail").hidden = false;
  find("#detail-title").focus();
}

function close() {
  if (find("#detail").hidden) return;
  find("#detail").hidden = true;
  opened?.classList.remove("open");
  const back = opened?.isConnected && !opened.hidden ? opened.querySelector("button") : list.querySelector("tr:not([hidden]) button");
  opened = null;
  if (back) focusButton(back);
}

find("#close").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});

document.querySelectorAll(".copy").forEach((button) => button.addEventListener("click", async () => {
  const words = copies[button.dataset.copy];
  try {
    await navigator.clipboard.writeText(words);
    say("detail", "Copied.");
  } catch {
    // A browser may forbid it. Then the text is shown, to be copied by hand.
    const pre = make("pre", { tabIndex: 0, id: "copied", textContent: words });
    find("#copied")?.remove();
    find("#detail-body").prepend(pre);
    getSelection().selectAllChildren(pre);
    say("detail", "The browser does not let this page copy. The text is selected below.", true);
  }
}));

// Orders, ads and balances.

const kept = new Map();

function moves(all, number) {
  const group = make("div", { className: "moves" });
  group.dataset.place = number;
  all.forEach((move) => {
    const button = make("button", { type: "button", textContent: move.label });
    button.dataset.key = `${number} ${move.label}`;
    let input = null;
    if (move.asks) {
      input = make("input", { type: "text", inputMode: "decimal", value: kept.get(button.dataset.key) ?? move.arguments[move.asks] });
      input.setAttribute("aria-label", `Total, ${move.label}`);
      input.dataset.key = `${button.dataset.key} total`;
      input.addEventListener("input", () => kept.set(button.dataset.key, input.value));
      group.append(input);
    }
    button.addEventListener("click", () => {
      act(number, move.name, input ? { ...move.arguments, [move.asks]: input.value.trim() } : move.arguments);
    });
    group.append(button);
  });
  const { words = "", bad = false } = outcomes.get(number) ?? {};
  const outcome = make("p", { className: bad ? "outcome bad" : "outcome", textContent: words, hidden: !words, tabIndex: -1 });
  group.append(outcome);
  return group;
}

// Rows whose content is unchanged stay in place, with their focus and the text typed into them.
function fill(table, items, drawRow) {
  const body = find(`${table} tbody`);
  const before = new Map([...body.rows].map((row) => [row.dataset.state, row]));
  const rows = items.map((item) => {
    const state = `${day} ${JSON.stringify(item)}`;
    const row = before.get(state) ?? drawRow(item);
    before.delete(state);
    row.dataset.state = state;
    return row;
  });
  before.forEach((row) => row.remove());
  rows.forEach((row, index) => { if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null); });
}

function drawOrder(order) {
  const row = make("tr", {},
    make("td", { className: "mono", title: order.number, textContent: tail(order.number) }),
    cell(`${order.buyer} ← ${order.seller}`, "loose"),
    cell(`${money(order.amount)} ${order.asset}`, "number"), cell(`${money(order.total)} ${order.fiat}`, "number"),
    cell(order.ends_ms ? `${order.status} until ${moment(order.ends_ms, 5)}` : order.status, "loose"),
    make("td", { className: "wrap" }, moves(order.moves, order.number)));
  const chat = make("button", { type: "button", textContent: `Chat (${order.messages})` });
  chat.dataset.key = `${order.number} chat`;
  chat.addEventListener("click", () => openChat(order));
  row.querySelector(".moves").prepend(chat);
  row.dataset.order = order.number;
  return row;
}

function drawAd(ad) {
  return make("tr", {},
    make("td", { className: "mono", title: ad.number, textContent: tail(ad.number) }), cell(`${ad.account} ${ad.side}`, "loose"),
    cell(`${money(ad.price)} ${ad.fiat}`, "number"), cell(`${money(ad.left)} ${ad.asset}`, "number"),
    cell(`${money(ad.smallest)} – ${money(ad.largest)}`, "loose"),
    cell(ad.status), make("td", { className: "wrap" }, moves(ad.moves, ad.number)));
}

function draw(state) {
  ahead = state.now_ms - Date.now();
  tick();
  const active = document.activeElement;
  const key = active?.dataset?.key;
  const place = active?.closest?.("[data-place]")?.dataset.place;
  const balances = state.accounts.flatMap(({ name, balances: own }) => own.map((balance) => ({ name, ...balance })));
  fill("#balances", balances, ({ name, asset, free, locked }) => make("tr", {},
    cell(name), cell(asset), cell(money(free), "number"), cell(money(locked), "number")));
  fill("#ads", state.ads, drawAd);
  fill("#orders", state.orders, drawOrder);
  drawMarkets(state);
  drawFaults(state);
  if (active?.isConnected || !place) return;
  // The focus goes back to the button that had it, or to the outcome in its place.
  const again = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  (again ?? find(`[data-place="${place}"] .outcome:not([hidden])`))?.focus();
}

let kinds = new Map();

function drawFaults(state) {
  const kind = find("#fault-kind");
  if (!kind.options.length) {
    kinds = new Map(state.fault_kinds.map((one) => [one.name, one]));
    kind.append(...[...kinds.keys()].map((name) => make("option", { textContent: name })));
    showFieldsOfKind();
  }
  find("#seed-now").textContent = state.seed;
  fill("#faults", state.faults, (fault) => make("tr", {},
    cell(particular(fault)), cell(fault.operations, "mono"), cell(fault.probability, "number"),
    cell(fault.times === null ? "always" : money(String(fault.times)), "number"), cell(money(String(fault.happened)), "number")));
}

function particular({ kind, seconds, status }) {
  return [kind, seconds !== null && `${money(String(seconds))} s`, status].filter((one) => one !== null && one !== false).join(", ");
}

// Show only the fields of the chosen kind of fault.
function showFieldsOfKind() {
  const kind = kinds.get(find("#fault-kind").value);
  ["seconds", "status"].forEach((name) => {
    const input = find(`#fault-${name}`);
    input.closest(".field").hidden = kind[name] === null;
    input.placeholder = kind[name] ?? "";
  });
  showFieldError(find("#fault-form"));
}

function onSubmit(form, send) {
  find(form).addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target);
  });
}

// The visible fields of a form that are not empty.
function given(form) {
  const inputs = [...form.querySelectorAll("[data-field]")].filter((input) => input.value.trim() && input.offsetParent !== null);
  return Object.fromEntries(inputs.map((input) => [input.dataset.field, input.value.trim()]));
}

find("#fault-kind").addEventListener("change", showFieldsOfKind);
find("#fault-clear").addEventListener("click", () => act("fault-form", "faults.clear", {}));
onSubmit("#fault-form", (form) => act("fault-form", "faults.add", given(form), form));
onSubmit("#seed-form", (form) => act("seed-form", "faults.seed", { seed: find("#seed").value.trim() }, form));

// Reference prices, and new ads.

let prices = new Map();

function drawMarkets(state) {
  prices = new Map(state.markets.map(({ asset, fiat, price }) => [`${asset} ${fiat}`, price]));
  ["#price-market", "#ad-market"].forEach((id) => {
    const market = find(id);
    if (!market.options.length) market.append(...[...prices.keys()].map((name) => make("option", { value: name, textContent: name.replace(" ", "/") })));
  });
  const maker = find("#ad-account");
  if (!maker.options.length) maker.append(...state.accounts.map(({ name }) => make("option", { textContent: name })));
  find("#ad-price").placeholder = prices.get(find("#ad-market").value) ?? "";
  fill("#markets", state.markets, ({ asset, fiat, price }) => make("tr", {}, cell(`${asset}/${fiat}`), cell(money(price), "number")));
}

function market(selector) {
  const [asset, fiat] = find(selector).value.split(" ");
  return { asset, fiat };
}

find("#ad-market").addEventListener("change", () => { find("#ad-price").placeholder = prices.get(find("#ad-market").value); });
onSubmit("#ad-form", (form) => {
  // Without a price in the form, an ad gets the reference price.
  const values = { price: find("#ad-price").placeholder, amount: "", smallest: "", largest: "", ...given(form), ...market("#ad-market") };
  act("ad-form", "moves.post_ad", values, form);
});
onSubmit("#price-form", (form) => {
  act("price-form", "moves.set_reference_price", { ...market("#price-market"), price: find("#price").value.trim() }, form);
});

// The chat about one order.

let chatOrder = null;
let chatDrawn = "";

function bubble({ at_ms: at, kind, by, text: words, picture, read }, buyer) {
  const side = by === null ? "system" : by === buyer ? "buyer" : "seller";
  const head = make("span", { className: "who", textContent: `${by ?? "exchange"}, ${moment(at, 8)}${read || by === null ? "" : ", unread"}` });
  const item = make("li", { className: side }, head);
  if (words) item.append(make("span", { className: kind === "system" ? "mono words" : "words", textContent: words }));
  if (picture !== null) {
    const image = make("img", { src: `/-/pictures/${picture}`, alt: `Picture ${picture} of ${by}`, loading: "lazy" });
    image.addEventListener("load", () => { find("#chat").scrollTop = find("#chat").scrollHeight; });
    item.append(make("a", { href: image.src, target: "_blank", rel: "noreferrer" }, image));
  }
  return item;
}

async function drawChat() {
  const order = chatOrder;
  if (!order) return;
  const chat = await ask(`/-/chats/${order.number}`);
  const state = JSON.stringify(chat);
  if (chat.error || order !== chatOrder || state === chatDrawn) return;
  chatDrawn = state;
  find("#chat").replaceChildren(...chat.messages.map((message) => bubble(message, chat.buyer)));
  find("#chat").scrollTop = find("#chat").scrollHeight;
}

async function openChat(order) {
  chatOrder = order;
  chatDrawn = "";
  ["chat-form", "picture-form", "receipt-form"].forEach((place) => say(place, ""));
  find("#chat-title").textContent = `Chat about ${tail(order.number)}`;
  find("#chat-title").title = order.number;
  find("#chat-account").replaceChildren(
    make("option", { value: order.buyer, textContent: `${order.buyer}, the buyer` }),
    make("option", { value: order.seller, textContent: `${order.seller}, the seller` }));
  find("#receipt-amount").value = order.total;
  find("#chat-section").hidden = false;
  await drawChat();
  find("#chat-text").focus();
}

function closeChat() {
  const number = chatOrder?.number;
  chatOrder = null;
  find("#chat-section").hidden = true;
  document.querySelector(`[data-key="${number} chat"]`)?.focus();
}

const inChat = (values) => ({ account: find("#chat-account").value, order_number: chatOrder.number, ...values });

function base64(file) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.slice(reader.result.indexOf(",") + 1)));
    reader.readAsDataURL(file);
  });
}

find("#chat-close").addEventListener("click", closeChat);
onSubmit("#chat-form", async (form) => {
  if (await act("chat-form", "moves.say", inChat({ text: find("#chat-text").value.trim() }), form)) find("#chat-text").value = "";
});
onSubmit("#picture-form", async (form) => {
  const [file] = find("#picture").files;
  const picture = file ? await base64(file) : "";
  if (await act("picture-form", "moves.send_picture", inChat({ picture }), form)) form.reset();
});
onSubmit("#receipt-form", (form) => act("receipt-form", "moves.send_receipt", inChat(given(form)), form));

let refreshWanted = false;
let isRefreshing = false;

async function refresh() {
  refreshWanted = true;
  if (isRefreshing) return;
  isRefreshing = true;
  while (refreshWanted) {
    refreshWanted = false;
    const state = await ask("/-/overview");
    if (!state.error) draw(state);
    await drawChat();
  }
  isRefreshing = false;
}

document.querySelectorAll("[data-advance]").forEach((button) => button.addEventListener("click", () => {
  act("clock", "clock.advance", { [button.dataset.advance]: Number(button.dataset.by ?? 1) });
}));

// Events from the sandbox.

function follow() {
  const events = new EventSource("/-/events");
  const link = find("#link");
  const state = (name, words) => { link.dataset.state = name; link.textContent = words; };
  const take = (event) => { takeRequests(JSON.parse(event.data)); refresh(); };
  events.addEventListener("open", () => state("live", "live"));
  events.addEventListener("error", () => state("lost", "connection lost, retrying"));
  events.addEventListener("requests", take);
  events.addEventListener("changed", take);
}

find("#base-url").textContent = location.origin;
setInterval(tick, 1000);
follow();
