/* Ticking off by keyboard: N takes five, J and K go from line to line, a digit says what was found, Enter ticks off. */
(function () {
  "use strict";
  var lines = Array.prototype.slice.call(document.querySelectorAll(".out-line"));
  var here = -1;
  function go(to) {
    if (!lines.length) return;
    if (lines[here]) lines[here].classList.remove("here");
    here = Math.max(0, Math.min(lines.length - 1, to));
    lines[here].classList.add("here");
    lines[here].querySelector("select").focus();
    lines[here].scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("focusin", function (event) {
    var line = event.target.closest && event.target.closest(".out-line");
    if (!line) return;
    if (lines[here]) lines[here].classList.remove("here");
    here = lines.indexOf(line);
    line.classList.add("here");
  });
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    var at = event.target, typing = at.matches && at.matches("input:not([type=hidden]), textarea");
    if (typing) return;
    var choice = at.matches && at.matches("select");
    if ((event.key === "n" || event.key === "N") && !choice) {
      var take = document.getElementById("neem");
      if (take && !take.disabled) take.click();
    } else if (event.key === "j" || event.key === "J") {
      event.preventDefault();
      go(here + 1);
    } else if (event.key === "k" || event.key === "K") {
      event.preventDefault();
      go(here - 1);
    } else if (/^[1-7]$/.test(event.key) && lines[here]) {
      event.preventDefault();
      var found = lines[here].querySelector("[name=gevonden]");
      found.selectedIndex = Number(event.key);
      var how = lines[here].querySelector("[name=hoe]");
      if (found.value === "out_seen" || found.value === "given_by_hand") how.value = "round";
    } else if (event.key === "Enter" && choice && lines[here]) {
      event.preventDefault();
      lines[here].querySelector(".out-tick").requestSubmit();
    }
  });
  if (location.search.indexOf("klaar=af") > 0 || location.search.indexOf("klaar=neem") > 0) go(0);
})();
