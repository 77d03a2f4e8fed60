// Passkeys: a form with data-passkey fetches the question from that address, lets the browser ask its authenticator, and
// sends itself with the answer. The secret an authenticator gives stays in this one form. Where the browser knows no
// passkeys the form stays hidden, and the passphrase is there.
if (window.PublicKeyCredential && navigator.credentials) {
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => buffer ? btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "") : undefined;
  const known = (list) => (list || []).map((c) => ({ ...c, id: bytes(c.id) }));

  const options = (q) => {
    q.challenge = bytes(q.challenge);
    if (q.user) q.user.id = bytes(q.user.id);
    if (q.excludeCredentials) q.excludeCredentials = known(q.excludeCredentials);
    if (q.allowCredentials) q.allowCredentials = known(q.allowCredentials);
    const salt = q.extensions?.prf?.eval?.first;
    if (salt) q.extensions.prf.eval.first = bytes(salt);
    return q;
  };

  const answer = (c) => {
    const r = c.response;
    return JSON.stringify({
      id: c.id, rawId: text(c.rawId), type: c.type, clientExtensionResults: {},
      response: {
        clientDataJSON: text(r.clientDataJSON), attestationObject: text(r.attestationObject), transports: r.getTransports?.(),
        authenticatorData: r.attestationObject ? undefined : text(r.authenticatorData), signature: text(r.signature), userHandle: text(r.userHandle),
      },
    });
  };

  for (const form of all("form[data-passkey]")) {
    form.hidden = false;
    const around = form.closest("[data-passkeys]");
    if (around) around.hidden = false;
    const fault = form.querySelector("[data-said]");
    let done = false;
    form.addEventListener("submit", async (event) => {
      if (done) return;
      event.preventDefault();
      fault.hidden = true;
      const button = form.querySelector("button");
      button.disabled = true;
      try {
        const got = await fetch(form.dataset.passkey, { method: "POST", headers: { Accept: "application/json" } });
        if (got.status === 403 && form.dataset.passkeyNew) {
          location.assign(form.dataset.passkeyNew);
          return;
        }
        if (!got.ok) throw new Error(String(got.status));
        const publicKey = options((await got.json()).publicKey);
        const c = form.dataset.passkeyNew ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
        form.elements.answer.value = answer(c);
        form.elements.prf.value = text(c.getClientExtensionResults().prf?.results?.first) || "";
        done = true;
        button.disabled = false;
        form.requestSubmit();
      } catch {
        button.disabled = false;
        fault.textContent = fault.dataset.said;
        fault.hidden = false;
      }
    });
  }
}
