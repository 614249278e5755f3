
"use strict";
const at = (id) => document.getElementById(id);
let dropped = [];

function say(text, bad) {
  at("status").textContent = text;
  at("status").className = bad ? "warn" : "";
}

function list() {
  at("dropped").replaceChildren(...dropped.map((file) => {
    const item = document.createElement("li");
    item.textContent = file.name;
    return item;
  }));
}

function encoded(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ data: reader.result.slice(reader.result.indexOf(",") + 1) });
    reader.onerror = () => reject(new Error("a file could not be read"));
    reader.readAsDataURL(file);
  });
}

async function ask() {
  const files = await Promise.all([...at("files").files, ...dropped].map(encoded));
  const headers = { "content-type": "application/json", accept: "text/html" };
  const key = at("key").value.trim();
  if (key) headers.authorization = "Bearer " + key;
  const sent = await fetch("/console/inspect", {
    method: "POST", headers, body: JSON.stringify({ text: at("text").value, files }), credentials: "omit",
  });
  if (!sent.ok) {
    const said = await sent.json().catch(() => null);
    throw new Error(said && said.error ? said.error.message : "the server said " + sent.status);
  }
  return sent.text();
}

async function inspect() {
  at("go").disabled = true;
  at("result").setAttribute("aria-busy", "true");
  say("Inspecting…");
  try {
    at("result").innerHTML = await ask();
    const heading = at("result").querySelector("h2");
    say(heading ? heading.textContent : "Done");
    at("result").focus({ preventScroll: false });
  } catch (error) {
    at("result").replaceChildren();
    say(error.message, true);
  } finally {
    at("go").disabled = false;
    at("result").removeAttribute("aria-busy");
  }
}

at("ask").addEventListener("submit", (event) => { event.preventDefault(); inspect(); });
at("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); inspect(); }
});
at("clear").addEventListener("click", () => {
  at("ask").reset();
  dropped = [];
  list();
  at("result").replaceChildren();
  say("");
  at("text").focus();
});
addEventListener("dragover", (event) => { event.preventDefault(); at("drop").classList.add("over"); });
addEventListener("dragleave", () => at("drop").classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  at("drop").classList.remove("over");
  dropped.push(...event.dataTransfer.files);
  list();
});
