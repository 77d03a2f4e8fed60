// Light or dark at once; without script the same buttons post the choice to the server.
for (const form of all("form[data-theme-choice]")) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || button.name !== "theme") return;
    event.preventDefault();
    remember("theme", button.value);
    if (button.value === "auto") delete page.dataset.theme;
    else page.dataset.theme = button.value;
    for (const other of all("button[name=theme]", form)) other.setAttribute("aria-pressed", String(other === button));
  });
}
