// Tests the package as its users get it: packs it, installs the tarball in an empty project outside of this folder, without a network,
// type-checks a program against its types with the module resolution of bundlers and of Node.js, and bundles that program.
//
//   node dev/package.mjs
//   node dev/package.mjs consonance-0.1.0-npm.tgz    # that one, instead of packing
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const web = fileURLToPath(new URL("..", import.meta.url));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const run = promisify(execFile);

/** How programs resolve types: as bundlers do, and as Node.js does. */
const RESOLUTIONS = [
  { module: "esnext", moduleResolution: "bundler" },
  { module: "nodenext", moduleResolution: "nodenext" },
];

const project = await mkdtemp(join(tmpdir(), "consonance-package-"));
try {
  await install();
  await everyExportIsThere();
  for (const resolution of RESOLUTIONS) await checkTypes(resolution);
  await bundle();
  console.log("package: packed, installed, type-checked and bundled in a project of its own");
} catch (problem) {
  console.error(`package: ${problem.message}\n${problem.stdout ?? ""}`);
  process.exitCode = 1;
} finally {
  await rm(project, { recursive: true, force: true });
}

async function install() {
  const given = process.argv[2];
  const tarball = given === undefined ? await pack() : resolve(given);
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "game", version: "1.0.0", private: true, type: "module" }));
  await run(npm, ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", tarball], { cwd: project });
  await mkdir(join(project, "src"));
  await copyFile(join(web, "dev/package/program.ts"), join(project, "src/program.ts"));
}

async function pack() {
  const { stdout } = await run(npm, ["pack", "--ignore-scripts", "--json", "--loglevel", "error", "--pack-destination", project], { cwd: web });
  const [{ filename }] = JSON.parse(stdout);
  return join(project, filename);
}

/** Otherwise the first user would find a key of `exports` whose file is missing from the tarball. */
async function everyExportIsThere() {
  const installed = join(project, "node_modules/consonance");
  const { exports, types } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  const files = Object.values(exports).flatMap((to) => (typeof to === "string" ? [to] : Object.values(to)));
  for (const file of [...files, types]) {
    const { size } = await stat(join(installed, file));
    if (size === 0) throw new Error(`${file} is empty`);
  }
}

async function checkTypes(resolution) {
  const compilerOptions = {
    ...resolution,
    target: "es2022",
    lib: ["es2022", "dom"],
    types: [],
    strict: true,
    noEmit: true,
    // The package's own types, too.
    skipLibCheck: false,
  };
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }));
  await run(process.execPath, [join(web, "node_modules/typescript/bin/tsc"), "--project", project]);
}

/** The bundle contains the library, and loads without a browser, as on servers that render pages. */
async function bundle() {
  const outfile = join(project, "dist/program.mjs");
  await build({
    entryPoints: [join(project, "src/program.ts")],
    absWorkingDir: project,
    bundle: true,
    format: "esm",
    target: "es2022",
    outfile,
    logLevel: "error",
  });
  const { problem } = await import(pathToFileURL(outfile).href);
  if (problem?.name !== "VoiceProblem" || problem.code !== "left") throw new Error("the bundle is not the library");
}
