// What pages do beyond HTML: appearance, menus, live parts, filters that leave nothing empty in the address, two keys.
"use strict";

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  for (const button of document.querySelectorAll("[data-themes] button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  document.dispatchEvent(new CustomEvent("themechange"));
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!except || !menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  const theme = event.target.closest("[data-themes] button");
  if (theme) setTheme(theme.value);
  const pause = event.target.closest("[data-pause]");
  if (pause) togglePause(pause);
  closeMenus(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details[data-menu][open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if (event.key === "/" && !event.target.closest("input, select, textarea")) {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
    } else {
      window.location.assign("/exams/");
    }
  }
});

document.addEventListener("focusin", (event) => closeMenus(event.target));

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-tidy]")) return;
  for (const field of event.target.elements) {
    if (field.name && !field.value) field.disabled = true;
  }
});

window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("[data-tidy] :disabled")) field.disabled = false;
});

document.addEventListener("htmx:after:swap", () => {
  const field = document.querySelector("[data-focus]");
  if (field) {
    field.removeAttribute("data-focus");
    field.focus();
  }
});

function togglePause(button) {
  const live = document.querySelector(button.dataset.pause);
  const paused = live.toggleAttribute("data-paused");
  button.setAttribute("aria-pressed", String(paused));
  button.querySelector("span").textContent = paused ? "Updates paused" : "Pause updates";
  button.querySelector("use").setAttribute("href", paused ? "#i-play" : "#i-pause");
}

for (const live of document.querySelectorAll("[data-live]")) {
  setInterval(() => {
    const held = live.hasAttribute("data-paused") || document.hidden;
    if (!held) live.dispatchEvent(new CustomEvent("tick"));
  }, Number(live.dataset.live) * 1000);
}

if (window.matchMedia("(width < 48rem)").matches) {
  for (const fold of document.querySelectorAll("[data-narrow-closed]")) fold.open = false;
}
