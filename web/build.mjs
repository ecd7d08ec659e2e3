// Bundles the sources into `dist`, which is checked in so that cargo alone can build a server with its page.
//
//   node build.mjs            writes `dist`
//   node build.mjs --verify   fails if `dist` differs from what the sources produce
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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

/** Made by other tools: `cargo xtask wasm` builds and compares it. */
const others = new Set(["consonance.wasm", "e2ee.wasm"]);

const products = new Map([...(await bundled()), ...(await copied())]);
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

async function write() {
  await mkdir(dist, { recursive: true });
  for (const [name, bytes] of products) {
    await writeFile(join(dist, name), bytes);
    console.log(`dist/${name}: ${bytes.length} bytes`);
  }
}

async function verify() {
  const present = await readdir(dist).catch(() => []);
  const unknown = present.filter((name) => !products.has(name) && !others.has(name)).map((name) => `dist/${name} is nothing that is built`);
  const different = [];
  for (const [name, bytes] of products) {
    const checkedIn = await readFile(join(dist, name)).catch(() => undefined);
    if (checkedIn === undefined || !checkedIn.equals(bytes)) {
      different.push(`dist/${name} is not what the sources make`);
    }
  }
  const findings = [...unknown, ...different];
  for (const finding of findings) console.error(finding);
  if (findings.length > 0) {
    console.error("run `npm ci && npm run build` in web, and check in what it changed");
    process.exitCode = 1;
  }
}
