/* Sending a file, with how far it is. Without this script the form sends the file as forms do. */
(() => {
  "use strict";

  const MEGABYTE = 1024 * 1024;
  let sending = null;

  const told = (bytes) => (bytes / MEGABYTE).toFixed(1);

  /* Screen readers hear a change of the words: at the beginning, at each quarter, and at the end. */
  const show = (form, sent, total) => {
    const said = form.querySelector("[data-upload-said]");
    const quarter = Math.floor((4 * sent) / total);
    form.querySelector("progress").value = Math.round((100 * sent) / total);
    if (said.dataset.quarter !== String(quarter)) {
      said.dataset.quarter = String(quarter);
      said.textContent = sent < total ? `Sending: ${told(sent)} of ${told(total)} MB` : "Sent. The file is being checked.";
    }
  };

  const end = (form, words) => {
    sending = null;
    form.querySelector("[data-upload-said]").textContent = words;
    form.querySelector("progress").hidden = true;
    form.querySelector("[data-upload-stop]").hidden = true;
    delete form.dataset.sent;
  };

  /* The page that answers: the list, or the form with what was wrong. */
  const take = (form, request) => {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = page.querySelector("main");
    if (!main) {
      end(form, "It could not be sent. Try again in a moment.");
      return;
    }
    sending = null;
    document.title = page.title;
    document.querySelector("main").replaceWith(main);
    if (request.responseURL && request.status < 400) {
      history.replaceState(null, "", request.responseURL);
    }
    (main.querySelector("[data-focus]") || main).focus();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const file = form.matches("[data-upload]") && form.elements.file.files[0];
    if (!file || event.defaultPrevented) {
      return;
    }
    event.preventDefault();
    if (sending) {
      return;
    }
    const box = form.querySelector("[data-upload-box]");
    box.hidden = false;
    if (file.size > Number(form.dataset.upload)) {
      end(form, `This file has ${told(file.size)} MB, and at most ${Number(form.dataset.upload) / MEGABYTE} MB can be kept. Choose a smaller one.`);
      form.elements.file.focus();
      return;
    }
    form.querySelector("progress").hidden = false;
    form.querySelector("[data-upload-stop]").hidden = false;
    delete form.querySelector("[data-upload-said]").dataset.quarter;
    sending = new XMLHttpRequest();
    sending.open("POST", form.action);
    sending.setRequestHeader("Accept", "text/html");
    sending.upload.addEventListener("progress", (step) => show(form, step.loaded, step.total));
    sending.addEventListener("load", (done) => take(form, done.target));
    sending.addEventListener("error", () => end(form, "The connection broke off. Send it again."));
    sending.addEventListener("abort", () => end(form, "Stopped. Nothing was added."));
    sending.send(new FormData(form));
  });

  document.addEventListener("click", (event) => {
    if (sending && event.target.closest("[data-upload-stop]")) {
      sending.abort();
    }
  });
})();
