/* Reik on a phone: the service worker, "Meldingen op deze telefoon" (#push), and pages that are shown without a line.

   #push has data-key (the installation's public key) and data-why-not ("", "demo", "setup"); of its parts with
   data-if="on off blocked install unable setup demo keep app" those that hold are shown; buttons have data-act. */
(function () {
  "use strict";
  var body = document.body, KEPT = "reik-kept", KEPT_MS = 60000, TRIED_MS = 2000, TRIED_MOST = 30;
  var prompt = null, keptAt = 0, RING = "reik-ring", ONE = /^\/(naaste|team)\/melding\/[0-9a-f-]{36}$/;

  /* a page of the past: when the line is back, the page of now takes its place */
  if ("stale" in body.dataset) {
    var again = function () {
      fetch("/health", { cache: "no-store" }).then(function (answer) {
        if (answer.ok) location.replace(location.pathname === "/geen-verbinding" ? "/" : location.pathname + location.search);
      }, function () {});
    };
    setInterval(again, 5000);
    window.addEventListener("online", again);
    ring();
    return;
  }
  try { sessionStorage.removeItem(RING); } catch (error) { /* a browser that keeps nothing */ }
  body.addEventListener("submit", lastNumbers, true);

  /* What is sent may be lost: whom to ring then is remembered in this tab, and shown on the page that says so. */
  function lastNumbers(event) {
    var found = [], seen = {};
    document.querySelectorAll("main a[href^='tel:']").forEach(function (one) {
      if (seen[one.getAttribute("href")] || found.length > 2) return;
      seen[one.getAttribute("href")] = true;
      found.push([one.innerText.trim().replace(/\s+/g, " "), one.getAttribute("href")]);
    });
    try { sessionStorage.setItem(RING, JSON.stringify(found)); } catch (error) { /* then without */ }
    if (navigator.onLine !== false || (event.target.method || "").toLowerCase() !== "post") return;
    if (!navigator.serviceWorker || !navigator.serviceWorker.controller) return;
    event.preventDefault(); /* nothing is sent later by itself: a claim holds only when Reik has it */
    event.stopImmediatePropagation();
    location.assign("/geen-verbinding");
  }
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(function () {});

  function ring() {
    var list = document.getElementById("ring"), found = [];
    try { found = JSON.parse(sessionStorage.getItem(RING) || "[]"); } catch (error) { /* none */ }
    if (!list || !found.length) return;
    found.forEach(function (one) {
      var link = document.createElement("a");
      link.className = "btn go big";
      link.href = /^tel:[+0-9]+$/.test(one[1]) ? one[1] : "tel:";
      link.textContent = /\d/.test(one[0]) ? one[0] : one[0] + " " + one[1].slice(4);
      list.appendChild(link);
    });
    list.hidden = false;
  }
  function card() { return document.getElementById("push"); }
  function words(name) { var holder = card().querySelector("[data-words]"); return holder.dataset[name] || ""; }
  function parts(holding) {
    card().querySelectorAll("[data-if]").forEach(function (part) { part.hidden = holding.indexOf(part.dataset.if) < 0; });
    var on = holding.indexOf("on") >= 0, off = holding.indexOf("off") >= 0;
    say(on ? words("on") : off ? words("off") : "");
  }
  function say(text) { card().querySelector("#push-is").textContent = text; }
  function bad(text) {
    var line = card().querySelector(".push-bad");
    line.textContent = text;
    line.hidden = !text;
  }
  function post(address, told) {
    var headers = JSON.parse(body.getAttribute("hx-headers") || "{}");
    headers["Content-Type"] = "application/json";
    return fetch(address, { method: "POST", headers: headers, body: JSON.stringify(told) }).then(function (answer) {
      return answer.json().then(function (said) {
        if (!answer.ok) throw new Error(said.error || "");
        return said;
      });
    });
  }
  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (one) { return one.charCodeAt(0); });
  }
  function encoded(buffer) {
    return btoa(String.fromCharCode.apply(null, new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function given(subscription) {
    return { endpoint: subscription.endpoint, p256dh: encoded(subscription.getKey("p256dh")), auth: encoded(subscription.getKey("auth")) };
  }
  function able() { return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window; }
  function onAnApple() { return /iPhone|iPad/.test(navigator.userAgent) && !navigator.standalone; }

  /* how it is */
  async function state() {
    var more = [];
    if (window.caches && "serviceWorker" in navigator) {
      more.push("keep");
      card().querySelector("[data-act=keep]").checked = await caches.has(KEPT);
    }
    if (prompt) more.push("app");
    var why = card().dataset.whyNot, which = why || await mine();
    if (card()) parts([which].concat(more));
  }
  async function mine() {
    if (!able()) return onAnApple() ? "install" : "unable";
    if (Notification.permission === "denied") return "blocked";
    var subscription = await subscribed();
    if (!subscription || Notification.permission !== "granted") return "off";
    var said = await post("/push/stand", { endpoint: subscription.endpoint });
    card().dataset.phone = said.phone || "";
    return said.phone ? "on" : "off";
  }
  function subscribed() {
    return navigator.serviceWorker.ready.then(function (worker) { return worker.pushManager.getSubscription(); });
  }

  /* what she does */
  var acts = {
    on: async function () {
      if (await Notification.requestPermission() !== "granted") { await state(); return; }
      var worker = await navigator.serviceWorker.ready, key = bytes(card().dataset.key);
      var old = await worker.pushManager.getSubscription();
      if (old && encoded(old.options.applicationServerKey) !== card().dataset.key) { await old.unsubscribe(); old = null; }
      var made = old || await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
      await post("/push/aan", given(made));
      reload();
    },
    off: async function () {
      var subscription = await subscribed();
      if (subscription) await subscription.unsubscribe();
      window.htmx.ajax("POST", "/push/uit", { target: "#push", swap: "outerHTML", values: { phone: card().dataset.phone } });
    },
    "try": async function () {
      var subscription = await subscribed(), before = await post("/push/stand", { endpoint: subscription.endpoint });
      await post("/push/proef", { phone: before.phone });
      say(words("sent"));
      for (var n = 0; n < TRIED_MOST; n++) {
        await new Promise(function (done) { setTimeout(done, TRIED_MS); });
        var now = await post("/push/stand", { endpoint: subscription.endpoint });
        if (now.used_at && now.used_at !== before.used_at) {
          say(words("came").replace("{t}", new Date(now.used_at).toLocaleTimeString("nl-NL", { hour: "2-digit", minute: "2-digit" })));
          return;
        }
      }
      bad(words("lost"));
      say(words("on"));
    },
    show: async function () {
      if (await Notification.requestPermission() !== "granted") { parts(["blocked"]); return; }
      var worker = await navigator.serviceWorker.ready;
      await worker.showNotification("Reik", { body: words("example"), tag: "example", data: { url: location.pathname + location.search } });
    },
    keep: async function (box) {
      if (!box.checked) { await caches.delete(KEPT); return; }
      await caches.open(KEPT);
      keptAt = 0;
      await keep();
    },
    app: async function () {
      var asked = prompt;
      prompt = null;
      await asked.prompt();
      await state();
    },
  };
  function reload() { window.htmx.ajax("GET", "/push/kaart", { target: "#push", swap: "outerHTML" }); }

  /* the page as it is now, for when the line is gone; what she typed is no part of it */
  async function keep() {
    if (!window.caches || (["/naaste", "/team"].indexOf(location.pathname) < 0 && !ONE.test(location.pathname))) return;
    if (Date.now() - keptAt < KEPT_MS || !(await caches.has(KEPT))) return;
    keptAt = Date.now();
    await (await caches.open(KEPT)).put(location.pathname, new Response("<!doctype html>" + document.documentElement.outerHTML, {
      headers: { "Content-Type": "text/html; charset=utf-8", "X-Reik-At": new Date().toISOString(), "Content-Security-Policy": "default-src 'self'" },
    }));
  }

  function start() {
    window.addEventListener("beforeinstallprompt", function (event) {
      event.preventDefault();
      prompt = event;
      if (card()) state();
    });
    body.addEventListener("click", function (event) {
      var button = event.target.closest && event.target.closest("#push button[data-act]");
      if (button) act(button);
    });
    body.addEventListener("change", function (event) { if (event.target.matches("#push input[data-act]")) act(event.target); });
    body.addEventListener("htmx:afterSettle", function () {
      if (card() && !card().dataset.seen) { card().dataset.seen = "1"; state().catch(function () { bad(words("failed")); }); }
      keep().catch(function () {});
    });
  }
  function act(element) {
    bad("");
    element.disabled = true;
    acts[element.dataset.act](element).catch(function (error) { bad(error.message || words("failed")); })
      .then(function () { element.disabled = false; });
  }
  start();
})();
