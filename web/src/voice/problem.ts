// What can go wrong, as errors with a code for programs and a sentence for people.

/** Why a connection was not made, or is no more. */
export type ProblemCode =
  | MicrophoneCode
  /** The browser has no WebRTC, and the server or the caller allows nothing else. */
  | "no-webrtc"
  /** The server does not answer, or what answers is none. */
  | "no-server"
  | "no-session"
  | "busy"
  | "token"
  | "password"
  | "name"
  | "full"
  | "banned"
  | "version"
  | "closing"
  | "kicked"
  | "name-taken"
  /** The page itself has left. */
  | "left"
  | "other";

/** What keeps a microphone from being used. */
export type MicrophoneCode =
  /** The person or a rule said no. */
  | "denied"
  /** The question was closed without an answer. */
  | "dismissed"
  | "no-microphone"
  /** Another program has it, or the system keeps it. */
  | "in-use"
  /** Browsers give microphones only to pages over HTTPS and from this machine. */
  | "insecure";

/** What a problem has besides its code and message. */
export interface ProblemOptions {
  readonly retryInMs?: number | null;
  readonly until?: Date | null;
  readonly redirect?: string | null;
  readonly cause?: unknown;
}

/** An error whose message can be shown as it is. */
export class VoiceProblem extends Error {
  override readonly name = "VoiceProblem";
  readonly code: ProblemCode;
  /** In how many ms it is worth another try; null if never by itself. */
  readonly retryInMs: number | null;
  /** When a ban ends; null if never, or if there is none. */
  readonly until: Date | null;
  /** The address of another server that takes the player, if this one sends its players there. */
  readonly redirect: string | null;

  constructor(code: ProblemCode, message: string, options: ProblemOptions = {}) {
    super(asSentence(message), { cause: options.cause });
    this.code = code;
    this.retryInMs = options.retryInMs ?? null;
    this.until = options.until ?? null;
    this.redirect = options.redirect ?? null;
  }
}

/** Servers' words for a log, as a page shows them. */
function asSentence(words: string): string {
  const [first = "", ...rest] = words;
  return first.toUpperCase() + rest.join("") + (/[.?!:]$/.test(words) || words === "" ? "" : ".");
}

/** What `getUserMedia` has thrown, in words; `permission` is what the browser then says about microphones. */
export function microphoneProblem(cause: unknown, permission: PermissionState | null): VoiceProblem {
  const code = microphoneCode(errorName(cause), permission);
  return new VoiceProblem(code, MICROPHONE_WORDS[code], { cause });
}

/** That the system has given the microphone to something else. */
export function takenProblem(): VoiceProblem {
  return new VoiceProblem("in-use", MICROPHONE_WORDS["in-use"]);
}

/** That this page cannot ask for a microphone at all. */
export function insecureProblem(): VoiceProblem {
  return new VoiceProblem("insecure", MICROPHONE_WORDS.insecure);
}

function errorName(cause: unknown): string {
  return cause instanceof Error ? cause.name : "";
}

/** Names: Media Capture and Streams, 10.6.2. Chromium alone tells a closed question by leaving the permission at `prompt`. */
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
  insecure: "Browsers lend the microphone only to pages over HTTPS or from this very computer.",
};
