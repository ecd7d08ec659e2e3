// The initial state of a session.

import type { ConnectOptions } from "./api.ts";
import type { MicrophoneInput } from "./microphone.ts";
import type { Sound } from "./sound.ts";

export interface Beginning {
  readonly options: ConnectOptions;
  readonly url: string;
  readonly assets: string;
  readonly sound: Sound;
  readonly microphone: MicrophoneInput;
  /** The microphone was opened for this session, and is closed with it. */
  readonly ownsMicrophone: boolean;
}
