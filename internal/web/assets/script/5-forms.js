// Grades by two keys, and items added and removed on the page. Without script the grade is typed and checked on the
// server, and the same buttons post do=add-item or do=remove-item.2.
{
  const grade = (input) => {
    const box = input.closest("[data-grade]");
    const meaning = box?.querySelector("output");
    const word = (key) => box?.querySelector(`[data-key="${CSS.escape(key)}"]`)?.textContent.trim() || "";
    const tell = () => {
      input.value = input.value.toUpperCase();
      if (meaning) meaning.textContent = [...input.value].map(word).filter(Boolean).join(arabic ? "، " : ", ");
    };
    // On an Arabic keyboard the letter keys give Arabic letters: the place of the key says which letter is meant.
    input.addEventListener("keydown", (event) => {
      const place = /^Key([A-F])$/.exec(event.code);
      if (!place || event.ctrlKey || event.metaKey || event.altKey || /^[a-z]$/i.test(event.key)) return;
      event.preventDefault();
      input.setRangeText(place[1], input.selectionStart, input.selectionEnd, "end");
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    input.addEventListener("focus", () => input.select());
    input.addEventListener("input", tell);
    tell();
  };

  const number = (list) => {
    const name = list.dataset.items;
    const place = new RegExp("^" + name + "\\.(\\d+|__N__)\\.");
    all("[data-item]", list).forEach((item, i) => {
      const legend = item.querySelector("legend");
      if (legend && list.dataset.saidItem) legend.textContent = list.dataset.saidItem.replace("{n}", figures.format(i + 1));
      for (const el of all("[name], [id], [for], [aria-describedby], [list]", item)) {
        for (const attribute of ["name", "id", "for", "aria-describedby", "list"]) {
          const value = el.getAttribute(attribute);
          if (value) el.setAttribute(attribute, value.split(" ").map((v) => v.replace(place, `${name}.${i}.`)).join(" "));
        }
      }
      for (const button of all("button[value^='remove-item.']", item)) button.value = "remove-item." + i;
    });
  };

  const items = (list) => {
    const form = list.closest("form");
    const pattern = list.querySelector("template");
    if (!form || !pattern) return;
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=do]");
      if (!button) return;
      if (button.value === "add-item") {
        event.preventDefault();
        list.insertBefore(pattern.content.cloneNode(true), pattern);
        number(list);
        prepare(list);
        all("[data-item]", list).at(-1)?.querySelector(".input")?.focus();
        form.dispatchEvent(new Event("items:changed"));
      } else if (button.value.startsWith("remove-item.") && list.contains(button)) {
        event.preventDefault();
        const item = button.closest("[data-item]");
        const near = item.nextElementSibling?.matches("[data-item]") ? item.nextElementSibling : item.previousElementSibling;
        item.remove();
        number(list);
        (near?.querySelector(".input") || form.querySelector("button[value=add-item]"))?.focus();
        form.dispatchEvent(new Event("items:changed"));
      }
    });
  };

  const seen = new WeakSet();
  const once = (el, work) => {
    if (seen.has(el)) return;
    seen.add(el);
    work(el);
  };
  function prepare(root) {
    for (const input of all("[data-grade] input", root)) once(input, grade);
    for (const list of all("[data-items]", root)) once(list, items);
    for (const button of all("button[data-print]", root)) {
      once(button, () => {
        button.hidden = false;
        button.addEventListener("click", () => print());
      });
    }
  }
  ready(prepare);
  document.querySelector(".faults")?.focus();
}
