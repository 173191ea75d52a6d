// The conversation. Lives in the browser's own store; Python answers one question at a time.
const K = window.kallsvar;
K.show = (place) => server.show_document(place);
const find = (what) => element.querySelector(what);
const log = find(".turer");
const field = find("#fraga-text");
const said = find(".besked");
const KEEP = 20;
const STORE = "kallsvar.samtal";
let talk = { id: crypto.randomUUID?.() ?? String(Date.now()), turns: [] };
let chosen = [];
let busy = false;

function stored() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) || [];
  } catch {
    return [];
  }
}

function keep() {
  if (!talk.turns.length) return;
  const all = [talk, ...stored().filter((t) => t.id !== talk.id)].slice(0, KEEP);
  while (all.length) {
    try {
      localStorage.setItem(STORE, JSON.stringify(all));
      break;
    } catch {
      all.pop(); // the store is full: the oldest goes
    }
  }
  listed();
}

function listed() {
  const earlier = stored().filter((t) => t.id !== talk.id);
  const select = find(".tidigare select");
  select.length = 1;
  for (const old of earlier) select.add(new Option(old.turns[0].question.slice(0, 60), old.id));
  find(".tidigare").hidden = !earlier.length;
  find(".nytt").hidden = find(".exportera").hidden = !talk.turns.length;
  find(".borja").hidden = !!talk.turns.length;
}

function tools(turn, sent) {
  if (sent.kind !== "answer") return "";
  const copy = sent.copy ? '<button type="button" class="lank kopiera">Kopiera med källa</button>' : "";
  return (
    `<div class="omdome">${copy}<button type="button" class="tumme" data-vote="up" aria-pressed="false">Bra svar</button>` +
    '<button type="button" class="tumme" data-vote="down" aria-pressed="false">Dåligt svar</button>' +
    '<form class="kommentar" hidden><label>Vad var bra eller fel? <input type="text" maxlength="2000"></label>' +
    '<button type="submit" class="knapp">Spara</button></form><span role="status" class="tack"></span></div>'
  );
}

function shown(article, sent) {
  article.innerHTML = sent.html + (sent.suggested || "") + tools(article.dataset.turn, sent);
  article.removeAttribute("aria-busy");
  article.kept = sent;
}

function article(turn, question) {
  const made = K.make('<article class="tur" aria-busy="true"><h2 class="fraga"></h2><div class="svar vantar"><p class="laddar">Letar i dokumenten …</p></div></article>');
  made.dataset.turn = turn;
  made.querySelector("h2").textContent = question.length > 300 ? `${question.slice(0, 299)}…` : question;
  log.append(made);
  return made;
}

async function ask(question) {
  if (busy) return;
  busy = true;
  const turn = crypto.randomUUID?.() ?? String(Math.random());
  const made = article(turn, question);
  find(".borja").hidden = true;
  made.scrollIntoView({ block: "start", behavior: "auto" });
  const waiting = setInterval(async () => {
    const position = await server.position({ turn }).catch(() => 0);
    const line = made.querySelector(".laddar");
    if (line && position) line.textContent = `Du står på plats ${position} i kön …`;
  }, 1500);
  let sent;
  try {
    const last = [...talk.turns].reverse().find((t) => t.follows);
    sent = await server.ask({ turn, question, previous: last ? last.record : null, sources: chosen });
  } catch {
    sent = { kind: "notice", html: '<h2 class="fraga"></h2><p class="notis"></p>', said: K.FAILED };
  }
  clearInterval(waiting);
  shown(made, sent);
  if (sent.said === K.FAILED) {
    made.querySelector("h2").textContent = question;
    made.querySelector(".notis").textContent = K.FAILED;
  }
  said.textContent = sent.said;
  made.scrollIntoView({ block: "start", behavior: "auto" });
  busy = false;
  if (sent.kind === "answer") {
    const kept = { turn, question, record: sent.record, follows: sent.follows, suggestions: [] };
    talk.turns.push(kept);
    keep();
    if (!sent.follows && !sent.message) {
      const near = await server.near({ record: sent.record }).catch(() => null);
      if (near?.html) {
        kept.suggestions = near.questions;
        made.querySelector(".omdome")?.before(K.make(near.html));
        keep();
      }
    }
  }
}

async function restore(id) {
  const old = stored().find((t) => t.id === id);
  if (!old) return;
  talk = old;
  log.replaceChildren();
  const sent = await server.restore(old.turns).catch(() => []);
  for (const one of sent) shown(article(one.turn, ""), one);
  log.lastElementChild?.scrollIntoView({ block: "start" });
  listed();
}

function renew() {
  talk = { id: crypto.randomUUID?.() ?? String(Date.now()), turns: [] };
  log.replaceChildren();
  said.textContent = "Ny konversation.";
  listed();
  field.focus();
}

async function vote(button) {
  const made = button.closest(".tur");
  const on = button.getAttribute("aria-pressed") !== "true";
  for (const other of made.querySelectorAll(".tumme")) other.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", String(on));
  made.querySelector(".kommentar").hidden = !on;
  await send(made, on ? button.dataset.vote : "", "");
}

async function send(made, thumb, comment) {
  const kept = talk.turns.find((t) => t.turn === made.dataset.turn);
  const sent = await server
    .vote({ turn: kept.turn, vote: thumb, comment, question: kept.question, record: kept.record })
    .catch(() => ({ error: K.FAILED }));
  made.querySelector(".tack").textContent = sent.error || (thumb ? "Tack, omdömet är sparat på den här datorn." : "");
}

element.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.document) K.open({ ...button.dataset }, button);
  else if (button.classList.contains("fraga-knapp")) ask(button.textContent);
  else if (button.classList.contains("nytt")) renew();
  else if (button.classList.contains("tumme")) vote(button);
  else if (button.classList.contains("kopiera")) {
    const done = await K.copy(button.closest(".tur").kept.copy);
    button.textContent = done ? "Kopierat" : "Gick inte att kopiera";
    setTimeout(() => (button.textContent = "Kopiera med källa"), 2000);
  } else if (button.classList.contains("exportera")) {
    const parts = [...log.children].map((made) => made.kept?.markdown).filter(Boolean);
    K.save("kallsvar.md", `# Källsvar\n\n${parts.join("\n")}`, "text/markdown");
  }
});
element.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.id === "fraga") {
    const question = field.value;
    field.value = "";
    grow();
    ask(question);
  } else if (event.target.classList.contains("kommentar")) {
    const made = event.target.closest(".tur");
    const thumb = made.querySelector('.tumme[aria-pressed="true"]')?.dataset.vote;
    if (thumb) send(made, thumb, event.target.querySelector("input").value);
  }
});
function grow() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
}
field.addEventListener("input", grow);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    field.form.requestSubmit();
  }
});
find(".tidigare select").addEventListener("change", (event) => restore(event.target.value));

// Which documents to search.
const ticks = find(".kryss");
async function sources() {
  const found = await server.sources({ text: find("#urval-text").value, chosen }).catch(() => []);
  ticks.replaceChildren(
    ...found.map(([id, title]) => {
      const row = K.make('<li><label><input type="checkbox"> <span></span></label></li>');
      row.querySelector("span").textContent = title;
      row.querySelector("input").checked = chosen.includes(id);
      row.querySelector("input").addEventListener("change", (event) => {
        chosen = event.target.checked ? [...chosen, id] : chosen.filter((c) => c !== id);
        find(".valda").textContent = chosen.length ? `${chosen.length} valda dokument` : "alla dokument";
      });
      return row;
    })
  );
}
find("#urval").addEventListener("toggle", sources);
find("#urval-text").addEventListener("input", sources);

(async () => {
  grow();
  listed();
  const sent = await server.begin({}).catch(() => ({ examples: [] }));
  find(".exempel").replaceChildren(
    ...sent.examples.map((question) => {
      const row = K.make('<li><button type="button" class="fraga-knapp"></button></li>');
      row.firstChild.textContent = question;
      return row;
    })
  );
  const last = stored()[0];
  if (last && !talk.turns.length && sessionStorage.getItem(STORE) === last.id) restore(last.id);
  field.focus({ preventScroll: true });
})();
addEventListener("pagehide", () => sessionStorage.setItem(STORE, talk.id));
