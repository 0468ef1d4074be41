// Asks the browser for a passkey before a form is sent. Without this no such form is shown, and
// everything else works.

const REFUSED = "Ключ доступа не получен: действие отменено, истекло время или подходящего ключа нет.";
const KNOWN = "На этом устройстве ключ доступа к Вашей учётной записи уже есть.";
const OLD = "Не получилось. Обновите страницу и попробуйте ещё раз.";

const able = () => typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";

function show() {
  if (!able()) return;
  document.querySelectorAll("[data-passkeys]").forEach((part) => { part.hidden = false; });
  document.querySelectorAll("[data-no-passkeys]").forEach((part) => { part.hidden = true; });
}

/** What is to be asked of the browser; none where the server leads to another page first. */
async function asked(button) {
  const body = new URLSearchParams({ _csrf: button.form.elements._csrf.value });
  const answer = await fetch(button.dataset.passkey, { method: "POST", body });
  if (answer.redirected) return void location.assign(answer.url);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function ask(button) {
  const { form } = button;
  const told = form.querySelector("[data-told]");
  const isNew = button.hasAttribute("data-new");
  button.setAttribute("aria-disabled", "true");
  told.textContent = "";
  try {
    const options = await asked(button);
    if (!options) return;
    const key = isNew
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    form.elements.answer.value = JSON.stringify(key.toJSON());
    form.requestSubmit(button);
  } catch (error) {
    const words = { NotAllowedError: REFUSED, AbortError: REFUSED, InvalidStateError: KNOWN };
    told.textContent = words[error.name] ?? OLD;
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-passkey]");
  if (!button) return;
  event.preventDefault();
  if (!button.hasAttribute("aria-disabled")) ask(button);
});

document.addEventListener("app:shown", show);
show();
