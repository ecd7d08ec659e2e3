// Messages of an encrypted session's group in parts: docs/browser/control.md.

import type { FromPage } from "./control.ts";

/** Puts the parts of messages to the page together. */
export class GroupParts {
  private parts: Uint8Array[] = [];
  private bytes = 0;

  /** The message whose last part this is; null if others follow, or if it is too long or malformed. */
  take(data: string, more: boolean): Uint8Array<ArrayBuffer> | null {
    const part = bytesOf(data);
    this.bytes += part?.length ?? MESSAGE_BYTES_MAX + 1;
    if (part !== null && this.bytes <= MESSAGE_BYTES_MAX) this.parts.push(part);
    if (more) return null;
    const message = this.bytes <= MESSAGE_BYTES_MAX ? join(this.parts, this.bytes) : null;
    this.clear();
    return message;
  }

  clear(): void {
    this.parts = [];
    this.bytes = 0;
  }
}

/** A message of the page, in parts. */
export function partsOf(message: Uint8Array): FromPage[] {
  const parts: FromPage[] = [];
  for (let start = 0; start < message.length; start += PART_BYTES_MAX) {
    const end = start + PART_BYTES_MAX;
    const data = base64Of(message.subarray(start, end));
    parts.push({ type: "group", data, ...(end < message.length ? { more: true } : {}) });
  }
  return parts;
}

function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replace(/=+$/, "");
}

function bytesOf(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

function join(parts: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}

const PART_BYTES_MAX = 12_000;
/** The longest message of a group. */
const MESSAGE_BYTES_MAX = 1 << 20;
