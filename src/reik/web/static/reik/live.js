/* Keeps a page true: listens to /live, lets fragments fetch themselves, shows how old the page is, runs its clocks.

   Page: <body data-stream="/live" data-now="iso of the server">; fragments with hx-trigger="changed from:body" may
   carry data-now too. #live-state shows the connection, #lost is the banner, #live-words holds the words:
   data-live, data-ago "{n}", data-late "{t}", data-for-s "{n}", data-for-min "{n}", data-for-h "{h} {m}",
   data-hours "{h} {m}", data-left "{n}", data-left-now, data-over "{n}".
   <time data-until="iso">   counts down "2:48", then up "+1:12" (class "over")
   <time data-since="iso">   "al 2 min"
   <span data-spoken="iso">  the same as data-until in words, once a minute: what a screen reader hears
   <svg data-fuse="iso" data-from="iso">  its .fg becomes as wide as the time that is left
   <time data-clock>         the wall clock, "22:47" */
(function () {
  "use strict";
  var body = document.body;
  var SILENT_MS = 7000, LOST_MS = 10000, FETCH_MS = 10000, TRUE_MS = 60000, AGAIN_MS = 30000;
  var source = null, heard = Date.now(), fetched = Date.now(), line = false, offset = 0, reopenAt = 0, shown = "";
  var channel = null, failing = [];

  function words(name, values) {
    var holder = document.getElementById("live-words");
    var text = (holder && holder.dataset[name]) || "";
    return text.replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  }
  function set(element, text) { if (element.textContent !== text) element.textContent = text; }
  function now() { return Date.now() + offset; }
  function two(number) { return (number < 10 ? "0" : "") + number; }
  /* the wall clock of the page, wherever the browser thinks that it is */
  var clock = new Intl.DateTimeFormat("nl-NL", { hour: "2-digit", minute: "2-digit", timeZone: body.dataset.zone || "Europe/Amsterdam" });
  function hour(at) { return clock.format(new Date(at)); }

  function trust(root) {
    var found = root.dataset && root.dataset.now ? root : root.querySelector && root.querySelector("[data-now]");
    if (found) offset = Date.parse(found.dataset.now) - Date.now();
  }

  /* the stream */

  function seen() { heard = Date.now(); line = true; }
  function refresh() { fetched = Date.now(); if (window.htmx) window.htmx.trigger(body, "changed"); }
  function take(name) {
    seen();
    if (name === "changed") refresh();
    if (name === "looks") body.dispatchEvent(new CustomEvent("reik:looks"));
    if (name.indexOf("taken:") === 0) body.dispatchEvent(new CustomEvent("reik:taken", { detail: name.slice(6) }));
  }
  function relay(name) { take(name); if (channel) channel.postMessage(name); }
  function open() {
    if (!body.dataset.stream || !window.EventSource) return;
    source = new EventSource(body.dataset.stream);
    source.onopen = seen;
    source.addEventListener("here", function () { relay("here"); });
    source.addEventListener("changed", function () { relay("changed"); });
    source.addEventListener("looks", function () { relay("looks"); });
    source.addEventListener("taken", function (event) { relay("taken:" + JSON.parse(event.data).alert); });
    source.onerror = function () {
      line = false;
      if (source.readyState === EventSource.CLOSED) reopenAt = Date.now() + AGAIN_MS;
    };
  }
  /* A browser opens six lines to a site at most: of all tabs one holds the stream and tells the others. */
  function share() {
    if (!body.dataset.stream) return;
    if (!navigator.locks || !window.BroadcastChannel) { open(); return; }
    channel = new BroadcastChannel("reik-live");
    channel.onmessage = function (event) { take(event.data); };
    navigator.locks.request("reik-live", function () {
      return new Promise(function () { if (!source) open(); });
    });
  }
  function keep() {
    var at = Date.now();
    if (!source && at - heard > SILENT_MS + 1000) open(); /* whoever holds it sleeps */
    if (reopenAt && at >= reopenAt) { reopenAt = 0; open(); }
    var silent = at - heard > SILENT_MS || !line;
    if (at - fetched > (silent ? FETCH_MS : TRUE_MS)) refresh();
  }

  /* how old what is shown is */

  function state() {
    var age = Date.now() - heard, next = age > LOST_MS ? "off" : line && age < SILENT_MS ? "on" : "late";
    var text = document.getElementById("live-state"), lost = document.getElementById("lost");
    if (next !== shown) { shown = next; body.dataset.live = next; }
    if (text) {
      set(text, next === "on" ? words("ago", { n: Math.round(age / 1000) }) : words("late", { t: hour(heard) }));
    }
    if (lost && lost.hidden === (next === "off")) {
      lost.hidden = next !== "off";
      var since = document.getElementById("lost-since");
      if (since) set(since, hour(heard));
    }
  }

  /* the clocks of the page: one timer */

  function left(ms) {
    var over = ms < 0, s = Math.floor(Math.abs(ms) / 1000), m = Math.floor(s / 60);
    if (m >= 60) return (over ? "+" : "") + words("hours", { h: Math.floor(m / 60), m: two(m % 60) });
    return (over ? "+" : "") + m + ":" + two(s % 60);
  }
  function lasted(ms) {
    var s = Math.max(0, Math.floor(ms / 1000)), m = Math.floor(s / 60);
    if (s < 60) return words("forS", { n: s });
    return m < 60 ? words("forMin", { n: m }) : words("forH", { h: Math.floor(m / 60), m: two(m % 60) });
  }
  function spoken(ms) {
    var m = Math.floor(Math.abs(ms) / 60000);
    if (ms < 0) return words("over", { n: m });
    return m ? words("left", { n: m }) : words("leftNow", {});
  }
  function burn(fuse, at) {
    var until = Date.parse(fuse.dataset.fuse), from = Date.parse(fuse.dataset.from);
    var share = Math.max(0, Math.min(1, (until - at) / Math.max(1, until - from)));
    var over = at > until, fg = fuse.querySelector(".fg");
    if (fg) fg.setAttribute("width", over ? "100%" : Math.round(share * 100) + "%");
    fuse.classList.toggle("over", over && !fuse.classList.contains("idle"));
    fuse.classList.toggle("warn", !over && share < 0.34 && !fuse.classList.contains("idle"));
  }
  function each(selector, act) { document.querySelectorAll(selector).forEach(act); }
  function clocks() {
    var at = now();
    each("[data-until]", function (one) {
      var ms = Date.parse(one.dataset.until) - at;
      set(one, left(ms));
      one.classList.toggle("over", ms < 0);
    });
    each("[data-since]", function (one) { set(one, lasted(at - Date.parse(one.dataset.since))); });
    each("[data-spoken]", function (one) { set(one, spoken(Date.parse(one.dataset.spoken) - at)); });
    each("[data-fuse]", function (one) { burn(one, at); });
    each("[data-clock]", function (one) { set(one, hour(at)); });
  }

  function tick() { if (body.dataset.stream) { keep(); state(); } clocks(); }

  trust(body);
  share();
  tick();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) { refresh(); tick(); } });
  body.addEventListener("htmx:afterSwap", function (event) { trust(event.detail.elt); clocks(); });
  body.addEventListener("htmx:afterRequest", function (event) {
    /* a page that can fetch is not lost, only late; one of whose parts cannot is */
    var part = event.detail.elt, headers = (event.detail.requestConfig || {}).headers || {};
    failing = failing.filter(function (each) { return each !== part && document.contains(each); });
    if (!event.detail.successful && headers["X-Reik-Refresh"]) failing.push(part);
    if (event.detail.successful && !line && !failing.length) heard = Date.now();
  });
  body.addEventListener("htmx:configRequest", function (event) {
    /* what a page fetches unasked is no new view in the access log */
    var cause = event.detail.triggeringEvent;
    if (event.detail.verb === "get" && (!cause || cause.type === "changed")) event.detail.headers["X-Reik-Refresh"] = "1";
  });
  window.addEventListener("pagehide", function () { if (source) source.close(); });
  window.addEventListener("pageshow", function (event) { if (event.persisted) { if (source) open(); refresh(); } });
})();
