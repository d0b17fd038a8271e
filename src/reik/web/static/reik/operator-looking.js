/* Says at which alert this page looks, every 10 s while it is in sight, and shows who else looks there.
   Ends by itself: a page that is closed or hidden says so, and one that vanished is forgotten after 25 s. */
(function () {
  "use strict";
  var EVERY_MS = 10000, body = document.body, detail = document.getElementById("detail"), told = "";
  if (!detail || !window.crypto) return;
  var page = Array.prototype.map.call(crypto.getRandomValues(new Uint8Array(10)), function (each) {
    return (each + 256).toString(16).slice(1);
  }).join("");

  function current() { var inner = detail.querySelector(".detail-in"); return inner ? inner.dataset.alert : ""; }
  function tell(again) {
    var alert = document.hidden ? "" : current();
    if (alert === told && !(again && alert)) return;
    told = alert;
    var address = "/live/kijkt?blad=" + page + (alert ? "&melding=" + alert : "");
    if (navigator.sendBeacon) navigator.sendBeacon(address);
    else fetch(address, { method: "POST", keepalive: true });
  }
  function look() {
    var place = document.getElementById("looking");
    if (place && window.htmx) window.htmx.trigger(place, "looks");
  }
  body.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target === detail) { tell(false); look(); }
  });
  body.addEventListener("reik:looks", look);
  document.addEventListener("visibilitychange", function () { tell(false); });
  window.addEventListener("pagehide", function () {
    if (told && navigator.sendBeacon) navigator.sendBeacon("/live/kijkt?blad=" + page);
    told = "";
  });
  window.addEventListener("pageshow", function (event) { if (event.persisted) tell(false); });
  setInterval(function () { tell(true); }, EVERY_MS);
  tell(false);
})();
