// The scenes of the page with the fake library: `?scene=` in the address selects one by name.

import type { Info, ProblemCode, Quality, VoiceState } from "../src/voice/index.ts";

/** How a scene differs from a quiet visit. */
export const SCENES = {
  plain: {},
  alone: { isAlone: true },
  crowd: { crowd: 40 },
  token: { secrets: { token: "required", password: "no" } },
  password: { secrets: { token: "no", password: "required" }, sessions: ["main", "raid", "arena"] },
  "some-passwords": { secrets: { token: "no", password: "optional" }, sessions: ["main", "staff"] },
  "token-or-password": { secrets: { token: "either", password: "either" } },
  "token-and-password": { secrets: { token: "required", password: "required" } },
  ticket: { secrets: { token: "optional", password: "optional" } },
  "bad-token": { secrets: { token: "required", password: "no" }, refuse: ["token", "This token is not valid any more. Ask for a new one."] },
  "name-taken": { refuse: ["name", "Another player is called Alice. Choose another name."] },
  full: { refuse: ["full", "This session is full."] },
  "no-server": { isAway: true },
  mute: { isMute: true },
  denied: { microphone: "denied" },
  "no-microphone": { microphone: "no-microphone" },
  "in-use": { microphone: "in-use" },
  unloaded: { microphone: "no-worklet" },
  busy: { isBusy: true },
  insecure: { microphone: "insecure" },
  asking: { isAsking: true },
  dismissed: { microphone: "dismissed", isAsking: true },
  reconnecting: { state: "reconnecting" },
  "alone-and-away": { isAlone: true, state: "reconnecting" },
  foreign: { problem: ["foreign-origin", "A page of another site may not ask in your name."] },
  blocked: { isSlow: true, isBlocked: true },
  closing: { closing: true },
  captions: { captions: true },
  poor: { quality: "poor" },
  kicked: { ends: ["kicked", "You were removed from the session: please be kind."] },
  taken: { ends: ["name-taken", "Alice joined from somewhere else."] },
  banned: { ends: ["banned", "You are banned until tomorrow: shouting."] },
  placed: { arePlaced: true },
  movement: { moves: true },
  slow: { isSlow: true },
} satisfies Record<string, Scene>;

export interface Scene {
  isAlone?: boolean;
  crowd?: number;
  secrets?: Info["secrets"];
  sessions?: string[];
  refuse?: [ProblemCode, string];
  isAway?: boolean;
  /** The server takes its time. */
  isMute?: boolean;
  /** At every attempt, or with `isAsking` at the first. */
  microphone?: ProblemCode;
  /** The browser prompts for the microphone until the window gets the event "allowed". */
  isAsking?: boolean;
  /** An open device stays as it is. */
  isBusy?: boolean;
  state?: VoiceState;
  closing?: boolean;
  /** Another player writes down what is said. */
  captions?: boolean;
  quality?: Quality["word"];
  ends?: [ProblemCode, string];
  arePlaced?: boolean;
  moves?: boolean;
  /** The server does not answer until the user cancels. */
  isSlow?: boolean;
  /** UDP is blocked, which shows after a moment. */
  isBlocked?: boolean;
  /** Why the server does not tell its requirements. */
  problem?: [ProblemCode, string];
}
