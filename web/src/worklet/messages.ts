// The messages between a page and the microphone's worklet.

/** To the worklet; absent fields stay as they are. */
export interface Settings {
  readonly thresholdDb?: number;
  readonly holdMs?: number;
  readonly gain?: number;
  /** The delay with which an utterance begins. */
  readonly delayMs?: number;
  /** Whether blocks of sound are requested. */
  readonly recording?: boolean;
  /** The microphone was closed: a processor that does not end runs as long as its page. */
  readonly isOver?: boolean;
}

/** To the page: whenever the gate opens or closes, and otherwise about every 20 ms. */
export interface Report {
  /** The peak level since the last report. */
  readonly decibels: number;
  readonly isOpen: boolean;
  /** The sound to be sent, while it is requested. */
  readonly samples?: Float32Array<ArrayBuffer>;
}

/** The names of the processors. */
export const PITCH = "consonance-pitch";
export const MICROPHONE = "consonance-microphone";
