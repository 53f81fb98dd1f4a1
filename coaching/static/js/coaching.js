/* Small conveniences on pages that work without them. Each part looks for its data attribute and does nothing else. */
(() => {
  "use strict";

  const root = document.documentElement;
  root.dataset.scripted = "";

  /* Colours: keep the choice by the same POST, and show it without loading the page again. */
  const chooseTheme = async (form, button) => {
    if (button.value === "auto") {
      root.removeAttribute("data-bs-theme");
    } else {
      root.setAttribute("data-bs-theme", button.value);
    }
    for (const other of form.querySelectorAll("[aria-pressed]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    const fields = new URLSearchParams(new FormData(form));
    fields.set(button.name, button.value);
    await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" } }).catch(() => {});
  };

  /* Submit once: a second press while the first is on its way is held back, for a while, not for ever. */
  const HOLD = 8000;
  const release = (form) => delete form.dataset.sent;

  /* Leaving with typed text: asked about only where something was typed and not sent. */
  const typed = new Set();

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-theme-switch]") && event.submitter) {
      event.preventDefault();
      chooseTheme(form, event.submitter);
      return;
    }
    if (form.matches("[data-once]")) {
      if ("sent" in form.dataset) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      form.dataset.sent = "";
      setTimeout(release, HOLD, form);
    }
    typed.delete(form);
  }, true);

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.matches("[data-keep]")) {
      typed.add(form);
    }
  });

  window.addEventListener("beforeunload", (event) => {
    if ([...typed].some((form) => form.isConnected)) {
      event.preventDefault();
    }
  });

  window.addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach(release));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("[data-sent]");
    if (form) {
      release(form);
    }
  });

  /* Menus close when one looks elsewhere or presses Escape. */
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (menu !== except) {
        menu.open = false;
      }
    }
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("[data-menu]")));
  document.addEventListener("focusin", (event) => closeMenus(event.target.closest("[data-menu]")));
  document.addEventListener("keydown", (event) => {
    const open = document.querySelector("[data-menu][open]");
    if (event.key === "Escape" && open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });

  /* Copying a link, said aloud. */
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy] button");
    if (!button) {
      return;
    }
    const box = button.closest("[data-copy]");
    const field = box.querySelector("input");
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      box.querySelector("[data-copy-text]").textContent = "Copied";
      box.querySelector("[data-copy-status]").textContent = "Copied to the clipboard.";
    } catch {
      box.querySelector("[data-copy-status]").textContent = "Press Control and C to copy the selected link.";
    }
  });

  /* Who comes in for the first time finds their own time zone chosen, where the browser knows it. */
  for (const select of document.querySelectorAll("select[data-guess-zone]")) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...select.options].some((option) => option.value === zone)) {
      select.value = zone;
    }
  }

  /* On a narrow screen a row of tabs scrolls by itself: the current one is brought into sight, the page stays put. */
  for (const row of document.querySelectorAll("[data-tabs]")) {
    const current = row.querySelector("[aria-current]");
    if (current) {
      row.scrollLeft = current.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
    }
  }

  /* After a refused form the summary of its errors is where one starts to read, also in a part that htmx brought. */
  const focusSummary = (within) => {
    const summary = within.querySelector("[data-focus]");
    if (summary) {
      summary.focus();
    }
  };
  focusSummary(document);
  document.addEventListener("htmx:afterSwap", (event) => focusSummary(event.target));
})();
