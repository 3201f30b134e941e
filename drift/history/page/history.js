"use strict";
// Filters of the rows that stand in the page. They live in the address: a link to the page says what is seen.
const fields = [...document.querySelectorAll("#tools select, #tools input")];
function show() {
  const asked = Object.fromEntries(fields.map((f) => [f.name, f.value.trim().toLowerCase()]));
  for (const box of document.querySelectorAll(".filtered")) {
    let seen = 0;
    const rows = box.querySelectorAll("tbody tr");
    for (const row of rows) {
      row.hidden = !((!asked.kind || row.cells[0].textContent === asked.kind)
        && (!asked.severity || row.cells[1].textContent === asked.severity)
        && (!asked.q || row.textContent.toLowerCase().includes(asked.q)));
      if (!row.hidden) seen += 1;
    }
    const said = box.parentElement.querySelector(".shown");
    said.dataset.all ??= said.textContent;
    said.textContent = seen === rows.length ? said.dataset.all : `${seen} of ${rows.length} drifted resource${rows.length === 1 ? "" : "s"}.`;
  }
}
function fromAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  for (const f of fields) f.value = said.get(f.name) ?? "";
  for (const f of fields) if (f.selectedIndex === -1) f.selectedIndex = 0;
  show();
}
for (const f of fields) f.addEventListener("input", () => {
  const said = new URLSearchParams(fields.filter((x) => x.value).map((x) => [x.name, x.value]));
  history.replaceState(null, "", said.size ? `#${said}` : location.pathname + location.search);
  show();
});
addEventListener("hashchange", () => { if (location.hash !== "#main") fromAddress(); });
fromAddress();
