// Copies the fonts and htmx that the pages are served with out of node_modules into dist, which the program embeds.
// Style sheets and scripts of our own are embedded as they stand and need no build. Run: npm ci && npm run build
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "..", "..", "..", "node_modules");
const dist = join(here, "dist");

const fonts = {
  "ibm-plex-sans": ["latin", "latin-ext"],
  "ibm-plex-sans-arabic": ["arabic"],
  "ibm-plex-mono": ["latin", "latin-ext"],
};
const copies = [
  [join(modules, "htmx.org", "dist", "htmx.min.js"), "htmx.js"],
  [join(modules, "htmx.org", "LICENSE"), "htmx.LICENSE.txt"],
];
for (const [family, subsets] of Object.entries(fonts)) {
  copies.push([join(modules, "@fontsource", family, "LICENSE"), `${family}.LICENSE.txt`]);
  for (const subset of subsets) {
    for (const weight of [400, 500, 600]) {
      const file = `${family}-${subset}-${weight}-normal.woff2`;
      copies.push([join(modules, "@fontsource", family, "files", file), file]);
    }
  }
}

const missing = copies.filter(([from]) => !existsSync(from));
if (missing.length) {
  for (const [from] of missing) console.error("not there: " + from);
  console.error("Run npm ci first.");
  process.exit(1);
}
mkdirSync(dist, { recursive: true });
for (const old of readdirSync(dist)) if (old !== ".keep") rmSync(join(dist, old));
for (const [from, to] of copies) copyFileSync(from, join(dist, to));
console.log(`${copies.length} files copied to ${dist}`);
