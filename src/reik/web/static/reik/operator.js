/* The console: keys, dialogs, taking an alert by phoning, and a queue that refreshes without moving under a hand. */
(function () {
  "use strict";
  var body = document.body, main = document.querySelector("main.desk");
  var queue = document.getElementById("queue"), detail = document.getElementById("detail");
  var picked = document.getElementById("picked"), said = document.getElementById("said"), before = null, down = false, missed = false;
  var title = document.title;
  if (!main || !detail) return;
  var second = main.hasAttribute("data-second"), claiming = "";
  var channel = window.BroadcastChannel ? new BroadcastChannel("reik-console") : null;

  function current() { var inner = detail.querySelector(".detail-in"); return inner ? inner.dataset.alert : ""; }
  function selected() { return picked ? picked.elements.melding.value : current(); }
  function lines() { return queue ? Array.prototype.slice.call(queue.querySelectorAll("a.q")) : []; }
  function lineOf(id) { return id ? document.getElementById("m-" + id) : null; }
  function phone() { return window.matchMedia("(max-width: 64rem)").matches; }
  function by(id) { return document.getElementById(id); }

  /* choosing */

  function choose(line) {
    lines().forEach(function (each) { each.removeAttribute("aria-current"); });
    line.setAttribute("aria-current", "true");
    picked.elements.melding.value = line.dataset.id;
    picked.elements.sinds.value = new Date().toISOString();
    main.classList.add("picked");
    if (channel) channel.postMessage({ show: line.dataset.id });
  }
  if (queue) queue.addEventListener("click", function (event) {
    var line = event.target.closest("a.q");
    if (line && !event.ctrlKey && !event.metaKey && !event.shiftKey) choose(line);
  });
  document.addEventListener("click", function (event) {
    var call = event.target.closest("[data-take]");
    if (!call) return;
    var line = lineOf(call.dataset.take.split("/")[3]);
    if (line && line.dataset.id !== selected()) choose(line);
    window.htmx.ajax("POST", call.dataset.take, { target: "#detail", source: call.closest("li, .act-row") });
    call.removeAttribute("data-take");
  });

  /* two screens: the second window says that it is there, and shows what is chosen here */

  var there = 0;
  function load(id) {
    if (id && id !== current()) window.htmx.ajax("GET", "/zorgcentrale/melding/" + id, { target: "#detail" });
  }
  if (channel) {
    channel.onmessage = function (event) {
      if (second && event.data.show) load(event.data.show);
      if (!second && event.data.here) {
        if (!there && selected()) channel.postMessage({ show: selected() });
        there = Date.now();
        main.classList.add("two");
      }
    };
    setInterval(function () {
      if (second) channel.postMessage({ here: true });
      else if (there && Date.now() - there > 5000) { there = 0; main.classList.remove("two"); }
    }, 1500);
    if (second) channel.postMessage({ here: true });
  }
  if (by("open-second")) by("open-second").addEventListener("click", function () {
    window.open("/zorgcentrale/tweede" + (selected() ? "?melding=" + selected() : ""), "reik-tweede", "popup,width=1200,height=900");
  });

  /* groups of the queue, and the next rows of one */

  function part(name, after) {
    picked.elements.groep.value = name;
    picked.elements.vanaf.value = after || "0";
    queue.scrollTop = 0;
    window.htmx.trigger(body, "changed");
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-part]");
    if (button) part(button.dataset.part, button.dataset.after);
  });
  function nextPart() {
    var all = queue ? Array.prototype.slice.call(queue.querySelectorAll(".part")) : [];
    var at = all.findIndex(function (each) { return each.getAttribute("aria-pressed") === "true"; });
    if (all.length > 1) part(all[(at + 1) % all.length].dataset.part);
    return all.length > 1;
  }

  /* dialogs */

  var LOADS = { risk: "#risk-list", shift: "#shift-in" }, hiding = null;
  function show(name) {
    var dialog = by(name);
    if (!dialog || dialog.open) return;
    dialog.showModal();
    if (LOADS[name]) window.htmx.trigger(LOADS[name], "opened");
    if (name === "search") by("q").select();
  }
  /* how one gets in stays no longer than it is needed */
  if (by("house")) by("house").addEventListener("close", function () { by("house-in").textContent = ""; clearTimeout(hiding); });
  function arrivedIn(name) {
    show(name);
    if (name === "house") { clearTimeout(hiding); hiding = setTimeout(function () { by("house").close(); }, 120000); }
    var first = by(name + "-in").querySelector("[data-first]");
    if (first) first.focus();
  }
  document.addEventListener("click", function (event) {
    var opener = event.target.closest("[data-open]"), closer = event.target.closest("[data-close]");
    if (opener) show(opener.dataset.open);
    if (closer) closer.closest("dialog").close();
  });

  if (by("q")) by("q").addEventListener("keydown", function (event) {
    if (event.key === "Escape") { event.preventDefault(); by("search").close(); }
  });

  /* keys: never inside a field, and off when somebody switched them off (WCAG 2.1.4) */

  function typing(target) {
    if (target.isContentEditable || target.matches("textarea, select")) return true;
    return target.matches("input") && !target.matches("[type=radio], [type=checkbox]");
  }
  function move(step) {
    var all = lines(), at = all.indexOf(document.activeElement);
    if (at < 0) at = all.indexOf(lineOf(selected()));
    var next = all[Math.max(0, Math.min(all.length - 1, at + step))];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  }
  detail.addEventListener("change", function (event) {
    var option = event.target.closest(".opt-in"), effect = by("effect");
    if (option && effect) effect.textContent = option.dataset.does;
  });
  function press(id) { var one = by(id); if (one) one.click(); return one; }
  function outcome(key) {
    var radio = detail.querySelector('input[data-key="' + key + '"]');
    if (radio) { radio.click(); radio.focus(); }
    return radio;
  }
  var acts = {
    j: function () { move(1); return true; },
    k: function () { move(-1); return true; },
    b: function () { return press("call"); },
    n: function () { var note = by("note"); if (note) note.focus(); return note; },
    r: function () { if (document.querySelector("#outage .banner")) show("risk"); return true; },
    g: function () { return nextPart(); },
    i: function () { return press("take"); },
    p: function () { var next = detail.querySelector(".tick:not(.done)"); if (next) next.focus(); return next; },
    e: function () { return press("emergency"); },
    d: function () { return press("mute"); },
    h: function () { return press("house-show"); },
    v: function () { return press("visit"); },
    o: function () { if (by("shift")) show("shift"); return by("shift"); },
    "/": function () { show("search"); return true; },
    "?": function () { show("help"); return true; }
  };
  document.addEventListener("keydown", function (event) {
    var keys = by("keys");
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!keys || keys.dataset.keys !== "aan" || typing(event.target) || document.querySelector("dialog[open]")) return;
    var done = false, key = event.key.toLowerCase(), free = !detail.contains(document.activeElement);
    if (main.classList.contains("two") && /^[1-9np]$/.test(key)) return; /* what they work on is on the other screen */
    if (key >= "1" && key <= "9" && key.length === 1) done = outcome(key);
    else if (free && event.key === "ArrowDown") { move(1); done = true; }
    else if (free && event.key === "ArrowUp") { move(-1); done = true; }
    else if (acts[key]) done = acts[key]();
    if (done) event.preventDefault();
  });

  /* refreshing: the selected row stays where it is, what was unfolded stays unfolded, a new alert is said */

  function top(id) { var line = lineOf(id); return line ? line.getBoundingClientRect().top : null; }
  function scroller() { return queue && queue.scrollHeight > queue.clientHeight + 1 && !phone() ? queue : document.scrollingElement; }
  function counted() {
    var open = document.querySelector("#stats b");
    if (open) document.title = (open.textContent.trim() === "0" ? "" : "(" + open.textContent.trim() + ") ") + title;
  }
  /* nothing is exchanged under a finger or a pressed mouse: the click would go nowhere */
  document.addEventListener("pointerdown", function () { down = true; });
  ["pointerup", "pointercancel"].forEach(function (name) {
    document.addEventListener(name, function () {
      down = false;
      if (missed) { missed = false; setTimeout(function () { window.htmx.trigger(body, "changed"); }, 60); }
    });
  });
  body.addEventListener("htmx:beforeSwap", function (event) {
    var target = event.detail.target;
    if (target === detail && event.detail.elt.closest("dialog")) event.detail.elt.closest("dialog").close();
    if (down && ((queue && target === queue) || target.id === "standing")) { event.detail.shouldSwap = false; missed = true; return; }
    if (!queue || target !== queue) return;
    var folded = by("running"), held = lineOf(selected());
    var anchor = queue.contains(document.activeElement) && document.activeElement.dataset.id || (held && selected());
    before = {
      anchor: anchor, top: top(anchor), open: folded && folded.open,
      ids: lines().map(function (each) { return each.dataset.id; })
    };
  });
  body.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target === detail) arrived(event);
    if (event.detail.target && event.detail.target.id === "house-in") arrivedIn("house");
    if (event.detail.target && event.detail.target.id === "beside-in") arrivedIn("beside");
    if (event.detail.target && event.detail.target.id === "standing") check();
    if (!queue || event.detail.target !== queue || !before) return;
    var folded = by("running"), now = top(before.anchor);
    if (folded && before.open) folded.open = true;
    if (now !== null && before.top !== null) scroller().scrollTop += now - before.top;
    var fresh = lines().filter(function (each) { return before.ids.indexOf(each.dataset.id) < 0; });
    if (fresh.length) {
      said.textContent = fresh.map(function (each) {
        return queue.dataset.fresh.replace("{who}", each.querySelector(".b").textContent);
      }).join(". ");
    }
    before = null;
    counted();
  });
  function arrived(event) {
    var verb = event.detail.requestConfig && event.detail.requestConfig.verb;
    if (phone()) window.scrollTo(0, 0);
    if (phone() || verb === "post") {
      var name = by("d-name");
      if (name) { name.setAttribute("tabindex", "-1"); name.focus({ preventScroll: true }); }
    }
  }
  function check() {
    /* the alert changed under the form: it is fetched anew, unless somebody is filling it in */
    var inner = detail.querySelector(".detail-in"), fresh = detail.querySelector(".detail-top");
    if (!inner || !fresh || inner.dataset.standing === fresh.dataset.standing) return;
    var form = by("outcome");
    if (form && (form.querySelector("input:checked") || by("note").value !== by("note").defaultValue)) return;
    window.htmx.ajax("GET", "/zorgcentrale/melding/" + inner.dataset.alert, { target: "#detail" });
  }
  /* somebody took an alert: it is marked at once, by its id alone; the refresh that follows says who */

  body.addEventListener("htmx:beforeRequest", function (event) {
    var path = event.detail.pathInfo.requestPath;
    if (/\/neem$/.test(path)) claiming = path.split("/")[3];
  });
  body.addEventListener("htmx:afterRequest", function (event) {
    if (/\/neem$/.test(event.detail.pathInfo.requestPath)) claiming = "";
  });
  body.addEventListener("reik:taken", function (event) {
    var id = event.detail, line = lineOf(id), who = line && line.querySelector(".who.none");
    if (id === claiming) return;
    if (who) {
      who.classList.add("just");
      who.title = queue.dataset.taken;
      who.firstElementChild.textContent = "…";
      who.lastElementChild.textContent = queue.dataset.taken;
    }
    document.querySelectorAll('[data-take*="' + id + '"]').forEach(function (each) { each.removeAttribute("data-take"); });
    var take = id === current() && by("take"), told = detail.querySelector(".act-row");
    if (!take || !told) return;
    take.disabled = true;
    var words = document.createElement("p");
    words.className = "just-taken";
    words.setAttribute("role", "status");
    words.textContent = detail.dataset.taken;
    told.prepend(words);
  });
  if (queue) counted();
})();
