// Keys: / search, g and a letter for the rail, n new, e edit, j and k in lists, ? shows them. They can be switched off
// in the list of keys (WCAG 2.1.4). Letters are read by their place, so that an Arabic keyboard works unswitched.
{
  const typing = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog[open]");
  let leader = -Infinity;

  const letter = (event) => {
    if (event.code === "Slash") return event.shiftKey ? "?" : "/";
    if (event.key === "?" || event.key === "؟") return "?";
    if (/^[a-z/]$/i.test(event.key)) return event.key.toLowerCase();
    return /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : "";
  };

  const move = (step) => {
    const rows = all("[data-row]");
    if (!rows.length) return;
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[Math.min(rows.length - 1, Math.max(0, here + (here < 0 ? 1 : step)))];
    const goal = next.querySelector("a, button") || next;
    if (goal === next) next.tabIndex = -1;
    goal.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  const press = (selector) => {
    const goal = document.querySelector(selector);
    if (goal) goal.click();
    return Boolean(goal);
  };

  const help = () => {
    const list = document.getElementById("keys");
    if (list && !list.open) list.showModal();
  };

  const act = {
    "/": () => {
      const box = document.querySelector("input[type=search]");
      if (box) box.focus();
      else press("[data-go='/']");
    },
    "?": help,
    n: () => press("[data-act=new]"),
    e: () => press("[data-act=edit]"),
    j: () => move(1),
    k: () => move(-1),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (remembered("keys") === "off") return;
    const key = letter(event);
    if (event.timeStamp - leader < 1500 && key) {
      leader = -Infinity;
      if (press(`[data-go="${CSS.escape(key)}"]`)) event.preventDefault();
      return;
    }
    if (key === "g") {
      leader = event.timeStamp;
      return;
    }
    if (act[key]) {
      event.preventDefault();
      act[key]();
    }
  });

  for (const button of all("[data-open-keys]")) {
    button.hidden = false;
    button.addEventListener("click", help);
  }
  for (const choice of all("[data-use-keys]")) {
    choice.checked = remembered("keys") !== "off";
    choice.addEventListener("change", () => remember("keys", choice.checked ? "on" : "off"));
  }
  const current = document.querySelector(".rail [aria-current]");
  if (current && matchMedia("(max-width: 720px)").matches) current.scrollIntoView({ block: "nearest", inline: "center" });
}
