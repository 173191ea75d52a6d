// What every part of the page uses: our language, the side panel, questions to confirm, copying.
// Stands in the page's head, so it runs before Gradio's own script.
(() => {
  // Gradio takes its language from the browser's; ours is always Swedish.
  Object.defineProperty(navigator, "language", { get: () => "sv-SE" });
  Object.defineProperty(navigator, "languages", { get: () => ["sv-SE", "sv"] });

  const kallsvar = (window.kallsvar = {});

  // --- Elements -------------------------------------------------------------------------------
  kallsvar.make = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const { make } = kallsvar;

  // Only https and this machine have crypto.randomUUID.
  kallsvar.id = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

  kallsvar.moment = (iso) => new Date(iso).toLocaleString("sv-SE", { dateStyle: "medium", timeStyle: "short" });

  kallsvar.span = (seconds) => (seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`);

  kallsvar.save = (name, text, type) => {
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  kallsvar.FAILED = "Det gick inte att nå Källsvar. Se efter att det är igång och försök igen.";

  // --- Questions to confirm -------------------------------------------------------------------
  // The browser's own confirm() speaks the browser's language.
  kallsvar.confirm = (text, yes) =>
    new Promise((resolve) => {
      const dialog = make("dialog", { className: "fraga-forst", ariaLabel: "Bekräfta" });
      const no = make("button", { type: "button", className: "knapp nej", textContent: "Avbryt" });
      const go = make("button", { type: "button", className: "knapp farlig ja", textContent: yes });
      no.onclick = () => dialog.close();
      go.onclick = () => dialog.close("ja");
      dialog.onclose = () => {
        dialog.remove();
        resolve(dialog.returnValue === "ja");
      };
      dialog.append(make("p", { textContent: text }), make("div", { className: "knappar" }, no, go));
      document.body.append(dialog);
      dialog.showModal();
      no.focus();
    });

  // --- Copying --------------------------------------------------------------------------------
  // Where the clipboard is closed to the page, the old way; where that fails too, the text is
  // shown marked, to copy by hand.
  kallsvar.copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = make("textarea", { value: text, className: "sr" });
      const before = document.activeElement;
      document.body.append(area);
      area.select();
      let done = false;
      try {
        done = document.execCommand("copy");
      } catch {
        done = false;
      }
      area.remove();
      before?.focus();
      if (!done) byHand(text);
      return done;
    }
  };

  function byHand(text) {
    const area = make("textarea", { value: text, readOnly: true, rows: 8, ariaLabel: "Text att kopiera" });
    const done = make("button", { type: "button", className: "knapp", textContent: "Stäng" });
    const dialog = make("dialog", { className: "fraga-forst", ariaLabel: "Kopiera för hand" });
    done.onclick = () => dialog.close();
    dialog.onclose = () => dialog.remove();
    const told = "Webbläsaren släpper inte fram kopieringen. Texten är markerad: tryck Ctrl+C.";
    dialog.append(make("p", { textContent: told }), area, make("div", { className: "knappar" }, done));
    document.body.append(dialog);
    dialog.showModal();
    area.select();
  }

  // --- The side panel -------------------------------------------------------------------------
  let panel, bar, body, opener, shown;

  function build() {
    body = make("div", { className: "dokument" });
    const close = make("button", { type: "button", className: "stang knapp", textContent: "Stäng" });
    close.onclick = () => kallsvar.close();
    bar = make("div", { className: "list" }, make("h2"), close);
    panel = make("aside", { id: "panel", hidden: true }, bar, body);
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", "Dokument");
    panel.addEventListener("click", clicked);
    panel.addEventListener("keydown", trap);
    const veil = make("div", { id: "sloja" });
    veil.onclick = () => kallsvar.close();
    document.body.append(veil, panel);
  }

  // Opens a document at a place; `server` is what can fetch it, `from` gets the focus back.
  kallsvar.open = async (place, server, from) => {
    if (!panel) build();
    opener = from;
    shown = { place, server };
    if (panel.hidden) {
      entitle("Hämtar …");
      body.replaceChildren();
    }
    panel.hidden = false;
    document.body.classList.add("med-panel");
    let got;
    try {
      got = await server.show_document(place);
    } catch {
      got = { error: kallsvar.FAILED };
    }
    if (shown.place !== place) return;
    if (got.error) {
      entitle("Källan kan inte visas");
      body.replaceChildren(make("p", { textContent: got.error }));
    } else {
      entitle(got.title);
      body.innerHTML = got.html;
      if (place.view) view(place.view);
    }
    bar.querySelector("h2").focus({ preventScroll: true });
    toPlace();
  };

  function entitle(title) {
    bar.querySelector("h2").replaceWith(make("h2", { tabIndex: -1, textContent: title }));
    panel.setAttribute("aria-label", `Dokument: ${title}`);
  }

  kallsvar.close = () => {
    if (!panel || panel.hidden) return;
    panel.hidden = true;
    document.body.classList.remove("med-panel");
    if (opener?.isConnected) opener.focus({ preventScroll: true });
  };

  function toPlace() {
    const seen = body.querySelector(".vy:not([hidden])");
    const place = seen?.querySelector("mark.traff, .ruta.traff") ?? seen?.querySelector("mark.passage, .ruta");
    if (place) place.scrollIntoView({ block: "center" });
    else body.scrollTop = 0;
  }

  function view(name) {
    for (const each of body.querySelectorAll(".flik")) each.ariaPressed = String(each.dataset.vy === name);
    for (const each of body.querySelectorAll(".vy")) each.hidden = each.dataset.vy !== name;
  }

  function clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.vy) {
      view(button.dataset.vy);
      toPlace();
    } else if (button.dataset.till) {
      const heading = body.querySelector(`#${button.dataset.till}`);
      heading.tabIndex = -1;
      heading.focus();
      heading.scrollIntoView({ block: "start" });
    } else if (button.classList.contains("hela")) {
      kallsvar.open({ ...shown.place, whole: true }, shown.server, opener);
    } else if (button.dataset.document) {
      kallsvar.open({ ...button.dataset }, shown.server, opener);
    }
  }

  function trap(event) {
    if (event.key !== "Tab") return;
    const stops = [...panel.querySelectorAll("button, a[href], summary, [tabindex='0']")].filter(
      (each) => each.checkVisibility()
    );
    const first = stops[0], last = stops[stops.length - 1], at = document.activeElement;
    if (event.shiftKey && (at === first || !stops.includes(at))) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && at === last) {
      event.preventDefault();
      first.focus();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const menu = document.activeElement?.closest("details.meny[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else kallsvar.close();
  });
  // A menu closes when the reader goes on elsewhere.
  document.addEventListener("pointerdown", (event) => {
    for (const menu of document.querySelectorAll("details.meny[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // --- What Gradio says in English ------------------------------------------------------------
  const LABELS = { "More tabs": "Fler flikar", "Close": "Stäng", "Dismiss": "Stäng" };
  const LOST = "Anslutningen till Källsvar bröts. Försöker igen …";
  const BACK = "Anslutningen är tillbaka.";
  const FAILED = "Något gick fel. Ladda om sidan och försök igen.";

  function translate() {
    for (const each of document.querySelectorAll("gradio-app [aria-label], gradio-app [title]")) {
      for (const name of ["aria-label", "title"]) {
        const said = LABELS[each.getAttribute(name)];
        if (said) each.setAttribute(name, said);
      }
    }
    for (const toast of document.querySelectorAll(".toast-body")) {
      const title = toast.querySelector(".toast-title"), text = toast.querySelector(".toast-text");
      const said = `${title?.textContent} ${text?.textContent}`;
      const now = /lost|reconnecting|errored/i.test(said) ? LOST : /re-?established|reconnected/i.test(said) ? BACK : FAILED;
      if (text && ![LOST, BACK, FAILED].includes(text.textContent)) text.textContent = now;
      if (title && title.textContent !== "Källsvar") title.textContent = "Källsvar";
    }
  }

  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(() => {
      translate();
      document.documentElement.lang = "sv";
      // The first sight gives way to the page's own heading.
      if (document.querySelector("#huvud h1")) document.getElementById("skal")?.remove();
    }).observe(document.body, { childList: true, subtree: true });
  });
})();
