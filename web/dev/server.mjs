// Serves the page with the fake library, under the same content security policy as the real one. By default it is rebuilt for each request.
//
//   node dev/server.mjs [port]        prints the address; `?scene=` in it selects a scene (dev/scenes.ts)
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Listens on 127.0.0.1; port 0 picks a free port. Resolves to the server, which builds the page once if `isFixed`. */
export async function serve(port = 0, isFixed = false) {
  const built = new Map();
  const build = (source) => {
    const bundle = (isFixed && built.get(source)) || bundled(source);
    built.set(source, bundle);
    return bundle;
  };
  const server = createServer((request, response) => void answer(request, response, build));
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  return server;
}

const FILES = {
  "/": ["text/html; charset=utf-8", () => readFile(join(root, "src/page/index.html"))],
  "/page.css": ["text/css; charset=utf-8", (build) => build("src/page/page.css")],
  "/page.js": ["text/javascript; charset=utf-8", (build) => build("dev/main.ts")],
};

/** The other files of a server's page are not used here, but hashed. */
const HASHED = /^\/[a-z0-9-]+\.(?:js|wasm)$/;

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src data:; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async function answer(request, response, build) {
  const { pathname } = new URL(request.url, "http://localhost");
  const hashed = HASHED.test(pathname) ? ["application/octet-stream", () => readFile(join(root, "dist", pathname))] : undefined;
  const file = FILES[pathname] ?? hashed;
  if (file === undefined) return response.writeHead(404).end();
  try {
    const [type, read] = file;
    const body = await read(build);
    response
      .writeHead(200, { "content-type": type, "content-security-policy": POLICY, "cache-control": "no-store" })
      .end(body);
  } catch (failure) {
    response.writeHead(500).end(String(failure));
  }
}

async function bundled(source) {
  const result = await build({
    entryPoints: [join(root, source)],
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    write: false,
    logLevel: "silent",
  });
  return Buffer.from(result.outputFiles[0].contents);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await serve(Number(process.argv[2] ?? 0));
  console.log(`http://127.0.0.1:${server.address().port}/`);
}
