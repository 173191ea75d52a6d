// The evaluation: the latest report, and running it again.
const K = window.kallsvar;
const find = (what) => element.querySelector(what);
let report = null;
let began = 0;

async function latest() {
  const got = await server.latest({}).catch(() => ({ html: "", refusal: K.FAILED }));
  find(".rapport").innerHTML = got.html;
  report = got.report;
  find(".visa").hidden = !report;
  find(".kor").hidden = !!got.refusal;
}

function tell(text, working) {
  find(".arbete").hidden = false;
  if (find(".nu").textContent !== text) find(".nu").textContent = text;
  find("progress").hidden = find(".avbryt").hidden = !working;
  find(".kor").disabled = working;
}

function follow() {
  setTimeout(async () => {
    const state = await server.state({}).catch(() => null);
    if (!state) return follow();
    if (!state.running) {
      if (state.told) tell(state.told, false);
      else find(".arbete").hidden = true;
      return latest();
    }
    if (state.total) find("progress").value = state.done / state.total;
    else find("progress").removeAttribute("value");
    const left = state.done ? ((Date.now() - began) / 1000 / state.done) * (state.total - state.done) : 0;
    const soon = left > 5 && Date.now() - began > 10000 ? `, ungefär ${K.span(left)} kvar` : "";
    tell(state.total ? `Fråga ${state.done} av ${state.total}${soon}` : "Startar …", true);
    follow();
  }, 800);
}

find(".kor").addEventListener("click", async () => {
  const got = await server.run({}).catch(() => ({ error: K.FAILED }));
  if (got.error) return tell(got.error, false);
  began = Date.now();
  tell("Startar …", true);
  follow();
});
find(".avbryt").addEventListener("click", async () => {
  const got = await server.cancel({}).catch(() => ({ error: K.FAILED }));
  if (got.error) tell(got.error, false);
});
find(".visa").addEventListener("click", () => {
  const page = window.open(URL.createObjectURL(new Blob([report], { type: "text/html;charset=utf-8" })), "_blank");
  if (!page) K.save("kallsvar-utvardering.html", report, "text/html");
});

latest();
server.state({}).then((state) => {
  if (!state.running) return;
  began = Date.now();
  follow();
}).catch(() => {});
