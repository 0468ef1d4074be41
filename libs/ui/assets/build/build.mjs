// Rebuilds what libs/ui embeds: the stylesheet from app.scss, the fonts, the licences.
// Usage, in this folder: npm ci --ignore-scripts && npm run build
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as sass from "sass";

const out = new URL("../", import.meta.url);
const font = new URL("node_modules/@fontsource/pt-sans/", import.meta.url);

const ranges = JSON.parse(readFileSync(new URL("unicode.json", font)));
const faces = ["cyrillic", "latin"].flatMap((set) => [400, 700].map((weight) => {
  const bytes = readFileSync(new URL(`files/pt-sans-${set}-${weight}-normal.woff2`, font));
  const name = `pt-sans-${set}-${weight}`;
  writeFileSync(new URL(`${name}.woff2`, out), bytes);
  // The same rule as ui::asset_url: the first 16 hexadecimal digits of the content's SHA-256.
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  return `@font-face{font-family:"PT Sans";font-weight:${weight};font-display:swap;`
    + `src:url(${name}.${hash}.woff2) format("woff2");unicode-range:${ranges[set]}}`;
}));

const { css } = sass.compile("app.scss", { style: "compressed", charset: false, loadPaths: ["node_modules"], quietDeps: true });
writeFileSync(new URL("app.css", out), faces.join("") + css + "\n");

const version = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;
mkdirSync(new URL("licences/", out), { recursive: true });
copyFileSync(new URL("LICENSE", font), new URL("licences/pt-sans.txt", out));
writeFileSync(new URL("licences/VERSIONS", out),
  `govuk-frontend ${version("govuk-frontend")} MIT (govuk-frontend.txt): app.css, without its font and crown\n`
  + `PT Sans, from @fontsource/pt-sans ${version("@fontsource/pt-sans")} OFL-1.1 (pt-sans.txt): pt-sans-*.woff2\n`);
