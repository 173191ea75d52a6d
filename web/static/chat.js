// The conversation. Runs once, when it is built: `element` is its root and `server` calls Python.
// What has been said is kept in the browser; Python answers one question at a time.
const K = window.kallsvar;
const { make } = K;
const find = (what) => element.querySelector(what);
const log = find(".turer");
const field = find("#fraga-text");
const MOST_KEPT = 30;
const ICONS = {
  up: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 10v10H4V10zm3 10V10l4-7c1.4 0 2.4 1.1 2.2 2.5L15.5 9H20a2 2 0 0 1 2 2.3l-1.2 7A2 2 0 0 1 18.8 20z"/></svg>',
  down: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M17 14V4h3v10zM14 4v10l-4 7c-1.4 0-2.4-1.1-2.2-2.5l.7-3.5H4a2 2 0 0 1-2-2.3l1.2-7A2 2 0 0 1 5.2 4z"/></svg>',
};

let store = "kallsvar.samtal";
let talk = fresh(); // the conversation shown, and what of it is kept
let chosen = new Map(); // the documents to search, ids to titles; none for all
const texts = new Map(); // of each turn, what can be copied and saved
const waiting = []; // questions put before the last one was answered
let asking = null;

function fresh() {
  return { id: K.id(), started: new Date().toISOString(), turns: [] };
}

function say(text) {
  find(".besked").textContent = "";
  // A screen reader notices a text only after there has been none.
  setTimeout(() => (find(".besked").textContent = text), 50);
}

// --- Asking -----------------------------------------------------------------------------------
function ask(question) {
  if (!question.trim()) {
    field.setCustomValidity("Skriv en fråga först.");
    field.reportValidity();
    return;
  }
  const article = place(K.id());
  article.setAttribute("aria-busy", "true");
  article.append(
    make("h2", { className: "fraga", textContent: question.length > 300 ? `${question.slice(0, 299)}…` : question }),
    make("p", { className: "letar", textContent: "Letar i dokumenten …" }),
    make("div", { className: "skelett", innerHTML: "<i></i><i></i><i></i>", ariaHidden: "true" })
  );
  upwards(article);
  waiting.push({ turn: article.dataset.turn, question });
  next();
}

function place(turn) {
  const article = make("article", { className: "tur" });
  article.dataset.turn = turn;
  log.append(article);
  begun();
  return article;
}

// Brings a new question to the top; where it stands high enough already, nothing moves.
function upwards(article) {
  if (article.getBoundingClientRect().top < innerHeight * 0.45) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  article.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

async function next() {
  if (asking || !waiting.length) return;
  const mine = (asking = waiting.shift());
  const conversation = talk;
  const article = log.querySelector(`[data-turn="${mine.turn}"]`);
  say("Letar i dokumenten.");
  const clock = setInterval(() => position(mine.turn, article), 1500);
  const leading = conversation.turns.findLast((each) => each.record?.answered);
  let got;
  try {
    got = await server.ask({ ...mine, previous: leading?.record ?? null, sources: [...chosen.keys()] });
  } catch {
    got = { failed: K.FAILED };
  }
  clearInterval(clock);
  // A new conversation may have been begun meanwhile.
  if (asking === mine) asking = null;
  if (conversation === talk) answered(article, mine, got);
  next();
}

async function position(turn, article) {
  const place = await server.position({ turn }).catch(() => 0);
  const line = article.querySelector(".letar");
  if (!place || !line) return;
  const text = place === 1 ? "Du står först i kön …" : `Du är nummer ${place} i kön …`;
  if (line.textContent === text) return;
  line.textContent = text;
  say(text);
}

function answered(article, { turn, question }, got) {
  if (got.failed) {
    article.querySelector(".skelett").remove();
    article.querySelector(".letar").replaceWith(make("p", { className: "notis", textContent: got.failed }));
    article.removeAttribute("aria-busy");
    say(got.failed);
    return;
  }
  show(article, got);
  say(got.said);
  talk.turns.push({ turn, question, record: got.record ?? null });
  keep();
  if (got.kind === "answer" && !got.follows && !got.message) suggest(article, got);
}

async function suggest(article, got) {
  const near = await server.near({ record: got.record }).catch(() => ({}));
  if (!near.html) return;
  article.insertAdjacentHTML("beforeend", near.html);
  const kept = talk.turns.find((each) => each.turn === article.dataset.turn);
  if (kept) kept.suggestions = near.questions;
  keep();
}

// --- Showing ----------------------------------------------------------------------------------
function show(article, got) {
  article.innerHTML = got.html;
  article.removeAttribute("aria-busy");
  texts.set(article.dataset.turn, got);
  if (got.kind !== "answer" || got.message) return;
  const row = make("div", { className: "atgarder" });
  if (got.copy) row.append(make("button", { type: "button", className: "lank kopiera", textContent: "Kopiera med källa" }));
  const votes = make("span", { className: "omdome", role: "group", ariaLabel: "Vad tycker du om svaret?" });
  for (const [vote, name] of [["up", "Bra svar"], ["down", "Dåligt svar"]]) {
    const button = make("button", { type: "button", className: "tumme", innerHTML: `${ICONS[vote]} ${name}`, ariaPressed: "false" });
    button.dataset.rost = vote;
    votes.append(button);
  }
  row.append(votes);
  article.querySelector(".svar").after(row);
  if (got.suggested) article.insertAdjacentHTML("beforeend", got.suggested);
}

function begun() {
  const any = log.childElementCount > 0;
  find(".borja").hidden = any;
  find(".nytt").hidden = find(".exportera").hidden = !any;
}

// --- What can be pressed ------------------------------------------------------------------------
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const article = button.closest(".tur");
  const has = (name) => button.classList.contains(name);
  if (button.dataset.document) K.open({ ...button.dataset }, server, button);
  else if (has("fraga-knapp")) ask(button.textContent);
  else if (has("kopiera")) copy(button, texts.get(article.dataset.turn).copy);
  else if (has("tumme")) vote(button, article);
  else if (has("nytt")) renew();
  else if (has("exportera")) save();
  else if (has("rensa")) clear();
  else if (button.dataset.samtal) restore(button.dataset.samtal);
  else if (button.dataset.glom) forget(button.dataset.glom);
});

async function copy(button, text) {
  if (!(await K.copy(text))) return;
  button.textContent = "Kopierat";
  say("Svaret är kopierat.");
  setTimeout(() => (button.textContent = "Kopiera med källa"), 2000);
}

async function vote(button, article) {
  const kept = talk.turns.find((each) => each.turn === article.dataset.turn);
  const value = button.ariaPressed === "true" ? null : button.dataset.rost;
  article.querySelector(".kommentar")?.remove();
  if (!(await send(article, { ...kept, vote: value }))) return;
  kept.vote = value;
  press(article, value);
  keep();
  if (!value) return say("Omdömet är borttaget.");
  say("Tack, omdömet är sparat.");
  const form = make("form", { className: "kommentar" });
  const words = make("input", { type: "text", maxLength: 2000, value: kept.comment ?? "", id: `ord-${kept.turn}` });
  const asked = value === "up" ? "Tack! Vill du säga något mer?" : "Tack! Vad var fel, eller vad hade varit rätt?";
  form.append(make("label", { textContent: asked, htmlFor: words.id }), words, make("button", { className: "knapp", textContent: "Skicka" }));
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (!(await send(article, { ...kept, comment: words.value }))) return;
    kept.comment = words.value;
    keep();
    form.replaceChildren(make("p", { className: "tack", textContent: "Tack, omdömet är sparat." }));
    say("Tack, omdömet är sparat.");
  };
  article.querySelector(".atgarder").after(form);
}

async function send(article, sent) {
  const got = await server.vote(sent).catch(() => ({ error: K.FAILED }));
  if (!got.error) return true;
  article.querySelector(".atgarder").after(make("p", { className: "notis", textContent: got.error }));
  say(got.error);
  return false;
}

function press(article, value) {
  for (const each of article.querySelectorAll(".tumme")) each.ariaPressed = String(each.dataset.rost === value);
}

function save() {
  const parts = talk.turns.map(({ turn, question }) => texts.get(turn)?.markdown ?? `## ${question}\n`);
  const head = `# Samtal i Källsvar, ${K.moment(talk.started)}`;
  K.save(`kallsvar-${talk.started.slice(0, 10)}.md`, `${head}\n\n${parts.join("\n")}`, "text/markdown");
}

// --- Conversations kept in the browser ----------------------------------------------------------
function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(store) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

function keep() {
  const others = kept().filter((each) => each.id !== talk.id);
  write(talk.turns.length ? [talk, ...others] : others);
  list();
}

function write(all) {
  const left = all.slice(0, MOST_KEPT);
  // The browser's room is limited: the oldest go first.
  for (;;) {
    try {
      if (left.length) localStorage.setItem(store, JSON.stringify(left));
      else localStorage.removeItem(store);
      return;
    } catch {
      if (!left.length) return; // nothing can be kept in this browser
      left.pop();
    }
  }
}

function list() {
  const earlier = kept().filter((each) => each.id !== talk.id);
  find(".arkiv").hidden = !earlier.length;
  find(".arkiv ul").replaceChildren(
    ...earlier.map((each) => {
      const title = each.turns[0]?.question ?? "Samtal";
      const open = make("button", { type: "button", className: "rad" }, title, make("small", { textContent: K.moment(each.started) }));
      const drop = make("button", { type: "button", className: "lank", textContent: "Ta bort", ariaLabel: `Ta bort samtalet «${title}»` });
      open.dataset.samtal = drop.dataset.glom = each.id;
      return make("li", {}, open, drop);
    })
  );
}

function empty() {
  log.replaceChildren();
  waiting.length = 0;
  asking = null;
  find(".arkiv").open = false;
  K.close();
  begun();
}

function renew() {
  talk = fresh();
  empty();
  list();
  say("Ny konversation.");
  field.focus();
}

async function restore(id) {
  const found = kept().find((each) => each.id === id);
  const shown = found && (await server.restore(found.turns).catch(() => null));
  if (!shown) return;
  talk = found;
  empty();
  for (const got of shown) {
    const article = place(got.turn);
    show(article, got);
    press(article, talk.turns.find((each) => each.turn === got.turn)?.vote);
  }
  list();
}

function forget(id) {
  write(kept().filter((each) => each.id !== id));
  list();
  (find(".arkiv .rad") ?? field).focus();
}

async function clear() {
  if (!(await K.confirm("Ta bort alla tidigare samtal ur den här webbläsaren?", "Ta bort"))) return;
  write([]);
  keep();
  field.focus();
}

// --- The question field -------------------------------------------------------------------------
function grow() {
  field.setCustomValidity("");
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 2, 160)}px`;
}

find("#fraga").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = field.value;
  field.value = "";
  grow();
  ask(question);
});
field.addEventListener("input", grow);
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  find("#fraga").requestSubmit();
});

// --- Which documents to search ------------------------------------------------------------------
async function fill() {
  const text = find("#urval-text").value;
  const found = await server.sources({ text, chosen: [...chosen.keys()] }).catch(() => []);
  find(".kryss").replaceChildren(
    ...found.map(([id, title]) => {
      const box = make("input", { type: "checkbox", checked: chosen.has(id) });
      box.onchange = () => {
        if (box.checked) chosen.set(id, title);
        else chosen.delete(id);
        tell();
      };
      return make("li", {}, make("label", {}, box, ` ${title}`));
    })
  );
  if (!found.length) find(".kryss").append(make("li", { textContent: "Inget dokument heter så." }));
}

function tell() {
  const [first] = chosen.values();
  find(".valda").textContent =
    chosen.size === 0 ? "Söker i alla dokument" : chosen.size === 1 ? `Söker i «${first}»` : `Söker i ${chosen.size} dokument`;
  find(".alla").hidden = !chosen.size;
}

find("#urval").addEventListener("toggle", (event) => event.target.open && fill());
find("#urval-text").addEventListener("input", fill);
find(".alla").addEventListener("click", () => {
  chosen.clear();
  tell();
  fill();
});

// --- The beginning ------------------------------------------------------------------------------
(async () => {
  list();
  field.focus({ preventScroll: true });
  const known = await server.begin({}).catch(() => ({ examples: [] }));
  find(".exempel").replaceChildren(
    ...known.examples.map((text) => make("li", {}, make("button", { type: "button", className: "fraga-knapp", textContent: text })))
  );
  if (known.user) {
    store = `kallsvar.samtal.${known.user}`;
    const form = document.querySelector("#huvud form");
    form.querySelector(".inloggad").textContent = `Inloggad som ${known.user}.`;
    form.hidden = false;
    list();
  }
  // A page that is loaded anew goes on where it was.
  const [last] = kept();
  if (last && last.id === sessionStorage.getItem(store) && !log.childElementCount) restore(last.id);
})();
addEventListener("pagehide", () => sessionStorage.setItem(store, talk.id));
