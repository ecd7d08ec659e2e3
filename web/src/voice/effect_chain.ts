// The effects of one voice in the audio graph. Before there were any, there are no nodes.

import { type EffectNodes, effectNodes } from "./effect_nodes.ts";
import { type Effect, isReverb } from "./effects.ts";
import { SMOOTHING_S } from "./listener.ts";

/** Passes a source through effects into a destination; a change of the effects fades. */
export class EffectChain {
  private readonly source: AudioNode;
  private readonly destination: AudioNode;
  private present: Path | null = null;

  constructor(source: AudioNode, destination: AudioNode) {
    this.source = source;
    this.destination = destination;
    source.connect(destination);
  }

  set(effects: readonly Effect[], distanceM: number | null): void {
    const inserts = effects.filter((effect) => !isReverb(effect));
    if (this.present === null) {
      if (inserts.length === 0) return;
      // A voice without effects as a path, which can fade.
      this.source.disconnect(this.destination);
      this.present = new Path(this.source, this.destination, [], null, 1);
    }
    if (this.present.take(inserts, distanceM)) return;
    this.present.close();
    this.present = new Path(this.source, this.destination, inserts, distanceM, 0);
  }

  disconnect(): void {
    this.present?.close();
    this.present = null;
  }
}

/** The nodes of a chain from end to end. */
class Path {
  private readonly source: AudioNode;
  private readonly kinds: readonly string[];
  private readonly parts: readonly EffectNodes[];
  private readonly share: GainNode;

  /** `gain` is what it fades in from, to 1. */
  constructor(source: AudioNode, destination: AudioNode, effects: readonly Effect[], distanceM: number | null, gain: number) {
    const { context } = source;
    this.source = source;
    this.kinds = effects.map((effect) => effect.kind);
    this.parts = effects.map((effect) => effectNodes(context, effect, distanceM));
    this.share = new GainNode(context, { gain });
    let last = source;
    for (const part of this.parts) {
      last.connect(part.input);
      last = part.output;
    }
    last.connect(this.share).connect(destination);
    this.share.gain.setTargetAtTime(1, context.currentTime, SMOOTHING_S);
  }

  /** Moves the settings; false, and nothing is changed, if these are other effects. */
  take(effects: readonly Effect[], distanceM: number | null): boolean {
    const isSame = effects.length === this.kinds.length && effects.every((effect, i) => effect.kind === this.kinds[i]);
    if (isSame) for (const [i, effect] of effects.entries()) this.parts[i]?.set(effect.settings, distanceM);
    return isSame;
  }

  /** Fades, and removes the nodes. */
  close(): void {
    const { gain, context } = this.share;
    gain.setTargetAtTime(0, context.currentTime, SMOOTHING_S);
    setTimeout(() => this.remove(), 8_000 * SMOOTHING_S);
  }

  private remove(): void {
    unplugFrom(this.source, this.parts[0]?.input ?? this.share);
    for (const part of this.parts) part.close();
    this.share.disconnect();
  }
}

/** The source may have been disconnected from everything before. */
function unplugFrom(source: AudioNode, node: AudioNode): void {
  try {
    source.disconnect(node);
  } catch (cause) {
    if (!(cause instanceof DOMException)) throw cause;
  }
}
