// Each player's voice as an audio node and a media stream of its own, for pages that route, record or draw it. Slots change
// their speakers; a player's node and stream stay the same while it is present, also after lost connections.

import { unplug } from "./link.ts";
import type { PlayerRecord } from "./players.ts";

/** One player's voice before volume, mute and place: a node and a stream that stay the same, whatever source feeds them. */
export class PlayerSound {
  readonly node: GainNode;
  private destination: MediaStreamAudioDestinationNode | null = null;
  private source: AudioNode | null = null;

  constructor(context: BaseAudioContext) {
    this.node = new GainNode(context);
  }

  /** Created on first use: a track costs the browser time even if nothing plays it. */
  get stream(): MediaStream {
    if (this.destination === null) {
      this.destination = new MediaStreamAudioDestinationNode(this.node.context as AudioContext, { channelCount: 2 });
      this.node.connect(this.destination);
    }
    return this.destination.stream;
  }

  /** Connects this node as the only source; null is silence. */
  playFrom(source: AudioNode | null): void {
    if (source === this.source) return;
    if (this.source !== null) unplug(this.source, this.node);
    source?.connect(this.node);
    this.source = source;
  }

  /** The player has left: its tracks end, and the page's connections are removed. */
  close(): void {
    this.playFrom(null);
    this.node.disconnect();
    for (const track of this.destination?.stream.getTracks() ?? []) track.stop();
  }
}

/** The sounds of the players for which the page has requested them. */
export class PlayerSounds {
  private readonly context: BaseAudioContext;
  private readonly sourceOf: (player: PlayerRecord) => AudioNode | null;
  private readonly sounds = new Map<PlayerRecord, PlayerSound>();

  /** `sourceOf` returns the node that carries a player's voice now; null if none does. */
  constructor(context: BaseAudioContext, sourceOf: (player: PlayerRecord) => AudioNode | null) {
    this.context = context;
    this.sourceOf = sourceOf;
  }

  /** The sound of a player, the same object for each call. */
  of(player: PlayerRecord): PlayerSound {
    const known = this.sounds.get(player);
    if (known !== undefined) return known;
    const sound = new PlayerSound(this.context);
    this.sounds.set(player, sound);
    sound.playFrom(this.sourceOf(player));
    return sound;
  }

  /** After a change of slots, players or the link. */
  refresh(): void {
    for (const [player, sound] of this.sounds) sound.playFrom(this.sourceOf(player));
  }

  /** Closes the sounds of players that have left. */
  keep(isHere: (player: PlayerRecord) => boolean): void {
    for (const [player, sound] of this.sounds) {
      if (isHere(player)) continue;
      this.sounds.delete(player);
      sound.close();
    }
  }
}
