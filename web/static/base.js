// What all tabs share: the side panel that shows a document, and small tools.
(() => {
  document.documentElement.lang = "sv";
  const K = (window.kallsvar = { show: null });
  const failed = "Det gick inte att nå Källsvar. Se efter att det är igång och försök igen.";
  K.FAILED = failed;

  // The one label of Gradio's own that cannot be set from Python.
  new MutationObserver(() => {
    for (const button of document.querySelectorAll('[aria-label="More tabs"]')) button.setAttribute("aria-label", "Fler flikar");
  }).observe(document.documentElement, { childList: true, subtree: true });

  K.make = (html) => {
    const box = document.createElement("template");
    box.innerHTML = html.trim();
    return box.content.firstElementChild;
  };

  K.copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Without leave to use the clipboard: the old way, through a field.
      const field = document.createElement("textarea");
      field.value = text;
      field.setAttribute("aria-hidden", "true");
      field.style.cssText = "position:fixed;opacity:0";
      document.body.append(field);
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      return done;
    }
  };

  K.save = (name, text, type) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  let panel = null;
  let opener = null;
  let place = null;

  function build() {
    panel = K.make(
      '<aside id="panel" role="dialog" aria-label="Dokumentet" hidden>' +
        '<button type="button" class="stang knapp">Stäng</button><div class="dokument"></div></aside>'
    );
    document.body.append(panel);
    panel.querySelector(".stang").addEventListener("click", close);
    panel.addEventListener("click", pressed);
    panel.addEventListener("keydown", trap);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !panel.hidden) close();
    });
  }

  function close() {
    panel.hidden = true;
    document.body.classList.remove("med-panel");
    if (opener && opener.isConnected) opener.focus();
  }

  // Focus stays in the panel while it covers the page.
  function trap(event) {
    if (event.key !== "Tab") return;
    const stops = [...panel.querySelectorAll("a[href],button,summary,[tabindex='0']")].filter((e) => e.checkVisibility());
    const first = stops[0];
    const last = stops[stops.length - 1];
    if (event.shiftKey && document.activeElement === first) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && document.activeElement === last) {
      event.preventDefault();
      first.focus();
    }
  }

  function pressed(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.classList.contains("flik")) view(button.dataset.vy);
    if (button.classList.contains("hela")) fill({ ...place, whole: true });
    if (button.classList.contains("lank")) panel.querySelector(`#${button.dataset.till}`)?.scrollIntoView();
  }

  function view(name) {
    for (const part of panel.querySelectorAll(".vy")) part.hidden = part.dataset.vy !== name;
    for (const button of panel.querySelectorAll(".flik")) {
      button.setAttribute("aria-pressed", String(button.dataset.vy === name));
    }
    reveal();
  }

  function reveal() {
    const marks = [".ruta", "mark.traff", "mark.passage"].flatMap((kind) => [...panel.querySelectorAll(kind)]);
    const shown = marks.find((mark) => mark.checkVisibility());
    if (shown) shown.scrollIntoView({ block: "center" });
    else panel.scrollTop = 0;
  }

  async function fill(wanted) {
    place = wanted;
    const body = panel.querySelector(".dokument");
    let sent;
    try {
      sent = await K.show(wanted);
    } catch {
      sent = { error: failed };
    }
    if (sent.error) {
      body.replaceChildren(K.make('<p class="notis"></p>'));
      body.firstChild.textContent = sent.error;
    } else {
      body.innerHTML = sent.html;
      if (wanted.view) view(wanted.view);
    }
    reveal();
    body.querySelector("h2")?.focus({ preventScroll: true });
  }

  K.open = async (wanted, from) => {
    if (!panel) build();
    opener = from;
    panel.querySelector(".dokument").innerHTML = '<p class="laddar">Hämtar dokumentet …</p>';
    panel.hidden = false;
    document.body.classList.add("med-panel");
    await fill(wanted);
  };
})();
