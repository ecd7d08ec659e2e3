// Bundles the tests, since not every version of Node.js reads TypeScript, and runs them with the test runner of Node.js.
import { spawn } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const tests = fileURLToPath(new URL(".", import.meta.url));
const web = join(tests, "..");
const bundles = join(web, "build", "tests");

const names = await readdir(tests, { recursive: true });
const sources = names.filter((name) => name.endsWith(".test.ts")).sort();
await rm(bundles, { recursive: true, force: true });
await build({
  entryPoints: sources.map((name) => join(tests, name)),
  outbase: tests,
  outdir: bundles,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: "inline",
  logLevel: "warning",
});
const files = sources.map((name) => join(bundles, name.replace(/\.ts$/, ".mjs")));
const runner = spawn(process.execPath, ["--enable-source-maps", "--test", ...files], { cwd: web, stdio: "inherit" });
runner.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
