// The hash of the code that this browser got, to compare with `consonance page-hash` of a release.
//
// It shows that an honest page is the one of the release. A server that sends another page can have it show anything.

/** The page's files in the order of `crates/web/src/page/files.rs`. */
export const PAGE_FILES = [
  "/",
  "/consonance.js",
  "/consonance.wasm",
  "/e2ee-worker.js",
  "/e2ee.wasm",
  "/fallback.js",
  "/fallback-worker.js",
  "/fallback-worklet.js",
  "/page.css",
  "/page.js",
  "/worklet.js",
] as const;

export interface PageFile {
  readonly path: string;
  readonly body: Uint8Array;
}

/** Fetches the files beside `base`, from the browser's cache where it has them; null if one is missing or nothing can be hashed here. */
export async function hashOfPage(base: string): Promise<string | null> {
  try {
    const files = PAGE_FILES.map(async (path) => {
      const response = await fetch(new URL("." + path, base), { cache: "force-cache" });
      if (!response.ok) throw new Error(path);
      return { path, body: new Uint8Array(await response.arrayBuffer()) };
    });
    return await hashOf(await Promise.all(files));
  } catch {
    return null;
  }
}

/** SHA-256 in hexadecimal, of each file in order: its path, a zero byte, its length in eight bytes, and its content. */
export async function hashOf(files: readonly PageFile[]): Promise<string> {
  const parts = files.flatMap(({ path, body }) => {
    const length = new DataView(new ArrayBuffer(8));
    length.setBigUint64(0, BigInt(body.length));
    return [new TextEncoder().encode(path + "\0"), new Uint8Array(length.buffer), body];
  });
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
