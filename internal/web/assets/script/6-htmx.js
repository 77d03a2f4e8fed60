// htmx swaps pieces of pages that the server rendered. The page policy lets one Trusted Types policy exist, named
// "htmx", and only htmx holds it: our own scripts can write no markup. Code in attributes or in pieces is never run.
if (window.htmx && window.trustedTypes) {
  const never = function () {
    throw new Error("no code from attributes");
  };
  htmx.registerExtension("house", {
    init: (inside) => inside.initSecurity(trustedTypes.createPolicy("htmx", { createHTML: (markup) => markup }), never, never),
  });
}
