// Sends files of forms piece by piece before the form is sent, so that a broken line or a closed page
// loses a piece and not the file. Without it the form sends its files itself.

const SMALLEST = 64 * 1024;
const FIRST = 256 * 1024;
const PIECE_TIME_MS = 1000; // what a piece is meant to take
const ANSWER_TIME_MS = 60_000; // after it a piece is lost
const LONGEST_PAUSE_MS = 30_000;

/** A refusal in words; sending the same again would be refused again. */
class Refused extends Error {}
/** The server does not know the file (any more). */
class Unknown extends Error {}
/** The session has ended or the page is old: after reloading it goes on. */
class Stale extends Error {}

/** One file on its way. `tell(state, words)` is called whenever something changed. */
export class Sending {
  constructor({ file, field, token, id = null, ask = (...asked) => fetch(...asked), tell = () => {} }) {
    Object.assign(this, { file, field, token, id, ask, tell, sent: 0, piece: FIRST, whole: 0, limit: Infinity });
    this.stopped = new AbortController();
  }

  /** Sends what the server does not have yet; resolves when it has all. */
  async run() {
    let failures = 0;
    while (!this.id || this.sent < this.file.size) {
      const from = this.sent;
      try {
        if (!this.id) await this.#begin();
        else if (this.lost) await this.#find();
        else await this.#send();
        this.lost = false;
        failures = 0;
        this.tell("sending", "");
      } catch (error) {
        if (this.stopped.signal.aborted || error instanceof Refused || error instanceof Stale) throw error;
        if (error instanceof Unknown) {
          Object.assign(this, { id: null, sent: 0, lost: false });
          continue;
        }
        this.lost = this.id !== null;
        // A piece that is lost costs no more than an eighth of what came since the last loss.
        if (this.whole > 0) this.limit = Math.max(SMALLEST, Math.round(this.whole / 8));
        this.piece = Math.max(SMALLEST, Math.min(this.limit, Math.round(this.piece / 4)));
        this.whole = 0;
        this.tell("waiting", error.words ?? "Связь прервалась, продолжаем…");
        failures = this.sent > from ? 1 : failures + 1;
        await this.#pause(Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(failures, 6)));
      }
    }
    this.tell("done", "");
  }

  /** What is on its way is dropped, here and at the server. */
  async cancel() {
    this.stopped.abort();
    if (this.id) await this.#post(`/uploads/${this.id}/cancel`, {}).catch(() => {});
  }

  async #begin() {
    const { name, size } = this.file;
    this.#take(await this.#answer(await this.#post("/uploads", { field: this.field, name, size })));
  }

  async #find() {
    this.#take(await this.#answer(await this.#fetch(`/uploads/${this.id}`)));
  }

  async #send() {
    const bytes = await this.file.slice(this.sent, this.sent + this.piece).arrayBuffer().catch(() => {
      throw new Refused("Файл изменился или недоступен: выберите его ещё раз");
    });
    const began = performance.now();
    const answer = await this.#fetch(`/uploads/${this.id}?offset=${this.sent}`, {
      method: "POST",
      headers: { "x-csrf-token": this.token, "content-type": "application/octet-stream" },
      body: bytes,
    });
    this.#take(await this.#answer(answer));
    // Towards what takes a second, but not at once: the line may be about to break.
    const change = Math.min(2, Math.max(0.5, PIECE_TIME_MS / (performance.now() - began)));
    this.limit = Math.max(this.limit, Math.round(this.whole / 8));
    this.piece = Math.max(SMALLEST, Math.min(this.most, this.limit, Math.round(this.piece * change)));
  }

  #take(told) {
    if (told.taken) throw new Unknown();
    this.whole += told.received - this.sent;
    Object.assign(this, { id: told.id, sent: told.received, most: told.piece });
  }

  #post(path, fields) {
    return this.#fetch(path, { method: "POST", body: new URLSearchParams({ _csrf: this.token, ...fields }), keepalive: true });
  }

  async #fetch(path, options = {}) {
    const gone = new AbortController();
    const abort = () => gone.abort();
    const late = setTimeout(abort, ANSWER_TIME_MS);
    if (!path.endsWith("/cancel")) this.stopped.signal.addEventListener("abort", abort);
    try {
      return await this.ask(path, { redirect: "manual", ...options, signal: gone.signal });
    } finally {
      clearTimeout(late);
      this.stopped.signal.removeEventListener("abort", abort);
    }
  }

  async #answer(answer) {
    if (answer.ok) return answer.json();
    if (answer.type === "opaqueredirect" || (answer.status >= 300 && answer.status < 400)) {
      throw new Stale("Вы вышли из системы. Войдите и откройте эту страницу: загрузка продолжится");
    }
    const told = await answer.json().catch(() => ({}));
    if (answer.status === 409 && told.id) return told;
    if (answer.status === 404 && this.id) throw new Unknown();
    if (answer.status === 403) throw new Stale("Страница устарела. Обновите её: загрузка продолжится");
    // A piece that broke off is sent again; anything else of the kind is a refusal.
    if (answer.status >= 500 || answer.status === 408) {
      throw Object.assign(new Error(), { words: "Сервер временно не принимает файлы, пробуем снова…" });
    }
    throw new Refused(told.words ?? "Файл не принят");
  }

  #pause(milliseconds) {
    const { signal } = this.stopped;
    return new Promise((done, gone) => {
      const ended = (act) => () => {
        clearTimeout(timer);
        globalThis.removeEventListener?.("online", online);
        signal.removeEventListener("abort", aborted);
        act();
      };
      const online = ended(done);
      const aborted = ended(() => gone(new Error()));
      const timer = setTimeout(online, milliseconds * (0.75 + Math.random() / 2));
      globalThis.addEventListener?.("online", online);
      signal.addEventListener("abort", aborted);
    });
  }
}

// ---- what is on its way outlives the page: files by form and field in IndexedDB ----

const DATABASE = "uploads";

function stored(mode, act) {
  return new Promise((done, failed) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("file", { keyPath: "id" });
    opening.onerror = () => failed(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const work = database.transaction("file", mode);
      const request = act(work.objectStore("file"));
      work.oncomplete = () => { database.close(); done(request?.result); };
      work.onabort = () => { database.close(); failed(work.error); };
    };
  });
}

// A browser that keeps nothing (a private window) only loses what a reload would continue.
async function keep(entry) {
  try {
    await stored("readwrite", (files) => files.put(entry));
  } catch {
    const { file, ...rest } = entry; // no room for it: it will be asked for again
    await stored("readwrite", (files) => files.put(rest)).catch(() => {});
  }
}
const forget = (id) => stored("readwrite", (files) => files.delete(id)).catch(() => {});
const kept = () => stored("readonly", (files) => files.getAll()).catch(() => []);

// ---- fields ----

const size = (bytes) => (bytes < 1024 * 1024
  ? `${Math.max(1, Math.round(bytes / 1024))} КБ`
  : `${(bytes / 1024 / 1024).toFixed(1).replace(".", ",")} МБ`);

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const fields = new WeakMap();

/** A file field with the files on their way below it. */
class Uploads {
  constructor(input) {
    this.input = input;
    this.form = input.form;
    this.items = [];
    const hidden = [...this.form.querySelectorAll("input[type=hidden]")];
    const about = hidden.filter((one) => !["_csrf", "_once", "version"].includes(one.name));
    this.key = [this.form.getAttribute("action"), input.name, ...about.map((one) => one.value)].join("\n");
    this.token = hidden.find((one) => one.name === "_csrf").value;
    this.list = element("ul", "govuk-list app-uploads");
    this.told = element("p", "govuk-visually-hidden");
    this.told.setAttribute("role", "status");
    this.group = input.closest(".govuk-form-group") ?? input.parentElement;
    this.group.classList.add("app-drop");
    input.after(element("p", "app-drop__words", input.multiple ? "или перетащите файлы сюда" : "или перетащите файл сюда"), this.list, this.told);
    input.addEventListener("change", () => {
      const chosen = [...input.files];
      input.value = ""; // they are sent from here, not with the form
      this.add(chosen);
    });
    for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
      this.group.addEventListener(type, (event) => this.#drag(event));
    }
  }

  #drag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.group.classList.toggle("app-drop--over", ["dragenter", "dragover"].includes(event.type));
    if (event.type === "drop") this.add([...event.dataTransfer.files]);
  }

  add(files) {
    if (!this.input.multiple && files.length > 0) {
      files = files.slice(0, 1);
      this.items.slice().forEach((item) => { if (!item.asks?.(files[0])) this.#drop(item); });
    }
    for (const file of files) {
      const asked = this.items.find((item) => item.asks?.(file));
      if (asked) this.#remove(asked);
      this.#start(file, asked?.id ?? null);
    }
  }

  /** Goes on with what was on its way when the page was left. */
  async restore(entries) {
    for (const { id, file, name, size } of entries.filter((entry) => entry.key === this.key)) {
      const answer = await fetch(`/uploads/${id}`, { redirect: "manual" }).catch(() => null);
      const told = answer?.ok ? await answer.json() : null;
      if (answer?.status === 404 || told?.taken) forget(id);
      else if (answer?.type === "opaqueredirect") continue; // signed out
      else if (file) this.#start(file, id);
      else this.#askFor(id, name, size);
    }
  }

  #row(name, bytes) {
    const item = { name, row: element("li", "app-upload"), state: "sending" };
    item.bar = element("progress", "app-upload__bar");
    item.bar.max = 100;
    item.bar.value = 0;
    item.bar.setAttribute("aria-label", `Загрузка файла ${name}`);
    item.words = element("span", "app-upload__words", "Начинаем…");
    const button = element("button", "app-link-button", "Убрать");
    button.type = "button";
    button.append(element("span", "govuk-visually-hidden", ` файл ${name}`));
    button.addEventListener("click", () => { this.#drop(item); this.input.focus(); });
    item.row.append(element("span", "app-upload__name", `${name}, ${size(bytes)}`), item.bar, item.words, button);
    this.items.push(item);
    this.list.append(item.row);
    return item;
  }

  #askFor(id, name, bytes) {
    const item = this.#row(name, bytes);
    Object.assign(item, { id, state: "failed", asks: (file) => file.name === name && file.size === bytes });
    item.words.textContent = "Загружен не полностью: выберите этот файл ещё раз, загрузка продолжится";
  }

  #start(file, id) {
    const item = this.#row(file.name, file.size);
    item.sending = new Sending({
      file, id, field: this.input.name, token: this.token,
      tell: (state, words) => this.#tell(item, state, words),
    });
    item.sending.lost = id !== null;
    item.ended = item.sending.run().catch((error) => {
      if (item.sending.stopped.signal.aborted) return;
      if (error instanceof Refused && item.id) forget(item.id);
      this.#tell(item, "failed", error.message || "Файл не загружен: выберите его ещё раз");
    });
  }

  #tell(item, state, words) {
    const { file, id, sent } = item.sending;
    if (id !== item.id) {
      if (item.id) forget(item.id);
      item.id = id;
      if (id) keep({ id, key: this.key, file, name: file.name, size: file.size });
    }
    const percent = Math.floor((sent / file.size) * 100);
    item.bar.value = percent;
    const before = item.state;
    item.state = state;
    item.row.classList.toggle("app-upload--failed", state === "failed");
    item.bar.hidden = ["done", "failed"].includes(state);
    item.words.textContent = state === "done" ? "Загружен" : words || `Загружено ${percent} %`;
    // Said aloud when something happens, not at every piece.
    if (state !== before) this.told.textContent = `${file.name}: ${state === "sending" ? "загрузка продолжается" : item.words.textContent}`;
  }

  #drop(item) {
    if (item.id) forget(item.id);
    item.sending?.cancel();
    this.#remove(item);
  }

  #remove(item) {
    item.row.remove();
    this.items = this.items.filter((other) => other !== item);
  }

  /** Waits for all files; whether the form may be sent with them. */
  async ready() {
    while (this.items.some((item) => ["sending", "waiting"].includes(item.state))) {
      await Promise.allSettled(this.items.map((item) => item.ended));
    }
    const failed = this.items.find((item) => item.state === "failed");
    failed?.row.querySelector("button").focus();
    return !failed;
  }

  /** Puts the ids into the form in place of the files. */
  fill() {
    this.form.querySelectorAll(`input[type=hidden][name="${this.input.name}_upload"]`).forEach((old) => old.remove());
    for (const item of this.items) {
      const named = element("input", "");
      Object.assign(named, { type: "hidden", name: `${this.input.name}_upload`, value: item.id });
      this.form.append(named);
    }
  }
}

/** Waits for the files of a form, and then sends it as if nothing had been. */
async function send(form, submitter, mine) {
  form.setAttribute("data-waiting", "");
  const words = element("p", "app-progress", "Отправим, как только файлы загрузятся…");
  words.setAttribute("role", "status");
  form.append(words);
  const ready = await Promise.all(mine.map((field) => field.ready()));
  await new Promise((done) => { setTimeout(done); }); // inside its own event a form is not sent again
  words.remove();
  form.removeAttribute("data-waiting");
  if (!ready.every(Boolean)) return;
  mine.forEach((field) => field.fill());
  form.setAttribute("data-filled", "");
  form.requestSubmit(submitter);
}

function enhance() {
  const inputs = [...document.querySelectorAll("input[type=file][data-upload]")].filter((input) => input.form && !fields.has(input));
  inputs.forEach((input) => fields.set(input, new Uploads(input)));
  // On a shared computer nothing waits for the next person.
  if (document.querySelector("form[action$='/login']")) indexedDB.deleteDatabase(DATABASE);
  if (inputs.length > 0) kept().then((entries) => inputs.forEach((input) => fields.get(input).restore(entries)));
}

if (globalThis.document) {
  // Before the listener that sends forms with files.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("action") === "/logout") indexedDB.deleteDatabase(DATABASE);
    if (form.hasAttribute("data-filled")) return form.removeAttribute("data-filled");
    const mine = [...form.querySelectorAll("input[data-upload]")].map((input) => fields.get(input)).filter((field) => field?.items.length);
    if (mine.length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!form.hasAttribute("data-waiting")) send(form, event.submitter, mine);
  }, true);
  document.addEventListener("app:shown", enhance);
  enhance();
}
