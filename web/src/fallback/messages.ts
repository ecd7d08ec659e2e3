// The messages between the page, its worker and its worklet in the fall-back.
//
//   page ──▶ worker     join request, control messages   worker ──▶ page     control messages, link statistics
//   page ──▶ worklet    start, whether to send           worklet ──▶ page    playback statistics
//   worker ──▶ worklet  frames for slots                 worklet ──▶ worker  frames of the microphone

import type { MicrophoneFrame } from "./microphone_frames.ts";

/** The name of the worklet's processor. */
export const VOICE = "consonance-voice";

export type PageToWorker =
  | {
      readonly type: "start";
      readonly wasm: ArrayBuffer;
      /** Of the WebSocket. */
      readonly url: string;
      readonly player: PlayerSettings;
      readonly worklet: MessagePort;
      /** Where packets are sealed and opened: `PacketMessage` of `src/e2ee`; null if they are not. */
      readonly keys: MessagePort | null;
    }
  | { readonly type: "message"; readonly text: string }
  /** Closes the connection after the queued messages. */
  | { readonly type: "close" };

export interface PlayerSettings {
  readonly name: string;
  readonly session: string;
  readonly slots: number;
  readonly token?: string;
  readonly password?: string;
  readonly encrypts?: boolean;
  /** All frames of the microphone have one size. */
  readonly constantRate?: boolean;
}

export type WorkerToPage =
  /** The server has admitted the player, possibly again. */
  | { readonly type: "up" }
  | { readonly type: "message"; readonly text: string }
  | { readonly type: "round-trip"; readonly ms: number }
  /** The player has left, or could not join; the text is a reason. */
  | { readonly type: "over"; readonly why: string };

export type PageToWorklet =
  | { readonly type: "start"; readonly wasm: ArrayBuffer; readonly slots: number; readonly worker: MessagePort }
  | { readonly type: "sending"; readonly on: boolean }
  | { readonly type: "close" };

export type WorkletToPage =
  /** Of the last second. */
  | { readonly type: "reception"; readonly lostPercent: number; readonly delayMs: number }
  | { readonly type: "failed"; readonly why: string };

export type WorkerToWorklet =
  | { readonly type: "voice"; readonly frame: Uint8Array<ArrayBuffer> }
  | { readonly type: "end"; readonly slot: number };

export type WorkletToWorker = MicrophoneFrame;
