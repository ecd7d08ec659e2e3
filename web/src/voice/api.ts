// What a page sees of the library: what `connect` takes and gives. All of it is plain data and handles; nothing here
// does anything.
//
// Names and texts are other people's own words. Show them with `textContent`, never as markup.

import type { VoiceProblem } from "./problem.ts";

/** Everybody who listens to a room, or one player. */
export type Target = { readonly room: string } | { readonly player: string };

/** Over what somebody's voice or text reaches me. */
export type VoiceSource = { readonly room: string } | { readonly me: true };

/** What makes a channel carry voice: a key held down, a voice over the microphone's threshold, or nothing but time. */
export type Activation = "push-to-talk" | "voice" | "open";

/** Who is heard over whom. */
export type Priority = "low" | "default" | "medium" | "high";

/** `reconnecting` needs nobody's help; `closed` is for good. */
export type VoiceState = "connecting" | "connected" | "reconnecting" | "closed";

/**
 * A place in the world, in metres, on the axes of servers, native players and Unity, which are left-handed: x to the right, y up, z
 * ahead. Where z is behind, as in three.js, negate it.
 */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Which way, on the axes of a place; how long it is makes no difference. */
export interface Direction {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A microphone or a loudspeaker. The label is empty until the page may use microphones. */
export interface Device {
  readonly id: string;
  readonly label: string;
}

/** What the browser does to the sound of a microphone; all of it is on unless said otherwise. */
export interface Processing {
  readonly echoCancellation?: boolean;
  readonly noiseSuppression?: boolean;
  readonly autoGainControl?: boolean;
}

export interface MicrophoneOptions extends Processing {
  /** The id of a device; the system's default where there is none. */
  readonly device?: string;
}

export interface ConnectOptions extends Processing {
  /** The server's page, for instance `https://voice.example.org/`; where the page itself comes from if there is none. */
  readonly url?: string;
  readonly session: string;
  readonly name: string;
  /** A join token, where the server asks for one; or what gets one, which is asked again whenever the page comes back. */
  readonly token?: string | (() => string | Promise<string>);
  readonly password?: string;
  /** One that was opened before, which stays open when the voice ends; or the id of a device; or false to only listen. */
  readonly microphone?: Microphone | string | false;
  /** The id of a loudspeaker or headset. */
  readonly output?: string;
  /** How many can be heard at once, 1 … 16; 16 where there is nothing, and 8 on phones. */
  readonly slots?: number;
  /** How voice travels; `auto` tries WebRTC and then a WebSocket. */
  readonly transport?: "auto" | "webrtc" | "websocket";
  /** The `key` that a voice of this player had: after a reload, it is the same player again if the server still keeps it. */
  readonly resume?: string;
  /**
   * What becomes of the player when the page goes away: with `leave`, the default, it leaves the session; with `stay` it is kept for ten
   * seconds, silent, for a page that comes back with `resume`. Over a WebSocket it leaves in any case.
   */
  readonly onUnload?: "leave" | "stay";
  /** Gives up joining; after that it changes nothing. */
  readonly signal?: AbortSignal;
  /** The folder of `worklet.js`, where it is not beside the library. */
  readonly assets?: string;
}

/** Whether one shows a secret; of two that are called `either`, one is enough. */
export type SecretRequirement = "no" | "optional" | "either" | "required";

/** What a server says of itself to everybody. */
export interface Info {
  readonly version: string;
  readonly sessions: readonly string[];
  /** Whether other sessions than those are made when somebody asks for them. */
  readonly onDemand: boolean;
  /** What is asked for first: `secrets` in one word. */
  readonly join: "open" | "password" | "token";
  /** What one shows to join. What is optional some sessions may want, or a service of the operator's. */
  readonly secrets: { readonly token: SecretRequirement; readonly password: SecretRequirement };
  /** Whether voice can come over UDP. */
  readonly udp: boolean;
  /** Whether voice can come over a WebSocket. */
  readonly fallback: boolean;
  /** Whether browsers lend this page a microphone: it came over HTTPS or from the same computer. */
  readonly secure: boolean;
  /** STUN and TURN servers that the page may need to get through. */
  readonly iceServers?: readonly RTCIceServer[];
}

/** A microphone, with or without a session. */
export interface Microphone {
  /** How loud it is now: 0 is -60 dBFS or less, 1 is 0 dBFS, even steps are even decibels. */
  readonly level: number;
  /** Over which level voice activation opens; the same scale. */
  threshold: number;
  /** How long voice activation stays open after the last sound over the threshold, in ms, 0 … 5000; 400 at first. */
  holdMs: number;
  /** What is sent is louder by this factor, 0 … 4; 1 at first. */
  volume: number;
  /** Whether there is voice over the threshold, or was within the hang-over. */
  readonly isOpen: boolean;
  /** Nothing of it leaves the page while this is so. */
  muted: boolean;
  /** The id of the device; null while there is none. */
  readonly device: string | null;
  list(): Promise<Device[]>;
  /**
   * Takes another device; of several that are chosen at once the last. Rejects with a `VoiceProblem`, and what was before
   * goes on.
   */
  choose(id: string): Promise<void>;
  /**
   * Records what would be sent, for a test of the microphone; `seconds` at most 30. Rejects while another recording is not
   * over, when the microphone is closed, and with the signal's reason.
   */
  record(seconds: number, signal?: AbortSignal): Promise<AudioBuffer>;
  /** Changes what the browser does to the sound; what is not said stays. */
  process(processing: Processing): Promise<void>;
  /** Gives the device back to the browser, for good. */
  close(): void;
}

/** Where one hears the others. */
export interface Output {
  /** The id of the device; null for the system's default. */
  readonly device: string | null;
  /** Whether this browser lets a page choose. */
  readonly canChoose: boolean;
  /** Of everybody, 0 … 2; 1 at first. */
  volume: number;
  /** Nobody is heard while this is so. */
  deafened: boolean;
  list(): Promise<Device[]>;
  /** Plays on another device. Rejects with a `VoiceProblem`, and what was before goes on. */
  choose(id: string): Promise<void>;
  /** Plays a sound to its end, such as the recording of a microphone test. */
  play(sound: AudioBuffer): Promise<void>;
}

/** Somebody in the session. The same object as long as it is there. */
export interface Player {
  readonly id: number;
  readonly name: string;
  readonly isSelf: boolean;
  /** The rooms that it listens to. */
  readonly rooms: ReadonlySet<string>;
  readonly speaking: boolean;
  /** Over what its voice reaches me; empty while it does not speak. */
  readonly to: readonly VoiceSource[];
  /** How loud it is now, on the scale of a microphone's level. */
  readonly level: number;
  /** How loud it is played here, 0 … 2; 1 is as it was sent. */
  volume: number;
  /** It is not played here, and not even sent here. */
  muted: boolean;
  /** Where it is heard; null where that makes no difference. What the server says (`isPlaced`) has precedence. */
  place: Place | null;
  /** Whether its place is the one that it has told itself. */
  readonly isPlaced: boolean;
  /**
   * Its voice as it was sent, mono: before `volume`, `place` and the output's volume, which do not change it. The same node as long as
   * the player is here, over lost connections and changes of the transport too; silent while the player does not speak, and while it is
   * `muted`. To play it another way, connect it to nodes of `audioNode.context`, and set `volume` to 0. Of oneself it is what is sent:
   * do not play that. The context sounds after a gesture (`needsGesture`).
   */
  readonly audioNode: AudioNode;
  /** The same as a stream with one track, for recorders and `<audio>`; its track ends when the player leaves. */
  readonly mediaStream: MediaStream;
}

/** Somewhere that my voice goes. */
export interface Channel {
  readonly to: Target;
  activation: Activation;
  /** Whether I am heard from where I am. */
  positional: boolean;
  /** How loud I am to be heard, 0 … 2; 1 at first. */
  amplitude: number;
  priority: Priority;
  /** Push to talk is held down. */
  talking: boolean;
  /** Whether voice goes there now. */
  readonly isOpen: boolean;
  close(): void;
}

export interface ChannelOptions {
  readonly activation?: Activation;
  readonly positional?: boolean;
  readonly amplitude?: number;
  readonly priority?: Priority;
}

/** How well voice travels; numbers are null as long as nothing is known. */
export interface Quality {
  readonly word: "good" | "fair" | "poor" | "lost";
  readonly roundTripMs: number | null;
  /** How long the others' voices wait here before they are heard. */
  readonly delayMs: number | null;
  readonly lostUpPercent: number | null;
  readonly lostDownPercent: number | null;
  /** How many hear me, and what of my voice does not reach them. */
  readonly listeners: number | null;
  readonly listenersLostPercent: number | null;
  /** How many voices the connection carries of how many that speak, where that is fewer; null where it carries all. */
  readonly voices: { readonly carried: number; readonly speaking: number } | null;
  /** How voice gets to the server; null until that is measured, within two seconds or so. */
  readonly transport: Transport | null;
}

/** `relay` is a TURN server. */
export type Transport = "udp" | "tcp" | "relay" | "websocket";

/** What a moderator can do to another player. */
export type ModerationAction =
  | { readonly action: "kick" }
  | { readonly action: "mute"; readonly forSeconds?: number }
  | { readonly action: "unmute" }
  | { readonly action: "move"; readonly from: string; readonly to: string };

/** What became of it. */
export type ModerationResult =
  | "done"
  | "not-moderator"
  | "no-player"
  | "protected"
  | "not-in-room"
  | "room-forbidden"
  | "room-full"
  | "failed";

/** A place in a session, with all that belongs to it. */
export interface Voice {
  readonly state: VoiceState;
  readonly session: string;
  readonly name: string;
  /** With it another page can take over this player: a secret. Null where there is no coming back. */
  readonly key: string | null;
  readonly rooms: {
    listen(room: string): void;
    leave(room: string): void;
    list(): string[];
  };
  readonly channels: {
    /**
     * Throws a `RangeError` where there are 160. A server may take fewer that are open at once, 128 unless its operator says
     * otherwise: what it refuses is told with `problem`, and carries no voice until it opens again. Where very much opens and
     * closes, openings wait; closings never do.
     */
    open(to: Target, options?: ChannelOptions): Channel;
    list(): Channel[];
  };
  /** By name, oneself included. */
  readonly players: ReadonlyMap<string, Player>;
  readonly microphone: Microphone;
  readonly output: Output;
  readonly quality: Quality;
  /** Where I am, for positional voice and for rooms with distance; null while that is nowhere. */
  place: Place | null;
  /** Which way I look, so that voices come from the right side; { x: 0, y: 0, z: 1 } at first. It stays in this page. */
  facing: Direction;
  /** Whether the server may tell the other pages my place; false at first. */
  placeShared: boolean;
  /** At most 998 bytes of UTF-8; throws a `RangeError` beyond it. */
  text(to: Target, text: string): void;
  moderate(player: string, action: ModerationAction, reason?: string): Promise<ModerationResult>;
  /** The browser lets nothing be heard until somebody clicks, taps or presses a key. The library waits for that itself. */
  readonly needsGesture: boolean;
  /** Lets sound begin; to be called from within a click. */
  resume(): Promise<void>;
  /** Returns what stops it. */
  on<K extends keyof VoiceEvents>(event: K, handler: (event: VoiceEvents[K]) => void): () => void;
  /** Leaves for good. */
  leave(): void;
}

/** What can be heard of with `on`. */
export interface VoiceEvents {
  state: { readonly state: VoiceState; readonly retryInMs: number | null };
  joined: { readonly session: string; readonly id: number; readonly name: string; readonly resumed: boolean };
  /** Everybody who was here before is in `players`. */
  roster: undefined;
  /** Another player is here. Told again when it is told again after a lost connection; never for oneself, of whom `joined` tells. */
  player: Player;
  left: { readonly id: number; readonly name: string };
  entered: { readonly name: string; readonly room: string };
  exited: { readonly name: string; readonly room: string };
  speaking: Player;
  text: { readonly name: string; readonly to: VoiceSource; readonly text: string };
  /** The text went nowhere: too many. */
  textRateLimited: { readonly waitMs: number };
  restricted: {
    readonly restriction: "voice" | "text" | "hearing";
    readonly lifted: boolean;
    /** For good if null. */
    readonly endsInMs: number | null;
    readonly reason: string;
  };
  /** Null where the room's own rules decide. */
  roomRights: { readonly room: string; readonly mayListen: boolean | null; readonly maySpeak: boolean | null };
  roomFull: { readonly room: string; readonly to: "listen" | "speak" };
  removedFromRoom: { readonly room: string };
  moved: { readonly from: string; readonly to: string };
  /** What the operator keeps of what is spoken: all, or the last so many ms. */
  recorded: { readonly isWhole: boolean; readonly lastMs: number };
  quality: Quality;
  /** Somebody's place has changed; `player.place` says where it is. */
  placed: Player;
  /** The server will close; null: it stays after all. */
  closing: { readonly inMs: number; readonly redirect: string | null } | null;
  /** A gesture is needed for sound, or no longer. */
  gesture: boolean;
  /** Devices came or went. */
  devices: undefined;
  /** The microphone was lost while in use; null: it is back. */
  microphone: VoiceProblem | null;
  /** For good. */
  closed: VoiceProblem;
  /** Something that the page's author should know. */
  problem: { readonly message: string };
}
