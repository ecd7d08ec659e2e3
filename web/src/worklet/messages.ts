// What a page and the microphone's worklet say to each other.

/** To the worklet; what is not there stays as it is. */
export interface Settings {
  readonly thresholdDb?: number;
  readonly holdMs?: number;
  readonly gain?: number;
  readonly delayMs?: number;
  /** Whether blocks of sound are wanted. */
  readonly recording?: boolean;
  /** The microphone was closed: a processor that does not end runs as long as its page. */
  readonly isOver?: boolean;
}

/** To the page: whenever the gate opens or closes, and every 20 ms or so besides. */
export interface Report {
  /** The loudest moment since the last report. */
  readonly decibels: number;
  readonly isOpen: boolean;
  /** What would be sent, while that is wanted. */
  readonly samples?: Float32Array<ArrayBuffer>;
}

/** The name of the processor. */
export const MICROPHONE = "consonance-microphone";
