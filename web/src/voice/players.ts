// The players in the session, as the server announces them and with this listener's settings.

import type { Place, Player, VoiceSource } from "./api.ts";
import { clamp } from "./clamp.ts";
import { type Effect, parseEffects } from "./effects.ts";
import type { PlayerSound } from "./player_sound.ts";

/** Callbacks for changes made here. */
export interface PlayerEffects {
  /** The player's voice is no longer wanted, or wanted again. */
  ignored(name: string, ignored: boolean): void;
  /** Its playback settings have changed. */
  heardOtherwise(player: PlayerRecord): void;
  /** The present level, 0 … 1. */
  levelOf(player: PlayerRecord): number;
  /** Its voice for the page's own use. */
  soundOf(player: PlayerRecord): PlayerSound;
}

/** A player as pages see it; `Players` writes what the server reports. */
export class PlayerRecord implements Player {
  id: number;
  readonly name: string;
  readonly isSelf: boolean;
  rooms = new Set<string>();
  speaking = false;
  to: readonly VoiceSource[] = [];
  /** Whether the server has announced it since the last `joined`. */
  isConfirmed = true;
  private reported: Place | null = null;
  private readonly chosen: Choice;
  private readonly callbacks: PlayerEffects;

  constructor(id: number, name: string, isSelf: boolean, chosen: Choice, callbacks: PlayerEffects) {
    this.id = id;
    this.name = name;
    this.isSelf = isSelf;
    this.chosen = chosen;
    this.callbacks = callbacks;
  }

  get level(): number {
    return this.callbacks.levelOf(this);
  }

  get volume(): number {
    return this.chosen.volume;
  }

  set volume(volume: number) {
    this.chosen.volume = clamp(volume, 0, LOUDEST, 1);
    this.callbacks.heardOtherwise(this);
  }

  get effects(): string {
    return this.chosen.effects;
  }

  set effects(effects: string) {
    this.chosen.parsedEffects = parseEffects(effects);
    this.chosen.effects = effects;
    this.callbacks.heardOtherwise(this);
  }

  get parsedEffects(): readonly Effect[] {
    return this.chosen.parsedEffects;
  }

  get muted(): boolean {
    return this.chosen.muted;
  }

  set muted(muted: boolean) {
    if (this.isSelf || muted === this.chosen.muted) return;
    this.chosen.muted = muted;
    this.callbacks.ignored(this.name, muted);
    this.callbacks.heardOtherwise(this);
  }

  get place(): Place | null {
    return this.reported ?? this.chosen.place;
  }

  set place(place: Place | null) {
    this.chosen.place = place;
    this.callbacks.heardOtherwise(this);
  }

  get isPlaced(): boolean {
    return this.reported !== null;
  }

  get audioNode(): AudioNode {
    return this.callbacks.soundOf(this).node;
  }

  get mediaStream(): MediaStream {
    return this.callbacks.soundOf(this).stream;
  }

  /** The position reported by the server. */
  setTold(place: Place | null): void {
    this.reported = place;
    this.callbacks.heardOtherwise(this);
  }
}

/** All players in the session. A listener's settings for a name are kept while no player has it. */
export class Players {
  readonly byName = new Map<string, PlayerRecord>();
  private readonly choices = new Map<string, Choice>();
  private readonly effects: PlayerEffects;

  constructor(effects: PlayerEffects) {
    this.effects = effects;
  }

  /** Announced players by id; in a new session an id of the old one may belong to another player. */
  withId(id: number | null): PlayerRecord | undefined {
    for (const player of this.byName.values()) if (player.isConfirmed && player.id === id) return player;
    return undefined;
  }

  get self(): PlayerRecord | undefined {
    for (const player of this.byName.values()) if (player.isSelf) return player;
    return undefined;
  }

  ignored(): string[] {
    return [...this.choices].filter(([, choice]) => choice.muted).map(([name]) => name);
  }

  /** A player is present; returns its record, the same one if it was present before. */
  confirm(id: number, name: string, isSelf: boolean, rooms: readonly string[]): PlayerRecord {
    const known = this.byName.get(name);
    const player = known?.isSelf === isSelf ? known : this.add(id, name, isSelf);
    player.id = id;
    player.isConfirmed = true;
    player.rooms = new Set(rooms);
    return player;
  }

  /** The server announces all players again from here on. */
  doubt(): void {
    for (const player of this.byName.values()) {
      player.isConfirmed = false;
      player.speaking = false;
      player.to = [];
    }
  }

  /** All players are announced: the others have left. */
  dropUnconfirmed(): PlayerRecord[] {
    const gone = [...this.byName.values()].filter((player) => !player.isConfirmed);
    for (const player of gone) this.byName.delete(player.name);
    return gone;
  }

  remove(id: number): PlayerRecord | undefined {
    const player = this.withId(id);
    if (player !== undefined) this.byName.delete(player.name);
    return player;
  }

  private add(id: number, name: string, isSelf: boolean): PlayerRecord {
    const choice = this.choices.get(name) ?? { volume: 1, muted: false, place: null, effects: "", parsedEffects: [] };
    this.choices.delete(name);
    this.choices.set(name, choice);
    if (this.choices.size > CHOICES_MAX) this.forgetOne();
    const player = new PlayerRecord(id, name, isSelf, choice, this.effects);
    this.byName.set(name, player);
    return player;
  }

  /** The absent player that joined longest ago. */
  private forgetOne(): void {
    for (const name of this.choices.keys()) {
      if (!this.byName.has(name)) {
        this.choices.delete(name);
        return;
      }
    }
  }
}

interface Choice {
  volume: number;
  muted: boolean;
  place: Place | null;
  effects: string;
  parsedEffects: readonly Effect[];
}

const LOUDEST = 2;
/** Names whose settings are kept. */
const CHOICES_MAX = 2000;
