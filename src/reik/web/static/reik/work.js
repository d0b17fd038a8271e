/* The rows of a schedule: Enter gives the next row, without asking the server. Without this script each button posts. */
(function () {
  "use strict";
  var form = document.getElementById("tijden"), blank = document.getElementById("lege-regel");
  if (!form || !blank) return;
  var rows = form.querySelector("[data-rows]"), said = form.querySelector("[data-said]");
  var names = ["at", "n", "days", "win", "late", "day"];

  function all() { return Array.prototype.slice.call(rows.querySelectorAll("[data-row]")); }
  function rename(row, number) {
    names.forEach(function (name) {
      row.querySelectorAll('[name^="' + name + '-"]').forEach(function (one) {
        one.name = name + "-" + number;
        if (one.id) one.id = name + "-" + number;
      });
      row.querySelectorAll('label[for^="' + name + '-"]').forEach(function (one) { one.htmlFor = name + "-" + number; });
    });
    row.querySelector("[data-less]").value = "less-" + number;
    row.querySelector("[data-nr]").textContent = number + 1;
  }
  function renumber() {
    all().forEach(rename);
    form.querySelector("[data-count]").value = all().length;
  }
  function more() {
    var known = all();
    if (known.length >= Number(form.dataset.most)) return;
    var row = blank.content.firstElementChild.cloneNode(true);
    var last = known[known.length - 1], before = last && last.querySelector('[name^="win-"]');
    if (before && before.value.slice(-1) !== "c") row.querySelector('[name^="win-"]').value = before.value;
    rows.appendChild(row);
    renumber();
    row.querySelector('[name^="at-"]').focus();
    said.textContent = said.dataset.moreWords.replace("{n}", known.length + 1);
  }
  function less(row) {
    var known = all(), place = known.indexOf(row);
    if (known.length === 1) return;
    row.remove();
    renumber();
    all()[Math.max(0, place - 1)].querySelector('[name^="at-"]').focus();
    said.textContent = said.dataset.lessWords;
  }
  form.addEventListener("keydown", function (event) {
    var field = event.target, row = field.closest("[data-row]");
    if (event.key !== "Enter" || !row || field.closest("button")) return;
    event.preventDefault();
    var at = row.querySelector('[name^="at-"]');
    /* Enter in an empty last row: all is typed */
    if (!at.value.trim() && row === all()[all().length - 1] && all().length > 1) form.querySelector("[data-save]").focus();
    else more();
  });
  form.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (!button) return;
    if ("more" in button.dataset) { event.preventDefault(); more(); }
    if ("less" in button.dataset) { event.preventDefault(); less(button.closest("[data-row]")); }
  });
})();
