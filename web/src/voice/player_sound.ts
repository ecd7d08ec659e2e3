// Each player's voice as an audio node and as a media stream of its own, for pages that route, record or draw it. Slots change
// their speakers; these stay a player's as long as it is here, over lost connections too.

import { unplug } from "./link.ts";
import type { PlayerRecord } from "./players.ts";

/** One player's voice before volume, mute and place: a node and a stream that stay the same, whatever feeds them. */
export class PlayerSound {
  readonly node: GainNode;
  private destination: MediaStreamAudioDestinationNode | null = null;
  private source: AudioNode | null = null;

  constructor(context: BaseAudioContext) {
    this.node = new GainNode(context);
  }

  /** Made when first asked for: a track that nothing plays still costs the browser time. */
  get stream(): MediaStream {
    if (this.destination === null) {
      this.destination = new MediaStreamAudioDestinationNode(this.node.context as AudioContext, { channelCount: 1 });
      this.node.connect(this.destination);
    }
    return this.destination.stream;
  }

  /** Is fed from this node from now on, and no longer from another; null is silence. */
  playFrom(source: AudioNode | null): void {
    if (source === this.source) return;
    if (this.source !== null) unplug(this.source, this.node);
    source?.connect(this.node);
    this.source = source;
  }

  /** The player is gone: its tracks end, and what the page has connected is let go. */
  close(): void {
    this.playFrom(null);
    this.node.disconnect();
    for (const track of this.destination?.stream.getTracks() ?? []) track.stop();
  }
}

/** The sounds of those players for which the page has asked. */
export class PlayerSounds {
  private readonly context: BaseAudioContext;
  private readonly sourceOf: (player: PlayerRecord) => AudioNode | null;
  private readonly sounds = new Map<PlayerRecord, PlayerSound>();

  /** `sourceOf` says which node carries a player's voice now; null while none does. */
  constructor(context: BaseAudioContext, sourceOf: (player: PlayerRecord) => AudioNode | null) {
    this.context = context;
    this.sourceOf = sourceOf;
  }

  /** The sound of a player, the same one whenever it is asked for. */
  of(player: PlayerRecord): PlayerSound {
    const known = this.sounds.get(player);
    if (known !== undefined) return known;
    const sound = new PlayerSound(this.context);
    this.sounds.set(player, sound);
    sound.playFrom(this.sourceOf(player));
    return sound;
  }

  /** After slots, players or the link have changed. */
  refresh(): void {
    for (const [player, sound] of this.sounds) sound.playFrom(this.sourceOf(player));
  }

  /** Closes the sounds of players that are gone. */
  keep(isHere: (player: PlayerRecord) => boolean): void {
    for (const [player, sound] of this.sounds) {
      if (isHere(player)) continue;
      this.sounds.delete(player);
      sound.close();
    }
  }
}
