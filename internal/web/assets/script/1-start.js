// What every page's script shares. Pages work without any of this; nothing a person wrote is ever kept in the browser.
"use strict";
const page = document.documentElement;
const arabic = page.lang === "ar";
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const figures = new Intl.NumberFormat(arabic ? "ar-u-nu-arab" : "en");
const clock = new Intl.DateTimeFormat(arabic ? "ar-u-nu-arab" : "en-GB", { hour: "2-digit", minute: "2-digit", hour12: false });

// remember keeps one harmless choice of this reader (theme, keys) for a year.
function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Strict${secure}`;
}

// remembered is what remember kept, or "".
function remembered(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(name + "="));
  return found ? found.slice(name.length + 1) : "";
}

// ready runs work now and again on whatever htmx puts into the page later.
function ready(work) {
  work(document);
  document.addEventListener("htmx:after:swap", (event) => work(event.target instanceof Element ? event.target : document));
}
