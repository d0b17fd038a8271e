/* Passkeys: the lock of this device says who somebody is.

   [data-passkey="get|create"] has data-ask and data-answer (addresses), data-next (the page that was asked for) and
   data-auto (ask at once); in it a button, .login-bad for what went wrong, and [data-words] with data-none, data-stopped,
   data-host and data-failed. Where the browser cannot, .login-cannot is shown in place of the button. */
(function () {
  "use strict";
  var busy = false;

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (one) { return one.charCodeAt(0); });
  }
  function encoded(buffer) {
    return btoa(String.fromCharCode.apply(null, new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function known(list) {
    return (list || []).map(function (each) { return Object.assign({}, each, { id: bytes(each.id) }); });
  }
  function asked(told) {
    var options = Object.assign({}, told, { challenge: bytes(told.challenge) });
    if (told.user) options.user = Object.assign({}, told.user, { id: bytes(told.user.id) });
    if (told.allowCredentials) options.allowCredentials = known(told.allowCredentials);
    if (told.excludeCredentials) options.excludeCredentials = known(told.excludeCredentials);
    return options;
  }
  function answered(credential) {
    var said = credential.response, response = { clientDataJSON: encoded(said.clientDataJSON) };
    ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (said[name]) response[name] = encoded(said[name]);
    });
    return { id: credential.id, rawId: encoded(credential.rawId), type: credential.type, response: response, clientExtensionResults: {} };
  }
  function post(address, told) {
    var headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
    headers["Content-Type"] = "application/json";
    return fetch(address, { method: "POST", headers: headers, body: JSON.stringify(told), credentials: "same-origin" }).then(function (answer) {
      return answer.json().catch(function () {
        location.reload();   /* the form is of before another tab logged in */
        return {};
      }).then(function (said) {
        if (said.go && !answer.ok) location.assign(said.go);
        if (!answer.ok) throw new Error(said.error || "");
        return said;
      });
    });
  }
  function able() { return window.isSecureContext && "credentials" in navigator && "PublicKeyCredential" in window; }

  function start(part, quietly) {
    if (busy) return;
    busy = true;
    var button = part.querySelector("button"), bad = part.querySelector(".login-bad"), words = part.querySelector("[data-words]").dataset;
    bad.hidden = true;
    button.setAttribute("aria-busy", "true");
    post(part.dataset.ask, {}).then(function (told) {
      var options = { publicKey: asked(told) };
      return part.dataset.passkey === "create" ? navigator.credentials.create(options) : navigator.credentials.get(options);
    }).then(function (credential) {
      return post(part.dataset.answer, { answer: answered(credential), next: part.dataset.next || "" });
    }).then(function (said) {
      if (said.go) location.replace(said.go);
    }).catch(function (failure) {
      var stopped = failure.name === "NotAllowedError" || failure.name === "AbortError";
      var text = stopped ? words.stopped : failure.name === "SecurityError" ? words.host : failure.name === "InvalidStateError" ? words.none : failure.message && failure.constructor === Error ? failure.message : words.failed;
      if (!(quietly && stopped)) {
        bad.textContent = text;
        bad.hidden = false;
      }
    }).then(function () {
      busy = false;
      button.removeAttribute("aria-busy");
    });
  }

  document.querySelectorAll("[data-passkey]").forEach(function (part) {
    if (!able()) {
      part.querySelector("button").hidden = true;
      part.querySelector(".login-cannot").hidden = false;
      return;
    }
    part.querySelector("button").addEventListener("click", function () { start(part, false); });
    if ("auto" in part.dataset) start(part, true);
  });
})();
