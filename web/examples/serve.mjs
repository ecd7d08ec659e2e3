// Serves the example beside a running server: files from here, and requests to /api are forwarded to the server.
//
//   node examples/serve.mjs [http://127.0.0.1:7780 [8000]]
//
// A site does the same with its web server: docs/browser/https.md.
import { readFile } from "node:fs/promises";
import http from "node:http";
import { connect } from "node:net";

const server = new URL(process.argv[2] ?? "http://127.0.0.1:7780");
const folders = [new URL("./", import.meta.url), new URL("../dist/", import.meta.url)];
const kinds = { html: "text/html", js: "text/javascript", css: "text/css", wasm: "application/wasm" };

const site = http.createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname.startsWith("/api/")) return pass(request, response);
  const name = pathname === "/" ? "plain.html" : pathname.slice(1);
  for (const folder of /^[\w.-]+$/.test(name) ? folders : []) {
    const body = await readFile(new URL(name, folder)).catch(() => undefined);
    if (body === undefined) continue;
    response.setHeader("Content-Type", kinds[name.split(".").at(-1)] ?? "application/octet-stream");
    return response.end(body);
  }
  response.writeHead(404).end();
});

function pass(request, response) {
  const { method, headers, url } = request;
  const onward = http.request(new URL(url, server), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.writeHead(502).end());
  request.pipe(onward);
}

site.on("upgrade", ({ method, url, rawHeaders }, socket, head) => {
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
  const onward = connect(Number(server.port || 80), server.hostname, () => {
    onward.write(`${[`${method} ${url} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`);
    onward.write(head);
    onward.pipe(socket).pipe(onward);
  });
  onward.on("error", () => socket.destroy());
  socket.on("error", () => onward.destroy());
});

site.listen(Number(process.argv[3] ?? 8000), "127.0.0.1", () => {
  console.log(`http://localhost:${site.address().port}, with the server at ${server.href}`);
});

// Ctrl-C is how it ends, and no failure.
process.on("SIGINT", () => process.exit());
