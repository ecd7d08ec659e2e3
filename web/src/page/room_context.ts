// What the parts of the room's screen share.

import type { Target, Voice } from "../voice/index.ts";
import type { Captions } from "./captions.ts";
import type { ChatLog } from "./chat_log.ts";
import type { Hearing } from "./quality_words.ts";
import type { Memory } from "./settings.ts";
import type { Talking } from "./talking.ts";

export interface RoomContext {
  readonly voice: Voice;
  readonly memory: Memory;
  readonly talking: Talking;
  readonly chat: ChatLog;
  readonly captions: Captions;
  /** Whether there is a microphone here, or the user only listens. */
  readonly withMicrophone: boolean;
  /** The user's rooms, in order. */
  readonly rooms: readonly string[];
  /** Adds a room, and listens and talks to it. */
  join(room: string): void;
  /** Stops listening and talking to a room, and removes it from the list. */
  forget(room: string): void;
  /** Opens the microphone of a user that only listened so far; shows why if that fails. */
  openMicrophone(): Promise<void>;
  hearing(): Hearing;
  /** Resolves once the keys of an encrypted session are stored as they are now, or cannot be. */
  keysKept(): Promise<void>;
  /** Everything is drawn again before the next frame. */
  redraw(): void;
  /** Shows the conversation, to write in it. */
  writeTo(target: Target): void;
}

/** A part of the screen. */
export interface Panel {
  readonly node: HTMLElement;
  /** Something has changed. */
  update(): void;
  /** Levels are drawn many times a second. */
  drawLevels?(): void;
}
