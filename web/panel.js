// The side panel that shows a passage in its document. Runs once, when the conversation is built;
// `element` is its root and `server` calls Python.
const panel = document.createElement("aside");
panel.id = "panel";
panel.hidden = true;
panel.setAttribute("role", "dialog");
panel.setAttribute("aria-label", "Källan");
panel.innerHTML = '<button type="button" class="stang" aria-label="Stäng källan">Stäng</button><div class="dokument"></div>';
document.body.append(panel);
let opener = null;

function close() {
  panel.hidden = true;
  document.body.classList.remove("med-panel");
  if (opener && opener.isConnected) opener.focus();
}

async function open(button) {
  opener = button;
  const html = await server.show_document({ ...button.dataset });
  panel.querySelector(".dokument").innerHTML = html;
  panel.hidden = false;
  document.body.classList.add("med-panel");
  const place = panel.querySelector("mark.traff") || panel.querySelector("mark.passage");
  panel.querySelector("h2")?.focus({ preventScroll: true });
  if (place) place.scrollIntoView({ block: "center" });
  else panel.scrollTop = 0;
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-document]");
  if (button) open(button);
});
panel.querySelector(".stang").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !panel.hidden) close();
});
document.documentElement.lang = "sv";
watch("value", () => {
  const turns = element.querySelectorAll(".tur");
  const last = turns[turns.length - 1];
  if (last) last.scrollIntoView({ block: "start", behavior: "smooth" });
});
