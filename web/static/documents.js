// The documents: the list, adding, the work that follows, and removing.
const K = window.kallsvar;
const { make } = K;
const find = (what) => element.querySelector(what);
const COLUMNS = [
  ["title", "Titel"], ["type", "Typ"], ["pages", "Sidor"], ["chunks", "Passager"],
  ["references", "Referenser"], ["added", "Tillagt"], ["state", "Läge"],
];
const STATES = { indexed: "sökbart", skipped: "inte inläst", waiting: "väntar" };
const SHOWN = 200;
let entries = [];
let limits = { most: 100, largest: 50, suffixes: [] };
let by = "title";
let falling = false;
let room = SHOWN;
let watching = null;
let sending = null; // the files that are on their way here, while they are

// --- The list -----------------------------------------------------------------------------------
for (const [name, label] of COLUMNS) {
  const sort = make("button", { type: "button", className: "lank", textContent: label });
  sort.onclick = () => {
    falling = by === name && !falling;
    by = name;
    draw();
  };
  const head = make("th", { scope: "col", className: `k-${name}` }, sort);
  head.dataset.name = name;
  find("thead tr").append(head);
}

function draw() {
  const wanted = find("#dokument-sok").value.trim().toLowerCase();
  const shown = entries.filter((e) => `${e.title} ${e.id} ${e.names.join(" ")}`.toLowerCase().includes(wanted));
  const sign = falling ? -1 : 1;
  shown.sort((a, b) => sign * compare(a[by], b[by]) || compare(a.id, b.id));
  for (const head of element.querySelectorAll("th[data-name]")) {
    head.ariaSort = head.dataset.name === by ? (falling ? "descending" : "ascending") : "none";
  }
  find(".antal").textContent =
    shown.length === entries.length ? count(entries.length) : `${count(shown.length)} av ${entries.length}`;
  find("tbody").replaceChildren(...shown.slice(0, room).map(row));
  if (!shown.length) {
    const text = entries.length ? "Inget dokument heter så." : "Samlingen är tom. Lägg till ett dokument för att komma igång.";
    find("tbody").append(make("tr", {}, make("td", { colSpan: COLUMNS.length, className: "tomt", textContent: text })));
  }
  find(".fler-rader").hidden = shown.length <= room;
  find(".resten").hidden = element.refused || !entries.some((e) => e.state === "waiting");
}

function compare(a, b) {
  if (typeof a === "number" || typeof b === "number") return (a ?? -1) - (b ?? -1);
  return String(a ?? "").localeCompare(String(b ?? ""), "sv", { numeric: true });
}

const count = (number) => (number === 1 ? "1 dokument" : `${number.toLocaleString("sv-SE")} dokument`);

function row(entry) {
  const title = make("td", { className: "k-title" });
  if (entry.state === "indexed") {
    const open = make("button", { type: "button", className: "lank", textContent: entry.title });
    open.onclick = () => K.open({ document: entry.id }, server, open);
    title.append(open);
  } else title.append(entry.title);
  if (entry.title !== entry.id) title.append(make("small", { textContent: entry.id }));
  if (entry.names.length > 1) title.append(make("small", { textContent: `Finns också som ${entry.names.slice(1).join(", ")}` }));
  if (entry.reason) title.append(make("small", { className: "fel", textContent: entry.reason }));
  const cell = (name, value) => {
    const made = make("td", { className: `k-${name}`, textContent: value ?? "–" });
    made.dataset.etikett = COLUMNS.find(([column]) => column === name)[1];
    return made;
  };
  const doing = make("span", { className: "gora" });
  if (entry.state === "indexed") {
    const how = make("button", { type: "button", className: "lank", textContent: "Struktur", ariaLabel: `Struktur: visa hur «${entry.title}» har lästs` });
    how.onclick = () => K.open({ document: entry.id, view: "struktur" }, server, how);
    doing.append(how);
  }
  if (!element.refused) {
    const out = make("button", { type: "button", className: "lank", textContent: "Ta bort", ariaLabel: `Ta bort «${entry.title}»` });
    out.onclick = () => remove(entry);
    doing.append(out);
  }
  title.append(doing);
  return make(
    "tr", {}, title, cell("type", entry.type), cell("pages", entry.pages), cell("chunks", entry.chunks),
    cell("references", entry.references), cell("added", entry.added.slice(0, 10)), cell("state", STATES[entry.state])
  );
}

async function refresh() {
  const got = await server.list({}).catch(() => ({ entries: [], error: K.FAILED }));
  entries = got.entries;
  limits = { ...limits, ...got };
  element.refused = !!got.refusal;
  const told = got.error || got.refusal || "";
  find(".vagran").textContent = told;
  find(".vagran").hidden = !told;
  find(".lagg").hidden = element.refused;
  const endings = limits.suffixes.map((s) => s.slice(1)).join(", ");
  find(".kan").textContent = `Det som kan läsas: ${endings}. Högst ${limits.largest} MB per fil och ${limits.most} filer åt gången.`;
  draw();
}

async function remove(entry) {
  const question = `Ta bort «${entry.title}»? Filen ${entry.id} raderas ur samlingen.`;
  if (!(await K.confirm(question, "Ta bort"))) return;
  const got = await server.remove({ id: entry.id }).catch(() => ({ error: K.FAILED }));
  if (got.error) complain(got.error);
  else tell(`«${entry.title}» är borttaget.`);
  await refresh();
  find("#dokument-sok").focus();
}

// --- Adding -------------------------------------------------------------------------------------
function tell(text, { working = false } = {}) {
  find(".arbete").hidden = false;
  find(".arbete").classList.remove("gick-fel");
  if (find(".nu").textContent !== text) find(".nu").textContent = text;
  find("progress").hidden = find(".avbryt").hidden = !working;
}

function complain(text) {
  tell(text);
  find(".arbete").classList.add("gick-fel");
}

function results(rows) {
  find(".utfall").replaceChildren(
    ...rows.map(({ name, state, outcome, reason }) => {
      const line = make("li", { className: state }, make("b", { textContent: name }), `: ${outcome}`);
      if (reason) line.append(make("small", { textContent: reason }));
      return line;
    })
  );
}

// A file is sent, then the next; what does not arrive is said, and the rest goes on.
async function put(files) {
  if (!files.length || sending) return;
  results([]);
  if (files.length > limits.most) return complain(`Lägg till högst ${limits.most} filer åt gången; det här var ${files.length}.`);
  sending = { stop: false };
  const rows = files.map(([, name]) => ({ name, state: "waiting", outcome: "väntar", reason: "" }));
  const uploaded = [];
  bar(0, files.length);
  for (const [place, [file, name]] of files.entries()) {
    if (sending.stop) break;
    Object.assign(rows[place], { state: "working", outcome: "skickas …" });
    results(rows);
    tell(`Skickar ${name} (${place + 1} av ${files.length})`, { working: true });
    try {
      if (file.size > limits.largest * 1024 * 1024) throw new RangeError();
      uploaded.push({ path: (await upload(file)).path, name });
      Object.assign(rows[place], { state: "waiting", outcome: "skickad" });
    } catch (error) {
      const reason = error instanceof RangeError ? `Filen är större än ${limits.largest} MB.` : "Filen kom inte fram.";
      Object.assign(rows[place], { state: "failed", outcome: "inte tillagd", reason });
    }
    bar(place + 1, files.length);
  }
  const stopped = sending.stop;
  sending = null;
  results(rows);
  if (stopped) return tell("Avbrutet. Inget lades till.");
  const failed = rows.filter((each) => each.state === "failed");
  if (uploaded.length) begin({ files: uploaded }, failed);
  else complain("Inget lades till.");
}

async function begin(sent, failed = []) {
  const got = await server.add(sent).catch(() => ({ error: K.FAILED }));
  if (got.error) return complain(got.error);
  tell("Förbereder …", { working: true });
  bar(0, 0);
  follow(failed);
}

function bar(done, total) {
  if (total) find("progress").value = done / total;
  else find("progress").removeAttribute("value");
}

function follow(failed = []) {
  clearTimeout(watching);
  watching = setTimeout(async () => {
    const job = await server.job({}).catch(() => null);
    if (!job?.rows) return job ? undefined : follow(failed);
    results([...failed, ...job.rows]);
    if (job.running) {
      bar(job.done, job.total);
      const rate = job.rate ? `, ${job.rate.toLocaleString("sv", { maximumSignificantDigits: 2 })} filer i sekunden` : "";
      const left = job.seconds_left >= 2 ? `, ungefär ${K.span(job.seconds_left)} kvar` : "";
      tell(`${job.now}${job.total > 1 ? ` (${job.done} av ${job.total}${rate}${left})` : ""}`, { working: true });
      return follow(failed);
    }
    const ended = [...failed, ...job.rows];
    results([...ended.filter((row) => row.state === "failed"), ...ended.filter((row) => row.state !== "failed")]);
    const counted = job.summary ? ` ${job.summary[0].toUpperCase()}${job.summary.slice(1)}.` : "";
    if (job.error) complain(job.error);
    else tell((job.cancelled ? "Avbrutet. Det som hann läsas in är kvar." : "Klart.") + counted);
    refresh();
  }, 400);
}

find(".avbryt").addEventListener("click", async () => {
  if (sending) {
    sending.stop = true;
    return;
  }
  const got = await server.cancel({}).catch(() => ({ error: K.FAILED }));
  if (got.error) complain(got.error);
});
for (const [name, path] of [[".filer", "name"], [".mapp", "webkitRelativePath"]]) {
  find(name).addEventListener("change", (event) => {
    put([...event.target.files].map((file) => [file, file[path] || file.name]));
    event.target.value = "";
  });
}
find(".adress").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = find("#adress-falt");
  if (!field.value.trim()) return field.focus();
  results([]);
  begin({ urls: [field.value] });
  field.value = "";
});
find("#adress-falt").addEventListener("invalid", (event) => {
  event.target.setCustomValidity("Skriv en hel webbadress, som https://exempel.se/rapport.");
});
find("#adress-falt").addEventListener("input", (event) => event.target.setCustomValidity(""));
find("#dokument-sok").addEventListener("input", () => {
  room = SHOWN;
  draw();
});
find(".fler-rader").addEventListener("click", () => {
  room += SHOWN;
  draw();
});
find(".resten").addEventListener("click", () => {
  results([]);
  begin({});
});

// --- Files and folders that are dropped ---------------------------------------------------------
const drop = find(".slapp");
for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
  });
}
drop.addEventListener("drop", async (event) => {
  const dropped = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!dropped.length) return put([...event.dataTransfer.files].map((file) => [file, file.name]));
  const found = [];
  for (const entry of dropped) await walk(entry, "", found);
  put(found);
});

async function walk(entry, prefix, found) {
  if (entry.isFile) {
    found.push([await new Promise((yes, no) => entry.file(yes, no)), prefix + entry.name]);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // A folder is told a hundred at a time.
    const some = await new Promise((yes, no) => reader.readEntries(yes, no));
    if (!some.length) return;
    for (const inner of some) await walk(inner, `${prefix}${entry.name}/`, found);
  }
}

refresh();
server.job({}).then((job) => job?.running && follow()).catch(() => {});
// What others have added meanwhile.
document.querySelector("#flikar").addEventListener("click", (event) => event.target.closest("[role=tab]") && refresh());
