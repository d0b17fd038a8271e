/* The pharmacy's list by keyboard: arrows or J/K go along the rows, Enter opens (it is a link), / goes to search.
   Never while somebody types, and never with a modifier (WCAG 2.1.4). */
(function () {
  "use strict";
  function typing(at) { return at.closest("input, select, textarea, [contenteditable]"); }
  function rows() { return Array.prototype.slice.call(document.querySelectorAll("[data-row] .ph-what")); }
  function step(by) {
    var all = rows(), here = all.indexOf(document.activeElement);
    var row = document.activeElement && document.activeElement.closest("[data-row]");
    if (here < 0 && row) here = all.indexOf(row.querySelector(".ph-what"));
    var next = all[Math.max(0, Math.min(all.length - 1, here < 0 ? 0 : here + by))];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    var inList = event.target.closest("[data-row]"), key = event.key;
    if (key === "j" || (key === "ArrowDown" && inList)) step(1);
    else if (key === "k" || (key === "ArrowUp" && inList)) step(-1);
    else if (key === "/") document.querySelector("[data-find]").focus();
    else return;
    event.preventDefault();
  });
})();
