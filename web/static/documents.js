// The documents tab: the list, adding, the work that follows, and removing.
const K = window.kallsvar;
const find = (what) => element.querySelector(what);
const COLUMNS = [
  ["title", "Titel"], ["type", "Typ"], ["pages", "Sidor"], ["chunks", "Delar"],
  ["references", "Referenser"], ["added", "Tillagt"], ["state", "Läge"],
];
const STATES = { indexed: "sökbart", skipped: "inte inläst", waiting: "väntar" };
let entries = [];
let by = "title";
let falling = false;
let watching = null;

const head = find("thead tr");
for (const [name, label] of COLUMNS) {
  const cell = K.make(`<table><tbody><tr><th scope="col"><button type="button" class="lank"></button></th></tr></tbody></table>`).querySelector("th");
  cell.firstChild.textContent = label;
  cell.firstChild.addEventListener("click", () => {
    falling = by === name && !falling;
    by = name;
    draw();
  });
  cell.dataset.name = name;
  head.append(cell);
}
head.append(K.make("<table><tbody><tr><td></td></tr></tbody></table>").querySelector("td"));

function text(tag, content) {
  const made = document.createElement(tag);
  made.textContent = content ?? "";
  return made;
}

function draw() {
  const wanted = find("#dokument-sok").value.trim().toLowerCase();
  const shown = entries.filter((e) => `${e.title} ${e.id} ${e.names?.join(" ")}`.toLowerCase().includes(wanted));
  shown.sort((a, b) => {
    const [x, y] = [a[by] ?? "", b[by] ?? ""];
    const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "sv");
    return falling ? -order : order;
  });
  for (const cell of head.querySelectorAll("th")) {
    cell.setAttribute("aria-sort", cell.dataset.name === by ? (falling ? "descending" : "ascending") : "none");
  }
  find(".antal").textContent = shown.length === 1 ? "1 dokument" : `${shown.length} dokument`;
  find("tbody").replaceChildren(...shown.slice(0, 500).map(row));
}

function row(entry) {
  const made = document.createElement("tr");
  const title = document.createElement("td");
  if (entry.state === "skipped") {
    title.append(text("span", entry.title), text("p", entry.reason));
    title.lastChild.className = "svag";
  } else {
    const open = text("button", entry.title);
    open.type = "button";
    open.className = "lank";
    open.addEventListener("click", () => K.open({ document: entry.id }, open));
    title.append(open);
  }
  if (entry.names?.length > 1) {
    const also = text("p", `Finns också som ${entry.names.slice(1).join(", ")}`);
    also.className = "svag";
    title.append(also);
  }
  made.append(title, text("td", entry.type), text("td", entry.pages), text("td", entry.chunks), text("td", entry.references), text("td", entry.added?.slice(0, 10)), text("td", STATES[entry.state] ?? entry.state));
  const doing = document.createElement("td");
  const how = text("button", "Struktur");
  how.type = "button";
  how.className = "lank";
  how.setAttribute("aria-label", `Visa hur ${entry.title} har lästs`);
  how.addEventListener("click", () => K.open({ document: entry.id, view: "struktur" }, how));
  const out = text("button", "Ta bort");
  out.type = "button";
  out.className = "lank";
  out.setAttribute("aria-label", `Ta bort ${entry.title}`);
  out.addEventListener("click", () => confirm(entry, out));
  if (entry.state !== "skipped") doing.append(how, " ");
  if (!element.refused) doing.append(out);
  made.append(doing);
  return made;
}

async function refresh() {
  const sent = await server.list({}).catch(() => ({ entries: [], error: K.FAILED }));
  entries = sent.entries;
  element.refused = !!sent.refusal;
  find(".vagran").textContent = sent.error || sent.refusal || "";
  find(".vagran").hidden = !(sent.error || sent.refusal);
  find(".lagg").hidden = !!sent.refusal;
  draw();
}

const dialog = find(".fraga-om");
function confirm(entry, from) {
  find("#fraga-om-text").textContent = `Ta bort «${entry.title}» ur samlingen? Filen ${entry.id} raderas.`;
  dialog.showModal();
  find(".nej").onclick = () => dialog.close();
  find(".ja").onclick = async () => {
    dialog.close();
    const sent = await server.remove({ id: entry.id }).catch(() => ({ error: K.FAILED }));
    await refresh();
    if (sent.error) complain(sent.error);
    (from.isConnected ? from : find("#dokument-sok")).focus();
  };
}

function complain(message) {
  find(".arbete").hidden = false;
  find(".nu").textContent = message;
  find("progress").hidden = find(".avbryt").hidden = true;
}

async function begin(sent) {
  const done = await server.add(sent).catch(() => ({ error: K.FAILED }));
  if (done.error) complain(done.error);
  else watch_job();
}

async function put(files) {
  if (!files.length) return;
  find(".arbete").hidden = false;
  find(".utfall").replaceChildren();
  const uploaded = [];
  for (const [place, [file, name]] of files.entries()) {
    find(".nu").textContent = `Skickar ${name} (${place + 1} av ${files.length}) …`;
    try {
      uploaded.push({ path: (await upload(file)).path, name });
    } catch {
      find(".utfall").append(text("li", `${name}: kom inte fram. Är den för stor?`));
    }
  }
  if (uploaded.length) begin({ files: uploaded });
}

function watch_job() {
  clearInterval(watching);
  find(".arbete").hidden = false;
  watching = setInterval(async () => {
    const job = await server.job({}).catch(() => null);
    if (!job || job.running === undefined) return;
    const bar = find("progress");
    bar.hidden = find(".avbryt").hidden = !job.running;
    if (job.total) bar.value = job.done / job.total;
    else bar.removeAttribute("value");
    const left = job.seconds_left ? `, ungefär ${Math.ceil(job.seconds_left)} s kvar` : "";
    const count = job.total ? ` (${job.done} av ${job.total}${left})` : "";
    find(".nu").textContent = job.running ? `${job.now}${count}` : job.error || (job.cancelled ? "Avbrutet. Det som hann läsas in är kvar." : "Klart.");
    find(".utfall").replaceChildren(...job.results.map(([name, outcome, reason]) => text("li", `${name}: ${outcome}${reason ? `. ${reason}` : ""}`)));
    if (!job.running) {
      clearInterval(watching);
      refresh();
    }
  }, 700);
}

find(".avbryt").addEventListener("click", () => server.cancel({}));
find(".filer").addEventListener("change", (event) => put([...event.target.files].map((f) => [f, f.name])));
find(".mapp").addEventListener("change", (event) => put([...event.target.files].map((f) => [f, f.webkitRelativePath || f.name])));
find(".adress").addEventListener("submit", (event) => {
  event.preventDefault();
  begin({ urls: [find("#adress-falt").value] });
  find("#adress-falt").value = "";
});
find("#dokument-sok").addEventListener("input", draw);

// Files and folders that are dropped.
const drop = find(".slapp");
for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
  });
}
drop.addEventListener("drop", async (event) => {
  const found = [];
  const walk = async (entry, prefix) => {
    if (entry.isFile) {
      found.push([await new Promise((ok, no) => entry.file(ok, no)), prefix + entry.name]);
    } else {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((ok, no) => reader.readEntries(ok, no));
        if (!some.length) break;
        for (const inner of some) await walk(inner, `${prefix}${entry.name}/`);
      }
    }
  };
  for (const entry of [...event.dataTransfer.items].map((i) => i.webkitGetAsEntry()).filter(Boolean)) await walk(entry, "");
  put(found);
});

refresh();
server.job({}).then((job) => job?.running && watch_job());
document.querySelector("#flikar")?.addEventListener("click", (event) => {
  if (event.target.closest("[role=tab]")) refresh();
});
