// Keeps the page up to date: asks for it again, and puts in what is new. What
// the reader is in the middle of is left alone.
"use strict";

const every = 2000;
const lost = document.getElementById("lost");
const pause = document.getElementById("pause");
let paused = false;

pause.hidden = false;
pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
});

function busy(part) {
  const focused = document.activeElement;
  return focused !== part && part.contains(focused);
}

function put(part, next) {
  if (part.innerHTML === next.innerHTML || busy(part)) return;
  const open = [...part.querySelectorAll("details[open]")].map((d) => d.id);
  part.replaceChildren(...next.childNodes);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
}

function tellLost(text) {
  if (lost.textContent !== text) lost.textContent = text;
}

async function look() {
  if (paused || document.hidden) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const news = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = news.getElementById(part.id);
      if (next) put(part, next);
    }
    tellLost("");
  } catch {
    tellLost(lost.dataset.text);
  }
}

async function watch() {
  await look();
  setTimeout(watch, every);
}

setTimeout(watch, every);
