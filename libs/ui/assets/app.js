// Makes the plain pages nicer: nothing here is needed for any of them to work.
// Listeners sit on the document, so they outlive the body that an upload's answer replaces.

const ANSWER_TIME_MS = 10_000; // after it a form may be sent again: its answer was a download

const address = () => location.pathname + location.search;
let shown = address(); // the page in the body, which after an upload is not the one loaded

/** Prepares a body that has just been shown. */
function enhance() {
  document.body.classList.add("js-enabled");
  document.querySelector("[data-focus]")?.focus();
  document.querySelectorAll("[data-check-all]").forEach((box) => { box.hidden = false; });
  document.querySelectorAll("[data-password]").forEach(addPasswordToggle);
  document.querySelectorAll("[data-date]").forEach(addPicker);
  document.dispatchEvent(new Event("app:shown"));
}

function addedButton(field, text) {
  const row = document.createElement("div");
  row.className = "app-with-button";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary";
  button.textContent = text;
  button.setAttribute("aria-controls", field.id);
  field.replaceWith(row);
  row.append(field, button);
  return button;
}

function addPasswordToggle(field) {
  const button = addedButton(field, "Показать пароль");
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.textContent = shown ? "Скрыть пароль" : "Показать пароль";
  };
  button.addEventListener("click", () => show(field.type === "password"));
  field.form?.addEventListener("submit", () => show(false));
}

function addPicker(field) {
  if (!("showPicker" in HTMLInputElement.prototype)) return;
  const button = addedButton(field, "Календарь");
  const picker = document.createElement("input");
  picker.type = "date";
  picker.className = "app-picker";
  picker.tabIndex = -1;
  picker.setAttribute("aria-hidden", "true");
  button.after(picker);
  button.addEventListener("click", () => {
    const typed = field.value.match(/^\s*(\d{1,2})\.(\d{1,2})\.(\d{4})/);
    if (typed) picker.value = `${typed[3]}-${typed[2].padStart(2, "0")}-${typed[1].padStart(2, "0")}`;
    picker.showPicker();
  });
  picker.addEventListener("change", () => {
    if (picker.value) field.value = picker.value.split("-").reverse().join(".");
    field.focus();
  });
}

/** A second click on a form's button sends nothing. */
function lock(form, locked) {
  form.toggleAttribute("data-sent", locked);
  form.querySelectorAll("button").forEach((button) => {
    if (locked) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  });
}

/** Sends a form with files, showing how far it is, and then shows the answer in its place. */
function upload(form, submitter) {
  const status = document.createElement("div");
  status.className = "app-progress";
  status.setAttribute("role", "status");
  const words = document.createElement("span");
  const bar = document.createElement("progress");
  bar.max = 100;
  words.textContent = "Отправляем файлы…";
  status.append(words, bar);
  form.querySelector(".app-progress")?.remove();
  form.append(status);

  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = Math.floor((event.loaded / event.total) * 100);
    words.textContent = bar.value < 100 ? `Отправлено ${bar.value} %` : "Проверяем файлы…";
  });
  request.addEventListener("error", () => {
    lock(form, false);
    bar.remove();
    words.textContent = "Не удалось отправить файлы. Проверьте соединение и попробуйте ещё раз.";
  });
  request.addEventListener("load", () => {
    const html = request.getResponseHeader("content-type")?.startsWith("text/html");
    if (!html) return location.assign(request.responseURL);
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    if (request.responseURL !== location.href) history.pushState(null, "", request.responseURL);
    shown = address();
    document.title = page.title;
    document.querySelector("meta[http-equiv=refresh]")?.remove();
    const refresh = page.querySelector("meta[http-equiv=refresh]");
    if (refresh) document.head.append(refresh);
    document.body.replaceWith(page.body);
    scrollTo(0, 0);
    enhance();
  });
  request.open("POST", submitter?.getAttribute("formaction") ?? form.getAttribute("action"));
  request.send(new FormData(form, submitter));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.hasAttribute("data-sent")) return event.preventDefault();
  // Disabled would drop the pressed button's own value from what is sent.
  lock(form, true);
  if (form.enctype === "multipart/form-data") {
    event.preventDefault();
    upload(form, event.submitter);
  } else {
    setTimeout(() => lock(form, false), ANSWER_TIME_MS);
  }
});

document.addEventListener("change", (event) => {
  const name = event.target.dataset?.checkAll;
  if (name === undefined) return;
  document.querySelectorAll("input[type=checkbox]").forEach((box) => {
    if (box.name === name) box.checked = event.target.checked;
  });
});

/** Asks a form for itself again and takes the list its button «narrow» names from the answer. */
async function narrow(form, button) {
  const fields = new URLSearchParams(new FormData(form, button));
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const list = page.getElementById(button.value);
  if (list) document.getElementById(button.value)?.replaceChildren(...list.children);
}

document.addEventListener("change", (event) => {
  const button = event.target.form?.querySelector("button[name=narrow]");
  if (!button || event.target.tagName !== "SELECT") return;
  const before = event.target.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING;
  if (before) narrow(event.target.form, button);
});

// Back after an upload: the address changed without a load, so the page must be asked for.
addEventListener("popstate", () => { if (address() !== shown) location.reload(); });
// Back to a page kept in memory: its forms may be sent again.
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => lock(form, false)));

enhance();
