// Bundles panel.js and its styles into ../static, with the licences of what is bundled, and writes down what was built
// from what: `built.json` lets a test without node see that neither side was changed alone.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const out = "../static";
const bundled = ["dompurify", "highlight.js", "marked"];
const common = { bundle: true, minify: true, legalComments: "none", logLevel: "warning" };
await build({
  ...common,
  entryPoints: ["panel.js"],
  outfile: `${out}/panel.js`,
  format: "esm",
  target: "es2021",
});
await build({
  ...common,
  entryPoints: ["styles/panel.css"],
  outfile: `${out}/panel.css`,
  target: "chrome111",
});

const licences = bundled.map((name) => {
  const folder = join("node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const text = readFileSync(
    join(
      folder,
      readdirSync(folder).find((file) => /^licen[cs]e/i.test(file)),
    ),
    "utf8",
  );
  return `${name} ${version} (${license})\n\n${text.replaceAll("\r\n", "\n").trim()}\n`;
});
writeFileSync(
  `${out}/LICENSES.txt`,
  `panel.js contains these libraries.\n\n${licences.join(`\n${"-".repeat(80)}\n\n`)}`,
);

const files = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/(^|\/)(node_modules\/|\.git|built\.json$)/.test(path));
const hashes = (folder) =>
  Object.fromEntries(
    files(folder)
      .sort()
      .map((path) => [
        path.replace(/^\.\.\//, ""),
        createHash("sha256").update(readFileSync(path)).digest("hex"),
      ]),
  );
const built = { sources: hashes("."), outputs: hashes(out) };
writeFileSync(`${out}/built.json`, `${JSON.stringify(built, null, 2)}\n`);
