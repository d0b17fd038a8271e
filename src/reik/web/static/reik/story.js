/* The story: says so when the demo does not answer, and takes that back when it does. */
(function () {
  "use strict";
  var lost = document.getElementById("story-lost"), failed = 0;
  function show(away) { if (lost && lost.hidden === away) lost.hidden = !away; }
  document.body.addEventListener("htmx:afterRequest", function (event) {
    failed = event.detail.successful ? 0 : failed + 1;
    show(failed > 2);
  });
})();
