// Drafts: a form with data-autosave sends itself there a few seconds after the last change and says when it was kept.
// A lost connection is tried again; an ended sign-in says so and leaves the words on the page.
{
  const quiet = 3000; // milliseconds after the last key
  const again = 15000; // milliseconds until a failed try is repeated

  const watch = (form) => {
    const note = form.querySelector(".draft-note");
    let dirty = false, sending = false, timer = 0, version = 0;

    const say = (state, text) => {
      if (!note) return;
      note.dataset.state = state;
      note.textContent = text || "";
    };
    const later = (wait) => {
      clearTimeout(timer);
      timer = setTimeout(keep, wait);
    };
    async function keep() {
      if (!dirty || sending) return;
      sending = true;
      const sent = version;
      say("busy", note?.dataset.saidSaving);
      try {
        const body = new URLSearchParams();
        for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
        const answer = await fetch(form.dataset.autosave, { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
        if (answer.status === 401 || answer.type === "opaqueredirect") {
          say("bad", note?.dataset.saidSignedOut);
          later(again);
        } else if (!answer.ok) {
          throw new Error(String(answer.status));
        } else {
          dirty = sent !== version;
          say("good", (note?.dataset.saidSaved || "").replace("{time}", clock.format(new Date())));
          if (dirty) later(quiet);
        }
      } catch {
        say("bad", note?.dataset.saidFailed);
        later(again);
      } finally {
        sending = false;
      }
    }
    const changed = () => {
      dirty = true;
      version++;
      say("open", note?.dataset.saidUnsaved);
      later(quiet);
    };
    form.addEventListener("input", changed);
    form.addEventListener("items:changed", changed);
    form.addEventListener("submit", () => {
      dirty = false;
      clearTimeout(timer);
    });
    document.addEventListener("visibilitychange", () => document.hidden && keep());
    addEventListener("beforeunload", (event) => dirty && event.preventDefault());
  };

  const seen = new WeakSet();
  ready((root) => {
    for (const form of all("form[data-autosave]", root)) {
      if (seen.has(form)) continue;
      seen.add(form);
      watch(form);
    }
  });
}
