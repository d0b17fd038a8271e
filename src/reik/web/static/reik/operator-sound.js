/* Sound of the console: off until somebody switches it on, asked once, another tone for an emergency (priority 0).

   Tones are made here (WebAudio): no file, and nothing that the policy of the page forbids. */
(function () {
  "use strict";
  var KEY = "reik-geluid", button = document.getElementById("sound"), ask = document.getElementById("ask-sound");
  var queue = document.getElementById("queue"), audio = null, known = null, louder = 0;
  if (!button || !queue || !window.AudioContext) return;

  function wanted() { try { return localStorage.getItem(KEY); } catch (_) { return "uit"; } }
  function keep(value) { try { localStorage.setItem(KEY, value); } catch (_) { /* a private window forgets it */ } }
  function ready() { return audio && audio.state === "running"; }
  function wake() {
    if (!audio) audio = new window.AudioContext();
    return audio.state === "running" ? Promise.resolve() : audio.resume();
  }
  function draw() {
    var on = wanted() === "aan", words = on ? (ready() ? "on" : "wait") : "off";
    button.setAttribute("aria-pressed", on ? "true" : "false");
    button.setAttribute("aria-label", button.dataset[words]);
    button.title = button.dataset[words];
    button.classList.toggle("waiting", words === "wait");
    if (ask) ask.hidden = wanted() !== null;
  }
  function tone(at, hertz, lasts, volume) {
    var voice = audio.createOscillator(), gain = audio.createGain();
    voice.type = "sine";
    voice.frequency.value = hertz;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(volume, at + 0.02);
    gain.gain.linearRampToValueAtTime(0, at + lasts);
    voice.connect(gain).connect(audio.destination);
    voice.start(at);
    voice.stop(at + lasts);
  }
  function play(urgent) {
    if (wanted() !== "aan" || !ready()) return;
    var at = audio.currentTime + 0.01;
    if (urgent) [0, 0.22, 0.44].forEach(function (late) { tone(at + late, 988, 0.16, 0.35); tone(at + late, 740, 0.16, 0.2); });
    else { tone(at, 587, 0.18, 0.2); tone(at + 0.2, 784, 0.25, 0.2); }
    button.dataset.played = urgent ? "urgent" : "new"; /* what a test, or somebody who cannot hear, may look at */
  }
  function rows() {
    var found = {};
    queue.querySelectorAll("#g-first + ul a.q").forEach(function (each) { found[each.dataset.id] = each.dataset.priority; });
    return found;
  }
  /* a new row in what has to be done first; a page of the list is none */
  function look() {
    var now = rows(), before = known, whole = !document.querySelector('#picked [name="groep"]').value;
    known = now;
    if (!before || !whole) { if (!whole) known = null; return; }
    var fresh = Object.keys(now).filter(function (id) { return !(id in before); });
    if (!fresh.length || Date.now() < louder) return;
    louder = Date.now() + 1500;
    play(fresh.some(function (id) { return now[id] === "0"; }));
  }
  function turn(value) {
    keep(value);
    if (value === "aan") wake().then(function () { draw(); play(false); });
    draw();
  }
  button.addEventListener("click", function () {
    if (wanted() === "aan" && !ready()) { wake().then(draw); return; }
    turn(wanted() === "aan" ? "uit" : "aan");
  });
  document.querySelectorAll("[data-sound]").forEach(function (each) {
    each.addEventListener("click", function () { turn(each.dataset.sound); });
  });
  /* a browser lets a page sound only after somebody did something on it */
  ["pointerdown", "keydown"].forEach(function (name) {
    document.addEventListener(name, function () { if (wanted() === "aan" && !ready()) wake().then(draw); });
  });
  document.body.addEventListener("htmx:afterSwap", function (event) { if (event.detail.target === queue) look(); });
  look();
  draw();
})();
