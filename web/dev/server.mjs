// Serves the page with the fake library, under the same content security policy as the real one, rebuilt for each request.
//
//   node dev/server.mjs [port]        prints the address; `?scene=` in it selects a scene (dev/scenes.ts)
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Listens on 127.0.0.1; port 0 picks a free port. Resolves to the server. */
export async function serve(port = 0) {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  return server;
}

const FILES = {
  "/": ["text/html; charset=utf-8", () => readFile(join(root, "src/page/index.html"))],
  "/page.css": ["text/css; charset=utf-8", () => bundled("src/page/page.css")],
  "/page.js": ["text/javascript; charset=utf-8", () => bundled("dev/main.ts")],
};

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src data:; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async function answer(request, response) {
  const file = FILES[new URL(request.url, "http://localhost").pathname];
  if (file === undefined) return response.writeHead(404).end();
  try {
    const [type, read] = file;
    const body = await read();
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
