// Bundles the sources into `dist`, which is checked in so that cargo alone can build a server with its page; and makes the types of the
// package, which are checked in so that it has them wherever it is packed or installed from, also with `ignore-scripts`.
//
//   node build.mjs            writes `dist` and `types`
//   node build.mjs --verify   fails if they differ from what the sources produce
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));
const dist = join(root, "dist");

/** Bundles: the name in `dist` and the entry point. */
const bundles = {
  "consonance.js": "src/voice/index.ts",
  "page.css": "src/page/page.css",
  "page.js": "src/page/main.ts",
  "worklet.js": "src/worklet/worklet.ts",
  "e2ee-worker.js": "src/e2ee/worker.ts",
  "fallback.js": "src/fallback/link.ts",
  "fallback-worker.js": "src/fallback/worker.ts",
  "fallback-worklet.js": "src/fallback/worklet.ts",
};

/** Files copied unchanged. */
const copies = { "index.html": "src/page/index.html" };

/** Made by other tools: `cargo xtask write wasm` builds and compares it. */
const others = new Set(["consonance.wasm", "e2ee.wasm"]);

const products = new Map([...(await bundled()), ...(await copied())]);
const types = await typed();
if (process.argv.includes("--verify")) {
  await verify();
} else {
  await write();
}

async function bundled() {
  const outputs = await Promise.all(
    Object.entries(bundles).map(async ([name, source]) => {
      const result = await build({
        entryPoints: [join(root, source)],
        absWorkingDir: root,
        bundle: true,
        format: "esm",
        target: "es2022",
        charset: "utf8",
        minify: true,
        legalComments: "none",
        write: false,
        logLevel: "warning",
      });
      return [name, Buffer.from(result.outputFiles[0].contents)];
    }),
  );
  return outputs;
}

async function copied() {
  return Promise.all(Object.entries(copies).map(async ([name, source]) => [name, await readFile(join(root, source))]));
}

/** The types that the package has, by their paths in it. */
async function typed() {
  const { files } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const folder = await mkdtemp(join(tmpdir(), "consonance-types-"));
  try {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    await promisify(execFile)(process.execPath, [tsc, "--project", join(root, "tsconfig.types.json"), "--outDir", folder]);
    const paths = files.filter((path) => path.startsWith("types/"));
    return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path.slice("types/".length)))])));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function write() {
  await mkdir(dist, { recursive: true });
  for (const [name, bytes] of products) {
    await writeFile(join(dist, name), bytes);
    console.log(`dist/${name}: ${bytes.length} bytes`);
  }
  for (const [path, bytes] of types) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  }
}

async function verify() {
  const present = await readdir(dist).catch(() => []);
  const unknown = present.filter((name) => !products.has(name) && !others.has(name)).map((name) => `dist/${name} is nothing that is built`);
  const different = [];
  const made = [...[...products].map(([name, bytes]) => [`dist/${name}`, bytes]), ...types];
  for (const [path, bytes] of made) {
    const checkedIn = await readFile(join(root, path)).catch(() => undefined);
    if (checkedIn === undefined || !checkedIn.equals(bytes)) different.push(`${path} is not what the sources make`);
  }
  const findings = [...unknown, ...different];
  for (const finding of findings) console.error(finding);
  if (findings.length > 0) {
    console.error("run `npm ci && npm run build` in web, and check in what it changed");
    process.exitCode = 1;
  }
}
