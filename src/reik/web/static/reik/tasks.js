/* What somebody is typing stays when the page refreshes itself: open folds, their fields, and where the cursor was. */
(function () {
  "use strict";
  var kept = [];
  function keep(event) {
    var active = document.activeElement;
    kept = [];
    event.detail.target.querySelectorAll("details.more[open] .field[id]").forEach(function (one) {
      kept.push({ id: one.id, value: one.value, here: one === active, at: one.selectionStart });
    });
  }
  function back() {
    kept.forEach(function (each) {
      var one = document.getElementById(each.id), fold = one && one.closest("details");
      if (!one || !fold) return;
      fold.open = true;
      one.value = each.value;
      if (each.here) { one.focus({ preventScroll: true }); one.setSelectionRange(each.at, each.at); }
    });
    kept = [];
  }
  document.addEventListener("htmx:beforeSwap", keep);
  document.addEventListener("htmx:afterSwap", back);
})();
