// The control messages of docs/browser/control.md, in both directions.

import type { ModerationAction, ModerationResult, Priority, VoiceSource, Target } from "./api.ts";

/** From the page. */
export type FromPage =
  | { type: "listen"; room: string }
  | { type: "unlisten"; room: string }
  | { type: "open"; channel: number; to: Target; positional: boolean; amplitude: number; priority: Priority }
  | { type: "change"; channel: number; positional?: boolean; amplitude?: number; priority?: Priority }
  | { type: "close"; channel: number }
  | { type: "text"; to: Target; text: string }
  | { type: "ignore"; player: string; ignored: boolean }
  | { type: "place"; x: number; y: number; z: number; shared?: boolean; world?: string }
  | ({ type: "moderate"; id: number; player: string; reason: string } & ModerationAction)
  | { type: "ping"; id: number }
  | { type: "stats"; lostPercent: number; delayMs: number }
  | { type: "group"; data: string; more?: boolean }
  | { type: "leave" };

/** To the page. */
export type ToPage =
  | { type: "joined"; session: string; id: number; name: string; resumed: boolean; place: string | null; encrypted: boolean }
  | { type: "group"; data: string; more: boolean }
  | { type: "roster" }
  | { type: "channels"; open: { channel: number }[] }
  | { type: "player"; id: number; name: string; rooms: string[]; self: boolean }
  | { type: "left"; id: number; name: string }
  | { type: "entered"; id: number; name: string; room: string }
  | { type: "exited"; id: number; name: string; room: string }
  | { type: "speaking"; id: number; name: string; speaking: boolean; to: VoiceSource[] }
  | { type: "slot"; slot: number; player: number | null; positional: boolean; amplitude: number; priority: Priority }
  | { type: "text"; id: number; name: string; to: VoiceSource; text: string }
  | { type: "textRateLimited"; waitMs: number }
  | { type: "restricted"; restriction: "voice" | "text" | "hearing"; terms: { endsInMs: number | null; reason: string } | null }
  | { type: "roomRights"; room: string; listen: boolean | null; speak: boolean | null }
  | { type: "roomFull"; room: string; to: "listen" | "speak" }
  | { type: "removedFromRoom"; room: string }
  | { type: "moved"; from: string; to: string }
  | { type: "recorded"; whole: boolean; lastMs: number }
  | { type: "moderated"; id: number; player: string; action: ModerationAction["action"]; answer: ModerationResult }
  | { type: "placed"; id: number; name: string; x: number | null; y: number | null; z: number | null }
  | { type: "uplink"; lostPercent: number; delayMs: number; rttMs: number | null }
  | { type: "listeners"; count: number; lostPercent: number }
  | { type: "downlink"; voices: number | null; speaking: number | null }
  | { type: "closing"; inMs: number | null; redirect: string | null; cancelled: boolean }
  | { type: "pong"; id: number }
  | {
      type: "refused";
      code: RefusalCode;
      message: string;
      retryInMs: number | null;
      until: number | null;
      redirect: string | null;
    }
  | { type: "disconnected"; cause: Cause; message: string; retryInMs: number | null }
  | { type: "problem"; message: string; about: string | null };

/** Why a player was refused. */
export type RefusalCode = "token" | "password" | "name" | "full" | "banned" | "version" | "encryption" | "closing" | "other";

/** Why a player was removed from its session. */
export type Cause = "kicked" | "name-taken" | "closed" | "too-slow" | "protocol" | "server";
