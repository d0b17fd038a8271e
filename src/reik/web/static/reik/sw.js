/* Reik's service worker: shows notifications, says that they arrived, and shows the last page without a connection.

   REIK {shell, icon, badge, version} is written above this by the server. Two caches:
   reik-shell-<version>  style sheets, scripts and the page "no connection"; nothing of anybody
   reik-kept             the last page that its owner saw, and the last alerts; only when she asked for it: that the
                         cache exists is her yes.
                         It goes when she logs out, is logged out, or after a day. */
"use strict";
var SHELL = "reik-shell-" + self.REIK.version, KEPT = "reik-kept", OFFLINE = "/geen-verbinding";
var KEEPS = ["/naaste", "/team"], ONE = /^\/(naaste|team)\/melding\/[0-9a-f-]{36}$/, MOST_ALERTS = 5, AT = "X-Reik-At", DAY_MS = 24 * 3600 * 1000, PATIENCE_MS = 8000;
var ZONE = "Europe/Amsterdam";

self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(SHELL).then(function (cache) { return cache.addAll(self.REIK.shell); })
    .then(function () { return self.skipWaiting(); }));
});
self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.filter(function (name) { return name.startsWith("reik-shell-") && name !== SHELL; })
      .map(function (name) { return caches.delete(name); }));
  }).then(function () { return self.clients.claim(); }));
});

/* notifications */

self.addEventListener("push", function (event) { event.waitUntil(show(event.data)); });

async function show(data) {
  var told = {};
  try { told = data.json() || {}; } catch (error) { /* a push always has to show something */ }
  var tag = told.tag || "reik", shown = await self.registration.getNotifications({ tag: tag });
  var again = shown.some(function (one) { return one.data && one.data.id === told.id; });
  await self.registration.showNotification(told.title || "Reik", {
    body: told.body || "Er is een melding. Open de app.", tag: tag, renotify: !again, requireInteraction: true,
    icon: self.REIK.icon, badge: self.REIK.badge, timestamp: told.at || Date.now(), vibrate: [300, 150, 300],
    data: { id: told.id || "", url: told.url || "/" },
  });
  if (told.receipt) await received(told.receipt);
}
function received(receipt) {
  return fetch("/push/received", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ receipt: receipt }),
    keepalive: true,
  }).catch(function () { /* it arrived all the same; nobody waits for this */ });
}

self.addEventListener("notificationclick", function (event) {
  event.notification.close();
  event.waitUntil(open(event.notification.data && event.notification.data.url));
});
async function open(wanted) {
  var url = new URL(wanted || "/", self.location.origin);
  if (url.origin !== self.location.origin) url = new URL("/", self.location.origin);
  var windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (var one of windows) {
    try { await one.focus(); return await one.navigate(url.href); } catch (error) { /* not ours to move: open another */ }
  }
  return self.clients.openWindow(url.href);
}

/* pages */

self.addEventListener("fetch", function (event) {
  var request = event.request, url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (request.method === "GET" && self.REIK.shell.indexOf(url.pathname + url.search) >= 0) {
    event.respondWith(caches.match(request, { cacheName: SHELL }).then(function (found) { return found || fetch(request); }));
  }
});

/* Back to an answer to something sent: the browser does not have it any more. It is asked for anew, never sent again. */
async function again(url) {
  try {
    var there = await fetch(url.href);
    return Response.redirect(there.ok ? url.pathname + url.search : "/", 303);
  } catch (error) { return Response.redirect(OFFLINE, 303); }
}
/* Going back may ask for what the browser kept, which is nothing: no page of Reik may be kept. */
function ask(request, url) {
  return request.cache === "only-if-cached" ? fetch(url.href, { redirect: "manual" }) : fetch(request);
}
async function page(request, url) {
  if (request.method !== "GET" && request.isHistoryNavigation) return again(url);
  if (url.pathname === "/uitloggen") await leave();
  var keeps = request.method === "GET" && keepable(url.pathname), old = keeps ? await known(url.pathname) : null;
  try {
    var answer = await (old ? inTime(ask(request, url)) : ask(request, url));
    if (keeps) await look(url.pathname, answer).catch(function () { /* a full phone keeps nothing */ });
    return answer;
  } catch (error) {
    /* What was sent is told as lost, at an address of its own: a page that tries again must never send it again. */
    if (request.method !== "GET") return Response.redirect(OFFLINE, 303);
    return old || caches.match(OFFLINE, { cacheName: SHELL });
  }
}
function keepable(path) { return KEEPS.indexOf(path) >= 0 || ONE.test(path); }
/* Of an alert that was never seen here: the list or the day as it was, which says whom to ring. */
async function known(path) {
  return (await kept(path)) || (ONE.test(path) ? kept("/" + path.split("/")[1]) : null);
}
/* An alert stays known as long as it is among the last ones. */
async function spare(cache) {
  var alerts = (await cache.keys()).filter(function (one) { return ONE.test(new URL(one.url).pathname); });
  for (var each of alerts.slice(0, Math.max(0, alerts.length - MOST_ALERTS))) await cache.delete(each);
}
/* With something to show instead, a line that says nothing is no line. */
function inTime(asked) {
  return Promise.race([asked, new Promise(function (_, refuse) { setTimeout(refuse, PATIENCE_MS, new Error("slow")); })]);
}
async function look(path, answer) {
  if (!(await caches.has(KEPT))) return;
  var gone = answer.redirected || answer.type === "opaqueredirect" || [401, 403, 404].indexOf(answer.status) >= 0;
  if (gone) await caches.delete(KEPT); /* whoever looks now is not, or no more, who may see it */
  else if (answer.ok) {
    var copy = answer.clone(), cache = await caches.open(KEPT);
    await cache.delete(path); /* the newest stands last */
    await cache.put(path, new Response(await copy.text(), { headers: {
      "Content-Type": "text/html; charset=utf-8", "X-Reik-At": new Date().toISOString(),
      "Content-Security-Policy": answer.headers.get("Content-Security-Policy") || "default-src 'self'",
    } }));
    await spare(cache);
  }
}
async function kept(path) {
  if (!(await caches.has(KEPT))) return null;
  var cache = await caches.open(KEPT), found = await cache.match(path);
  if (!found) return null;
  var at = new Date(found.headers.get(AT)), age = Date.now() - at;
  if (!(age < DAY_MS)) { await cache.delete(path); return null; }
  return new Response(aged(await found.text(), at), { headers: {
    "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
    "Content-Security-Policy": found.headers.get("Content-Security-Policy"),
  } });
}
/* The same page as something of the past: it says of when it is, and nothing on it runs on as if it were now. */
function aged(html, at) {
  var day = { timeZone: ZONE, day: "numeric", month: "long" }, hour = { timeZone: ZONE, hour: "2-digit", minute: "2-digit" };
  var lang = /<html lang="en"/.test(html) ? "en-GB" : "nl-NL", time = at.toLocaleTimeString(lang, hour);
  if (at.toLocaleDateString(lang, day) !== new Date().toLocaleDateString(lang, day)) {
    time = at.toLocaleDateString(lang, day) + ", " + time;
  }
  return html
    .replace(/(<div id="stale"[^>]*?)\shidden(="")?/, "$1")
    .replace(/(<(?:b|span) id="stale-at"[^>]*>)[^<]*/, "$1" + time)
    .replace(/\sstyle="[^"]*"/g, "") /* what scripts left behind; the policy refuses it in a page */
    .replace(/\s(data-stream|data-now|data-live|hx-get|hx-trigger|data-clock)(="[^"]*")?(?=[\s>])/g, "")
    .replace(/<body class="/, '<body data-stale class="is-stale ');
}
async function leave() {
  await caches.delete(KEPT);
  var manager = self.registration.pushManager, subscription = manager && await manager.getSubscription();
  if (subscription) await inTime(subscription.unsubscribe()).catch(function () { /* the server ends it too */ });
}
