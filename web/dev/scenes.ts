// The scenes of the page with the fake library: `?scene=` in the address selects one by name.

import type { Info, ProblemCode, Quality, VoiceEvents, VoiceState } from "../src/voice/index.ts";
import { VoiceProblem } from "../src/voice/index.ts";
import type { FakeEncryption } from "./fake_encryption.ts";

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
  "no-webrtc": { microphone: "no-webrtc" },
  "no-encryption": { refuse: ["encryption", "This session requires end-to-end encryption, which this client does not support."] },
  silent: { isSilent: true },
  websocket: { transport: "websocket" },
  "away-with-others": { state: "reconnecting", crowd: 3 },
  encrypted: { encryption: "on" },
  waiting: { encryption: "waiting" },
  "plain-room": { encryption: "plain" },
  "trouble-of-keys": {
    encryption: "plain",
    events: [
      ["encryptionEvent", { type: "roomsChanged", by: "Frank" }],
      ["encryptionEvent", { type: "keyChanged", name: "Carol", wasVerified: true }],
      ["encryptionEvent", { type: "forked", name: "Bob" }],
      ["encryptionEvent", { type: "weakened" }],
      ["encryptionEvent", { type: "withheld", why: "plain-room", name: "lobby" }],
      ["encryptionEvent", { type: "knownKeysFull" }],
    ],
  },
  operated: {
    events: [
      ["restricted", { restriction: "voice", lifted: false, endsInMs: 600_000, reason: "please wait your turn" }],
      ["restricted", { restriction: "text", lifted: true, endsInMs: null, reason: "" }],
      ["roomFull", { room: "lobby", to: "speak" }],
      ["roomRights", { room: "lobby", mayListen: null, maySpeak: false }],
      ["moved", { from: "lobby", to: "harbour" }],
      ["recorded", { isWhole: false, lastMs: 120_000 }],
    ],
  },
  "too-many-texts": { events: [["textRateLimited", { waitMs: 4200 }]] },
  "lost-microphone": { events: [["microphone", new VoiceProblem("no-microphone", "It is gone.")]] },
  old: { ends: ["version", "This page speaks version 3, and the server version 4."] },
  weakened: { ends: ["encryption", "The session requires encryption now."] },
  closed: { ends: ["closing", "The server closes."] },
  filled: { ends: ["full", "The session is full."] },
} satisfies Record<string, Scene>;

/** An event, with what it tells. */
type Happening = { [K in keyof VoiceEvents]: readonly [K, VoiceEvents[K]] }[keyof VoiceEvents];

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
  /** Sound waits for a click. */
  isSilent?: boolean;
  transport?: Quality["transport"];
  encryption?: FakeEncryption;
  /** What the session tells once the page has joined. */
  events?: readonly Happening[];
  /** The server does not answer until the user cancels. */
  isSlow?: boolean;
  /** UDP is blocked, which shows after a moment. */
  isBlocked?: boolean;
  /** Why the server does not tell its requirements. */
  problem?: [ProblemCode, string];
}
