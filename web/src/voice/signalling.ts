// HTTP requests before there is a link: docs/browser/signalling.md.

import type { SecretRequirement, Info } from "./api.ts";
import { isObject } from "./json.ts";
import type { Join } from "./link.ts";
import { type ProblemCode, VoiceProblem } from "./problem.ts";

/** The server's answer to an offer. */
export interface Answer {
  readonly sdp: string;
  /** A secret of this player. */
  readonly key: string;
  readonly slots: number;
}

/** Gets the server's requirements. `url` is that of its page, with a trailing slash. Rejects with a `VoiceProblem`. */
export async function fetchInfo(url: string, signal?: AbortSignal): Promise<Info> {
  const info = readInfo(await ask(new URL("api/info", url), signal));
  if (info === undefined) throw notOurs();
  return info;
}

/** Rejects with a `VoiceProblem`. */
export async function postOffer(
  url: string,
  join: Join & { readonly encrypts: boolean },
  sdp: string,
  signal: AbortSignal,
): Promise<Answer> {
  const { session, ...player } = join;
  const answer = readAnswer(
    await ask(new URL(`api/voice/${encodeURIComponent(session)}`, url), signal, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...player, sdp }),
    }),
  );
  if (answer === undefined) throw notOurs();
  return answer;
}

/**
 * Requests another answer for an existing link (an ICE restart); null if the server refuses.
 * Opens a WebSocket for this one request.
 */
export function askForRestart(url: string, session: string, key: string, sdp: string): Promise<string | null> {
  const address = new URL(`api/voice/${encodeURIComponent(session)}/signal`, url);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new Promise<string | null>((resolve) => {
    socket.onopen = () => {
      socket.send(JSON.stringify({ key }));
      socket.send(JSON.stringify({ sdp }));
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => resolve(readRestart(data));
    socket.onerror = socket.onclose = () => resolve(null);
    timer = setTimeout(() => resolve(null), RESTART_MS);
  }).finally(() => {
    clearTimeout(timer);
    socket.close();
  });
}

/** The parsed answer; undefined if it is invalid. */
export function readInfo(value: unknown): Info | undefined {
  if (!isObject(value) || typeof value["version"] !== "string") return undefined;
  const { sessions, join, iceServers } = value;
  if (join !== "open" && join !== "password" && join !== "token") return undefined;
  return {
    version: value["version"],
    sessions: Array.isArray(sessions) ? sessions.filter((session) => typeof session === "string") : [],
    onDemand: value["onDemand"] === true,
    join,
    secrets: readSecrets(value["secrets"], join),
    udp: value["udp"] !== false,
    encryption: value["encryption"] === true,
    fallback: value["fallback"] === true,
    secure: value["secure"] !== false,
    iceServers: Array.isArray(iceServers) ? iceServers.filter(isIceServer) : [],
  };
}

export function readAnswer(value: unknown): Answer | undefined {
  if (!isObject(value)) return undefined;
  const { sdp, key, slots } = value;
  const isAnswer = typeof sdp === "string" && typeof key === "string" && typeof slots === "number";
  return isAnswer ? { sdp, key, slots } : undefined;
}

/** The problem for a refusal by the server's HTTP side; `retryAfter` is the header of that name. */
export function problemOf(status: number, retryAfter: string | null, body: unknown): VoiceProblem {
  const detail = isObject(body) && typeof body["detail"] === "string" ? body["detail"] : null;
  const named = isObject(body) ? OWN_CODES.find((own) => own === body["code"]) : undefined;
  const code = named ?? CODES.get(status) ?? "other";
  const seconds = Number(retryAfter ?? Number.NaN);
  const wait = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
  const retryInMs = wait ?? (PASSING.has(status) ? 0 : null);
  return new VoiceProblem(code, detail ?? `The server refused with status ${status}.`, { retryInMs });
}

async function ask(url: URL, over?: AbortSignal, request: RequestInit = {}): Promise<unknown> {
  const late = new AbortController();
  const giveUp = () => late.abort();
  // Not `AbortSignal.any`, which browsers of 2023 lack.
  over?.addEventListener("abort", giveUp);
  if (over?.aborted === true) giveUp();
  const timer = setTimeout(giveUp, ANSWER_MS);
  try {
    return await exchange(url, { ...request, signal: late.signal });
  } finally {
    clearTimeout(timer);
    over?.removeEventListener("abort", giveUp);
  }
}

async function exchange(url: URL, request: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { ...request, cache: "no-store", credentials: "same-origin" });
  } catch (cause) {
    throw new VoiceProblem("no-server", "The server does not answer.", { retryInMs: 0, cause });
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw problemOf(response.status, response.headers.get("Retry-After"), body);
  return body;
}

function readRestart(data: unknown): string | null {
  try {
    const value: unknown = JSON.parse(String(data));
    return isObject(value) && typeof value["sdp"] === "string" ? value["sdp"] : null;
  } catch {
    return null;
  }
}

/** Servers without this field require what `join` says. */
function readSecrets(value: unknown, join: Info["join"]): Info["secrets"] {
  const requirements = isObject(value) ? value : {};
  const required = (kind: "token" | "password") =>
    REQUIREMENTS.find((word) => word === requirements[kind]) ?? (join === kind ? "required" : "no");
  return { token: required("token"), password: required("password") };
}

function isIceServer(value: unknown): value is RTCIceServer {
  return isObject(value) && (typeof value["urls"] === "string" || Array.isArray(value["urls"]));
}

/** It may be a captive portal, which disappears after a click. */
function notOurs(): VoiceProblem {
  return new VoiceProblem("no-server", "Invalid answer, expected a Consonance server at this address.", { retryInMs: 0 });
}

const CODES = new Map<number, ProblemCode>([
  [404, "no-session"],
  [409, "version"],
  [429, "busy"],
  [500, "no-server"],
  [502, "no-server"],
  [503, "full"],
  [504, "no-server"],
]);

/** Codes of the server that are codes of the library, too. */
const OWN_CODES = ["foreign-origin"] as const satisfies readonly ProblemCode[];

const REQUIREMENTS: readonly SecretRequirement[] = ["no", "optional", "either", "required"];

/** A retry may succeed at once. */
const PASSING = new Set([429, 500, 502, 503, 504]);

const ANSWER_MS = 8000;
const RESTART_MS = 3000;
