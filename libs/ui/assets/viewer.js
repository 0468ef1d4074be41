// Looks at documents without leaving the page: the viewer's links do the same without this, and lose
// what is typed. Listeners sit on the document, so they outlive a viewer that is replaced.

const SIZES = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];
const AGAIN_MS = 1500; // between two looks at a document that is being drawn
const PATIENCE = 80; // such looks

const viewer = () => document.getElementById("viewer");
const pane = () => viewer()?.querySelector("[data-pane]");
let size = 1;
let turned = 0; // quarters, clockwise
let asked = 0; // the newest document asked for: an older answer that comes late is dropped

/** Fits the sheet to the pane, at its size and the way it is turned. */
function fit() {
  const picture = pane()?.querySelector("img");
  if (!picture?.naturalWidth) return;
  const sheet = picture.parentElement;
  const across = turned % 2 === 1;
  const high = across ? picture.naturalWidth / picture.naturalHeight : picture.naturalHeight / picture.naturalWidth;
  const style = getComputedStyle(pane());
  const room = pane().clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const width = room * size;
  sheet.style.width = `${width}px`;
  sheet.style.height = `${width * high}px`;
  picture.style.width = `${across ? width * high : width}px`;
  picture.style.transform = `translate(-50%, -50%) rotate(${turned * 90}deg)`;
  sheet.classList.add("app-viewer__sheet--fitted");
}

/** Prepares a viewer that has just been shown. */
function dress() {
  viewer()?.querySelectorAll("[data-tool]").forEach((tool) => { tool.hidden = false; });
  const picture = pane()?.querySelector("img");
  picture?.addEventListener("load", fit);
  picture?.addEventListener("error", () => tell("Страницу не удалось показать. Проверьте соединение и попробуйте ещё раз."));
  fit();
}

function tell(words) {
  const told = viewer()?.querySelector("[data-told]");
  if (!told) return;
  told.textContent = words;
  told.classList.toggle("govuk-visually-hidden", words === "");
}

/** Opens what a link of the viewer leads to, in the viewer alone. */
async function open(href, tries = 0) {
  const mine = ++asked;
  const before = viewer();
  let held = false; // whether the keys were its
  before.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("viewer");
    if (!answer.ok || !fresh) throw new Error(String(answer.status));
    if (mine !== asked) return;
    held = before.contains(document.activeElement);
    before.replaceWith(fresh);
  } catch {
    if (mine !== asked) return;
    before.removeAttribute("aria-busy");
    return tell("Документ не удалось открыть. Проверьте соединение и попробуйте ещё раз.");
  }
  size = 1;
  turned = 0;
  dress();
  // The list keeps its place: the document is where it was.
  viewer().querySelector(".app-viewer__list [aria-current]")?.scrollIntoView({ block: "nearest" });
  if (tries === 0 || held) (pane() ?? viewer()).focus();
  waitFor(tries);
}

/** Looks again at a document that is being drawn, as long as nobody asks for another. */
function waitFor(tries) {
  const again = viewer()?.querySelector("[data-again]");
  if (!again || tries >= PATIENCE) return;
  const mine = asked;
  setTimeout(() => { if (mine === asked) open(again.dataset.again, tries + 1); }, AGAIN_MS);
}

/** Shows another page of the open document. */
function turnTo(number) {
  const { pages, name, picture } = pane().dataset;
  if (number < 1 || number > Number(pages)) return;
  const shown = `Страница ${number} из ${pages}`;
  const image = pane().querySelector("img");
  pane().dataset.number = number;
  image.src = picture.replace("{n}", number);
  image.alt = `${name}, ${shown.toLowerCase()}`;
  pane().scrollTo(0, 0);
  viewer().querySelector("[data-place]").textContent = shown;
  tell("");
  viewer().querySelector("[data-told]").textContent = shown;
  for (const [step, to] of [["previous", number - 1], ["next", number + 1]]) {
    const link = viewer().querySelector(`[data-step=${step}]`);
    const there = to >= 1 && to <= Number(pages);
    link.toggleAttribute("href", false);
    if (there) link.href = address(to);
    if (!there && document.activeElement === document.body) pane().focus();
  }
  if (number < Number(pages)) new Image().src = picture.replace("{n}", number + 1);
}

const address = (number) => pane().dataset.address.replace("{n}", number);
const step = (by) => turnTo(Number(pane().dataset.number) + by);

function resize(by) {
  size = SIZES[Math.min(Math.max(SIZES.indexOf(size) + by, 0), SIZES.length - 1)];
  fit();
}

const tools = {
  smaller: () => resize(-1),
  larger: () => resize(1),
  whole: () => { size = 1; fit(); },
  turn: () => { turned = (turned + 1) % 4; fit(); },
};

const keys = {
  ArrowLeft: () => step(-1),
  PageUp: () => step(-1),
  ArrowRight: () => step(1),
  PageDown: () => step(1),
  KeyR: tools.turn,
  Equal: tools.larger,
  NumpadAdd: tools.larger,
  Minus: tools.smaller,
  NumpadSubtract: tools.smaller,
  Digit0: tools.whole,
  Numpad0: tools.whole,
};

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || !viewer()) return;
  const tool = event.target.closest?.("[data-tool]");
  if (tool) return tools[tool.dataset.tool]();
  const link = event.target.closest?.("a");
  if (link?.dataset.step) {
    event.preventDefault();
    return link.hasAttribute("href") ? step(link.dataset.step === "next" ? 1 : -1) : undefined;
  }
  if (!link?.href || link.hash !== "#viewer" || link.pathname !== location.pathname) return;
  event.preventDefault();
  open(link.href);
  viewer().scrollIntoView({ block: "nearest" });
});

// Only inside the viewer: elsewhere the keys are the form's and the page's.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !viewer()?.contains(event.target) || !pane()) return;
  // By the place on the keyboard: the same keys in every layout.
  const act = keys[event.code];
  if (!act) return;
  event.preventDefault();
  act();
});

/** Begins with a body that has just been shown. */
function begin() {
  size = 1;
  turned = 0;
  dress();
  waitFor(0);
}

addEventListener("resize", fit);
document.addEventListener("app:shown", begin);
begin();
