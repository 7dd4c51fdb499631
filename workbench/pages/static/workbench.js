// Keys, and what is behind a figure. Every page works without this file; it holds no state.
"use strict";
(() => {
  const typing = (where) => where.closest("input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-row]")];

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const now = all.indexOf(document.activeElement);
    const next = now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + by));
    all[next].focus();
  }

  function press(key) {
    const found = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key);
    if (!found) return false;
    if (found.matches("a")) found.click();
    else { found.focus(); found.scrollIntoView({ block: "center" }); }
    return true;
  }

  function how(figure) {
    const told = document.getElementById("how");
    document.getElementById("how-origin").textContent = figure.title;
    document.getElementById("how-value").textContent = figure.value || "not defined";
    document.getElementById("how-from").textContent = figure.dataset.from;
    const row = figure.closest("tr");
    const trail = row && row.querySelector("a[href*='/order?']");
    const more = document.getElementById("how-more");
    more.textContent = "";
    if (trail) {
      const link = document.createElement("a");
      link.href = trail.href;
      link.textContent = "The order's whole trail: inputs, policy, law, solver, bound, approval";
      more.append(link);
    }
    told.showModal();
  }

  function reachable() { // what scrolls sideways is scrolled by keys too
    for (const each of document.querySelectorAll(".scroll, figure, pre")) {
      const wide = each.scrollWidth > each.clientWidth;
      for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", "scrolls sideways"]]) {
        if (wide) each.setAttribute(name, value);
        else each.removeAttribute(name);
      }
    }
  }
  reachable();
  window.addEventListener("resize", reachable);
  document.addEventListener("htmx:after:swap", reachable);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (typing(event.target)) return;
    if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else if (event.key === "?") document.getElementById("keys").showModal();
    else if (event.key === "x") {
      const row = event.target.closest("tr");
      const box = row && row.querySelector("input[type=checkbox]");
      if (!box) return;
      box.checked = !box.checked;
    } else if (event.key === "h") {
      for (const figure of document.querySelectorAll(".fig")) { figure.tabIndex = 0; figure.setAttribute("role", "button"); }
      const first = document.querySelector("main .fig");
      if (first) first.focus();
    } else if (event.key === "Enter" && event.target.matches(".fig")) how(event.target);
    else if (!press(event.key)) return;
    event.preventDefault();
  });
  document.addEventListener("input", (event) => { // a slider writes into its field, a field moves its slider
    const slider = event.target.closest("input[data-for]");
    if (slider) document.getElementById(slider.dataset.for).value = slider.value;
    const own = event.target.id && document.querySelector(`input[data-for="${CSS.escape(event.target.id)}"]`);
    if (own) own.value = event.target.value || 0;
  }, true);
  document.addEventListener("click", (event) => {
    const figure = event.target.closest(".fig");
    if (figure && !event.target.closest("a, label")) how(figure);
    if (event.target.closest("#keys-open")) document.getElementById("keys").showModal();
  });
})();
