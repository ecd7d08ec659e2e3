// Errors with a code for programs and a sentence for users.

/** Why a connection was not made, or has ended. */
export type ProblemCode =
  | MicrophoneCode
  /** The browser has no WebRTC, and the server or the caller allows nothing else. */
  | "no-webrtc"
  /** The server does not answer, or the answer is not from a Consonance server. */
  | "no-server"
  /** The server does not admit pages of this page's origin: its operator has to add it. */
  | "foreign-origin"
  /** A file of the library, such as `worklet.js`, could not be loaded from `assets`. */
  | "no-worklet"
  | "no-session"
  | "busy"
  | "token"
  | "password"
  | "name"
  | "full"
  | "banned"
  | "version"
  /** The session or the caller requires end-to-end encryption, which this browser cannot do. */
  | "encryption"
  | "closing"
  | "kicked"
  | "name-taken"
  /** The page itself has left. */
  | "left"
  | "other";

/** Why a microphone cannot be used. */
export type MicrophoneCode =
  /** The user or a policy denied it. */
  | "denied"
  /** The prompt was closed without an answer. */
  | "dismissed"
  | "no-microphone"
  /** Another program uses it, or the system blocks it. */
  | "in-use"
  /** Browsers provide microphones only to pages over HTTPS and from this machine. */
  | "insecure";

/** What a problem has besides its code and message. */
export interface ProblemOptions {
  readonly retryInMs?: number | null;
  readonly until?: Date | null;
  readonly redirect?: string | null;
  readonly cause?: unknown;
}

/** An error whose message is fit for display. */
export class VoiceProblem extends Error {
  override readonly name = "VoiceProblem";
  readonly code: ProblemCode;
  /** After how many ms a retry is useful; null if it is not. */
  readonly retryInMs: number | null;
  /** When a ban ends; null if never, or if there is none. */
  readonly until: Date | null;
  /** The address of the server to which this one redirects its players, if it does. */
  readonly redirect: string | null;

  constructor(code: ProblemCode, message: string, options: ProblemOptions = {}) {
    super(asSentence(message), { cause: options.cause });
    this.code = code;
    this.retryInMs = options.retryInMs ?? null;
    this.until = options.until ?? null;
    this.redirect = options.redirect ?? null;
  }
}

/** Turns a server's log text into a sentence. */
function asSentence(words: string): string {
  const [first = "", ...rest] = words;
  return first.toUpperCase() + rest.join("") + (/[.?!:]$/.test(words) || words === "" ? "" : ".");
}

/** The problem for an exception of `getUserMedia`; `permission` is the browser's permission state afterwards. */
export function microphoneProblem(cause: unknown, permission: PermissionState | null): VoiceProblem {
  const code = microphoneCode(errorName(cause), permission);
  return new VoiceProblem(code, MICROPHONE_WORDS[code], { cause });
}

/** The system has given the microphone to another program. */
export function takenProblem(): VoiceProblem {
  return new VoiceProblem("in-use", MICROPHONE_WORDS["in-use"]);
}

/** This page cannot request a microphone. */
export function insecureProblem(): VoiceProblem {
  return new VoiceProblem("insecure", MICROPHONE_WORDS.insecure);
}

function errorName(cause: unknown): string {
  return cause instanceof Error ? cause.name : "";
}

/** Names: Media Capture and Streams, 10.6.2. Only Chromium leaves the permission at `prompt` after a closed prompt. */
function microphoneCode(name: string, permission: PermissionState | null): MicrophoneCode {
  switch (name) {
    case "NotAllowedError":
      return permission === "prompt" ? "dismissed" : "denied";
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "no-microphone";
    default:
      return "in-use";
  }
}

const MICROPHONE_WORDS: Record<MicrophoneCode, string> = {
  denied: "This page may not use the microphone. Allow it in the browser's settings for this page.",
  dismissed: "The browser asked about the microphone and got no answer. Try again, and allow it.",
  "no-microphone": "There is no such microphone. Plug one in or choose another one.",
  "in-use": "The microphone cannot be opened. Another program may be using it; close that and try again.",
  insecure: "Browsers allow the microphone only on pages over HTTPS or from this computer.",
};
