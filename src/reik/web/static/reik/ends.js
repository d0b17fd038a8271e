/* #ends (data-ends: when this session is over, data-now: what the clock of Reik said) shows itself half an hour before. */
(function () {
  "use strict";
  var band = document.getElementById("ends"), AHEAD_MS = 30 * 60000;
  if (!band) return;
  var left = new Date(band.dataset.ends) - new Date(band.dataset.now), began = performance.now();
  function look() { band.hidden = left - (performance.now() - began) > AHEAD_MS; }
  look();
  setInterval(look, 20000);
})();
