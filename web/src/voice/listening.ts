// Which voices are heard, and how: connects the session's state with the audio graph.

import type { Direction, Place } from "./api.ts";
import type { FromPage, ToPage } from "./control.ts";
import { AHEAD } from "./listener.ts";
import type { MicrophoneInput } from "./microphone.ts";
import { type Effect, parseEffects } from "./effects.ts";
import { Playback } from "./playback.ts";
import { PlayerSounds } from "./player_sound.ts";
import { type PlayerRecord, Players } from "./players.ts";
import { SessionState, type Emit } from "./session_state.ts";
import type { Sound } from "./sound.ts";

export class Listening {
  readonly players: Players;
  private readonly state: SessionState;
  private readonly playback: Playback;
  private readonly microphone: MicrophoneInput;
  private readonly sounds: PlayerSounds;
  /** Of the rooms that have any. */
  private readonly roomEffects = new Map<string, readonly Effect[]>();
  private isPlaced = false;
  private isSending = false;
  private looksTo = AHEAD;

  constructor(sound: Sound, microphone: MicrophoneInput, say: (message: FromPage) => void, emit: Emit) {
    this.microphone = microphone;
    this.playback = new Playback(sound.output);
    this.sounds = new PlayerSounds(sound.context, (player) => this.sourceOf(player));
    this.players = new Players({
      ignored: (player, ignored) => say({ type: "ignore", player, ignored }),
      heardOtherwise: (player) => this.applyPlayer(player),
      levelOf: (player) => this.levelOf(player),
      soundOf: (player) => this.sounds.of(player),
    });
    this.state = new SessionState(this.players, emit);
  }

  /** The rooms that the page listens to, or has requested. */
  get rooms(): Set<string> {
    return this.state.listening;
  }

  take(message: ToPage): void {
    this.state.take(message);
    if (message.type === "slot") {
      this.apply(message.slot);
      this.sounds.refresh();
    } else if (ABOUT_WHO_IS_HERE.has(message.type)) {
      this.applyAll();
      this.sounds.keep((player) => this.players.byName.get(player.name) === player);
    } else if (message.type === "speaking" && this.roomEffects.size > 0) {
      const player = this.players.withId(message.id);
      if (player !== undefined) this.applyPlayer(player);
    }
  }

  /** What all voices pass that come over a room. Throws a `RangeError`. */
  setRoomEffects(room: string, effects: string): void {
    const parsed = parseEffects(effects);
    if (parsed.length > 0) this.roomEffects.set(room, parsed);
    else this.roomEffects.delete(room);
    this.applyAll();
  }

  attach(slots: readonly AudioNode[]): void {
    this.playback.attach(slots);
    // Another session of this page has used the same listener.
    this.playback.setFacing(this.looksTo);
    this.applyAll();
  }

  detach(): void {
    this.playback.detach();
    this.state.onLinkLost();
    this.sounds.refresh();
  }

  /** Final: the players' streams end. */
  close(): void {
    this.detach();
    this.sounds.keep(() => false);
  }

  /** Whether the microphone's sound is sent, which is what the page's own player sounds like. */
  setSending(on: boolean): void {
    if (on === this.isSending) return;
    this.isSending = on;
    this.sounds.refresh();
  }

  get facing(): Direction {
    return this.looksTo;
  }

  set facing(facing: Direction) {
    this.looksTo = facing;
    this.playback.setFacing(facing);
  }

  setListener(place: Place | null): void {
    this.playback.setListener(place);
    if (this.isPlaced === (place !== null)) return;
    this.isPlaced = place !== null;
    this.applyAll();
  }

  private levelOf(player: PlayerRecord): number {
    if (player.isSelf) return this.microphone.level;
    const slot = this.slotOf(player);
    return slot < 0 ? 0 : this.playback.level(slot);
  }

  private sourceOf(player: PlayerRecord): AudioNode | null {
    if (player.isSelf) return this.isSending ? this.microphone.node : null;
    return this.playback.source(this.slotOf(player));
  }

  /** -1 if it has none. Until it is announced again, a player of an earlier session has an id that may belong to another one. */
  private slotOf(player: PlayerRecord): number {
    if (!player.isConfirmed) return -1;
    return this.state.slots.findIndex((use) => use?.player === player.id);
  }

  private applyPlayer(player: PlayerRecord): void {
    const slot = this.slotOf(player);
    if (slot >= 0) this.apply(slot);
  }

  private applyAll(): void {
    this.state.slots.forEach((_, slot) => this.apply(slot));
    this.sounds.refresh();
  }

  private apply(slot: number): void {
    const use = this.state.slots[slot];
    const player = this.players.withId(use?.player ?? null);
    const gain = player === undefined || player.muted ? 0 : player.volume * (use?.amplitude ?? 1);
    // A player that the listener has placed is always heard from that place.
    const comesFromPlace = use?.positional === true || player?.isPlaced === false;
    const place = comesFromPlace && this.isPlaced ? (player?.place ?? null) : null;
    this.playback.set(slot, { gain, place, effects: player === undefined ? [] : this.effectsOf(player) });
  }

  /** Its own effects, then those of the first room that has any. */
  private effectsOf(player: PlayerRecord): readonly Effect[] {
    if (this.roomEffects.size === 0) return player.parsedEffects;
    const rooms = player.to.map((source) => ("room" in source ? this.roomEffects.get(source.room) : undefined));
    return [...player.parsedEffects, ...(rooms.find((effects) => effects !== undefined) ?? [])];
  }
}

/** After these messages, a slot or an id may belong to another player, or to none. */
const ABOUT_WHO_IS_HERE: ReadonlySet<ToPage["type"]> = new Set(["joined", "player", "left", "roster"]);
