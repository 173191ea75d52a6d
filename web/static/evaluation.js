// The evaluation tab: the latest report, and running it again.
const K = window.kallsvar;
const find = (what) => element.querySelector(what);
let report = null;
let timer = null;

async function latest() {
  const sent = await server.latest({}).catch(() => ({ html: "" }));
  find(".rapport").innerHTML = sent.html;
  report = sent.report;
  find(".visa").hidden = !report;
}

function follow() {
  clearInterval(timer);
  timer = setInterval(async () => {
    const state = await server.state({}).catch(() => null);
    if (!state) return;
    const bar = find("progress");
    bar.hidden = !state.running;
    find(".kor").disabled = state.running;
    if (state.total) bar.value = state.done / state.total;
    else bar.removeAttribute("value");
    find(".nu").textContent = state.running
      ? state.total ? `Fråga ${state.done} av ${state.total} …` : "Startar …"
      : state.error || "Klart.";
    if (!state.running) {
      clearInterval(timer);
      latest();
    }
  }, 1000);
}

find(".kor").addEventListener("click", async () => {
  const sent = await server.run({}).catch(() => ({ error: K.FAILED }));
  if (sent.error) find(".nu").textContent = sent.error;
  else follow();
});
find(".visa").addEventListener("click", () => {
  const page = window.open(URL.createObjectURL(new Blob([report], { type: "text/html" })), "_blank");
  if (!page) K.save("kallsvar-rapport.html", report, "text/html");
});
latest();
server.state({}).then((state) => state?.running && follow());
