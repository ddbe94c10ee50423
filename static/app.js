// Makes pages quicker, never possible: everything here works without it.
"use strict";

const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);

// Show a password.
for (const button of all("[data-reveal]")) {
  button.addEventListener("click", () => {
    const input = document.getElementById(button.dataset.reveal);
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    const [from, to] = shown ? ["Hide", "Show"] : ["Show", "Hide"];
    button.textContent = to;
    button.ariaLabel = button.ariaLabel.replace(from, to);
  });
}

// Passkeys, beside the password. A browser that can't read what the page asks doesn't offer them.
const passkeys = globalThis.PublicKeyCredential;
const askFor = {
  get: (publicKey, how) =>
    navigator.credentials.get({ publicKey: passkeys.parseRequestOptionsFromJSON(publicKey), ...how }),
  create: (publicKey) => navigator.credentials.create({ publicKey: passkeys.parseCreationOptionsFromJSON(publicKey) }),
};

async function useOne({ form, dataset }, how) {
  const answer = await askFor[dataset.passkey](JSON.parse(dataset.options).publicKey, how);
  form.elements[dataset.passkey === "create" ? "new-answer" : "answer"].value = JSON.stringify(answer);
  form.noValidate = true;
  form.requestSubmit();
}

// At the door a browser may offer one among what it fills in, for as long as nothing else is asked of it.
let offer = null;

async function offerOne(button) {
  if (!await passkeys.isConditionalMediationAvailable?.()) return;
  offer = new AbortController();
  // Nothing was pressed, so nobody waits to hear that nothing came of it.
  await useOne(button, { mediation: "conditional", signal: offer.signal }).catch(() => {});
}

for (const button of all("[data-passkey]")) {
  const { form, dataset } = button;
  const says = form.querySelector("[data-passkey-says]");
  if (!passkeys?.parseCreationOptionsFromJSON) {
    (button.closest("[data-passkeys]") ?? button).hidden = true;
    continue;
  }
  button.addEventListener("click", async (event) => {
    const isNew = dataset.passkey === "create";
    // What is missing is said by the server, before the device is asked.
    if (isNew && all("[required]", form).some((input) => input.value.trim() === "")) return;
    event.preventDefault();
    says.textContent = "";
    try {
      offer?.abort();
      await useOne(button);
    } catch (error) {
      says.textContent = isNew && error.name === "InvalidStateError" ? "This device has a passkey for you already."
        : isNew ? "Your device made no passkey. Try again."
          : "No passkey was used. Try again, or go on without it.";
      if (offer) void offerOne(button);
    }
  });
  if (button.hasAttribute("data-fills-in")) void offerOne(button);
}

// A second click must not send a form again: its answer would take the place of the first.
for (const form of all("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.ariaBusy) event.preventDefault();
    form.ariaBusy = "true";
    // Not for long: a request that was stopped must leave a button that works.
    setTimeout(() => { form.ariaBusy = null; }, 2000);
  });
}
addEventListener("pageshow", () => all("form").forEach((form) => { form.ariaBusy = null; }));

// Escape answers a question with no.
addEventListener("keydown", (event) => {
  if (event.key === "Escape") one("dialog [data-keep]")?.click();
});

// The list: all of a page at once, and with Shift a range from the last one that was ticked.
const boxes = all(".list td [type=checkbox]");
const every = one(".list th [type=checkbox]");
let last = null;

function settle() {
  const ticked = boxes.filter((box) => box.checked).length;
  every.checked = ticked === boxes.length;
  every.indeterminate = ticked > 0 && !every.checked;
}

for (const box of boxes) {
  box.addEventListener("click", (event) => {
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((between) => { between.checked = box.checked; });
    }
    last = box;
    settle();
  });
}

if (every) {
  every.addEventListener("change", () => {
    boxes.forEach((box) => { box.checked = every.checked; });
  });
  // A browser may have kept what was ticked before a reload.
  addEventListener("pageshow", settle);
}

// The theme, kept in a cookie so that the next page is drawn in it at once.
for (const radio of all(".theme input")) {
  radio.addEventListener("change", () => {
    document.cookie = `latchkey-theme=${radio.value}; path=/; max-age=31536000; samesite=lax`;
    if (radio.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = radio.value;
  });
}

// The value that is shown once: copy it, don't leave without it, don't come back to it.
const sheet = one("[data-unsaved]");

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

for (const button of all("[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    // Each button is answered beside it, where the eyes are.
    const status = button.parentElement.querySelector("[data-copied]");
    for (const other of all("[data-copied]")) other.textContent = "";
    try {
      await navigator.clipboard.writeText(source.textContent);
      status.textContent = "Copied";
      sheet?.removeAttribute("data-unsaved");
    } catch {
      // Plain HTTP has no clipboard interface, and a browser may refuse.
      select(source);
      const what = button.textContent.trim().replace("Copy", "Select the");
      status.textContent = `Your browser didn’t allow copying. ${what} and copy it yourself.`;
    }
  });
}

if (sheet) {
  for (const way of all("[data-saves]", sheet)) {
    way.addEventListener("click", () => sheet.removeAttribute("data-unsaved"));
  }
  addEventListener("beforeunload", (event) => {
    if (sheet.hasAttribute("data-unsaved")) event.preventDefault();
  });
  // A page kept for the Back button must not keep the value.
  addEventListener("pagehide", () => sheet.replaceChildren());
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.replace(sheet.dataset.unsavedBack ?? "/account/tokens");
  });
  sheet.addEventListener("copy", () => sheet.removeAttribute("data-unsaved"));
}

// "This token can" follows the form.
const summary = one("[data-summary]");

function lines(element, names) {
  element.replaceChildren();
  names.forEach((name, at) => {
    if (at > 0) element.append(document.createElement("br"));
    element.append(name);
  });
  if (names.length === 0) element.append("Nothing yet");
}

const groups = all(".levels[role=radiogroup]");
const nameOf = (group) => document.getElementById(group.getAttribute("aria-labelledby")).textContent;

function ticked(group) {
  const boxes = all(".methods :checked:not(.only)", group.closest("li"));
  return boxes.map((box) => box.parentElement.textContent.trim());
}

function summarize() {
  const part = (name) => summary.querySelector(`[data-is=${name}]`);
  const at = (level) => groups.filter((group) => group.querySelector(`[value=${level}]:checked`));
  const [write, read] = [at("write").map(nameOf), at("read").map(nameOf)];
  const single = at("methods").filter((group) => ticked(group).length > 0);
  const closed = groups.length - write.length - read.length - single.length;
  lines(part("write"), write);
  lines(part("read"), read);
  if (part("methods")) {
    lines(part("methods"), single.map((group) => `${nameOf(group)}: ${ticked(group).join(", ")}`));
  }
  part("closed").textContent =
    closed === groups.length ? `All ${closed} services stay closed`
      : closed === 0 ? "Every service is open to it"
        : closed === 1 ? "1 other service stays closed" : `${closed} other services stay closed`;
  part("until").textContent = until();
}

function until() {
  const choice = one("#expires");
  if (choice.value === "never") return "You revoke it";
  if (choice.value !== "custom") {
    const end = choice.selectedOptions[0].text.replace(/^.*\((.*)\)$/, "$1");
    return end === "never" ? "You revoke it" : end;
  }
  const day = one("#until").valueAsDate;
  const words = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  return day ? day.toLocaleDateString("en-GB", words) : "Not set";
}

if (summary && groups.length > 0) {
  one("form.split").addEventListener("input", summarize);
  summarize();
}

// Sets and "All services", in place.
function choose(group, level) {
  const radio = group.querySelector(`[value=${level}]:not(:disabled)`);
  if (radio) radio.checked = true;
  return Boolean(radio);
}

function fill(grants) {
  for (const box of all(".methods [type=checkbox]:not(.only)")) box.checked = false;
  for (const group of groups) choose(group, "none");
  for (const [key, what] of grants.split(" ").filter(Boolean).map((word) => word.split(":"))) {
    const group = one(`[name="access.${key}"]`).closest(".levels");
    const level = { read: "read", "read-write": "write" }[what] ?? "methods";
    choose(group, level);
    if (level !== "methods") continue;
    for (const method of what.split(",")) one(`[name="method.${key}.${method}"]`).checked = true;
  }
}

for (const button of all("[name=set]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    if (button.dataset.all) {
      for (const group of groups) {
        void (choose(group, button.dataset.all) || choose(group, "read") || choose(group, "none"));
      }
    } else {
      fill(button.dataset.grants);
    }
    summarize();
  });
}

// Find a service or a method; a service is found by its methods too.
for (const input of all("[data-find]")) {
  const list = document.getElementById(input.dataset.find);
  const items = all(":scope > [data-item]", list);
  const words = (item) => [item, ...all("[data-item]", item)].map((one) => one.dataset.item).join(" ").toLowerCase();
  const known = items.map((item) => [item, words(item)]);
  const top = input.dataset.find === "services";
  input.addEventListener("input", () => {
    const typed = input.value.trim().toLowerCase();
    let found = 0;
    for (const [item, text] of known) {
      item.hidden = !text.includes(typed);
      if (!item.hidden) found += 1;
    }
    if (!top) return;
    one("[data-found]").textContent = typed === "" ? "" : `${found} of ${known.length} services shown`;
    const none = one("[data-none]");
    none.hidden = found > 0;
    none.querySelector("span").textContent = input.value.trim();
  });
  // Enter looks for something; it doesn't send the form.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
