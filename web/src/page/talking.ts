// Opens, changes and closes channels according to the plan.

import type { Activation, Channel, Voice } from "../voice/index.ts";
import { plan, targetKey, type Intent, type PlannedChannel } from "./talk_plan.ts";

export class Talking {
  #intent: Intent = { activation: "voice", rooms: new Set(), isHeld: false, whisperTo: null, isPositional: false };
  readonly #channels = new Map<string, Channel>();
  readonly #holders = new Set<string>();

  readonly #channelsOf: Voice["channels"];
  readonly #changed: () => void;

  constructor({ channels }: Pick<Voice, "channels">, changed: () => void) {
    this.#channelsOf = channels;
    this.#changed = changed;
  }

  get intent(): Readonly<Intent> {
    return this.#intent;
  }

  talkTo(room: string, isOn: boolean): void {
    const rooms = new Set(this.#intent.rooms);
    if (isOn) rooms.add(room);
    else rooms.delete(room);
    this.#change({ rooms });
  }

  activateBy(activation: Activation): void {
    this.#change({ activation });
  }

  /** The key and the button: talking lasts while at least one is held. */
  hold(holder: string, isHeld: boolean): void {
    if (isHeld) this.#holders.add(holder);
    else this.#holders.delete(holder);
    this.#change({ isHeld: this.#holders.size > 0 });
  }

  whisper(player: string | null): void {
    this.#change({ whisperTo: player });
  }

  comeFromMyPlace(isPositional: boolean): void {
    this.#change({ isPositional });
  }

  #change(part: Partial<Intent>): void {
    this.#intent = { ...this.#intent, ...part };
    const planned = plan(this.#intent);
    for (const [key, channel] of this.#channels) {
      if (planned.has(key)) continue;
      channel.close();
      this.#channels.delete(key);
    }
    for (const channel of planned.values()) this.#apply(channel);
    this.#changed();
  }

  #apply({ to, activation, talking, positional }: PlannedChannel): void {
    const key = targetKey(to);
    const channel = this.#channels.get(key) ?? this.#channelsOf.open(to, { activation, positional });
    this.#channels.set(key, channel);
    if (channel.activation !== activation) channel.activation = activation;
    if (channel.positional !== positional) channel.positional = positional;
    if (channel.talking !== talking) channel.talking = talking;
  }
}
