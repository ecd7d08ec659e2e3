import type { Activation, ModerationResult, Priority } from "./declarations.ts";
import type { EncryptionEvent, EncryptionOptions, EncryptionStatus } from "./encryption_api.ts";
import type { VoiceProblem } from "./problem.ts";
export type { Activation, ModerationResult, Priority };
/** All players that listen to a room, or one player. */
export type Target = {
    readonly room: string;
} | {
    readonly player: string;
};
/** The way by which a player's voice or text reaches this page. */
export type VoiceSource = {
    readonly room: string;
} | {
    readonly me: true;
};
/** `reconnecting` needs no action by the page; `closed` is final. */
export type VoiceState = "connecting" | "connected" | "reconnecting" | "closed";
/**
 * A position in the world, in metres, on the axes of servers, native players and Unity, which are left-handed: x to the right, y up, z
 * ahead. Negate z for engines in which z points backwards, such as three.js.
 */
export interface Place {
    readonly x: number;
    readonly y: number;
    readonly z: number;
}
/** A direction, on the axes of a place; its length is ignored. */
export interface Direction {
    readonly x: number;
    readonly y: number;
    readonly z: number;
}
/** A microphone or a loudspeaker. The label is empty until the page has permission to use microphones. */
export interface Device {
    readonly id: string;
    readonly label: string;
}
/** What the browser does to the microphone's sound; each is on unless set to false. */
export interface Processing {
    readonly echoCancellation?: boolean;
    readonly noiseSuppression?: boolean;
    readonly autoGainControl?: boolean;
}
export interface Stereo {
    /**
     * Sends two channels, for music and instruments: over WebRTC at 96 kb/s, over a WebSocket their mean. What the browser does to the sound
     * is off then unless it is set to true. False if absent.
     */
    readonly stereo?: boolean;
}
export interface MicrophoneOptions extends Processing, Stereo {
    /** The id of a device; the system's default if absent. */
    readonly device?: string;
}
export interface ConnectOptions extends Processing, Stereo {
    /** The server's page, for instance `https://voice.example.org/`; the origin of this page if absent. */
    readonly url?: string;
    readonly session: string;
    readonly name: string;
    /** A join token, if the server requires one; or a function that gets one, called again for each reconnection. */
    readonly token?: string | (() => string | Promise<string>);
    readonly password?: string;
    /** A microphone opened before, which stays open when the voice ends; or the id of a device; or false to only listen. */
    readonly microphone?: Microphone | string | false;
    /** The id of a loudspeaker or headset. */
    readonly output?: string;
    /** How many players can be heard at once, 1 … 16; by default 16, and 8 on phones. */
    readonly slots?: number;
    /** How voice travels; `auto` tries WebRTC, then a WebSocket. */
    readonly transport?: "auto" | "webrtc" | "websocket";
    /** The `key` of an earlier voice: after a reload, the page is the same player again if the server still keeps it. */
    readonly resume?: string;
    /**
     * What happens to the player when the page is unloaded: with `leave`, the default, it leaves the session; with `stay` the server keeps it
     * for ten seconds, silent, for a page that returns with `resume`. Over a WebSocket it always leaves.
     */
    readonly onUnload?: "leave" | "stay";
    /** Whether and how voice and text are encrypted from end to end, where the server offers it. */
    readonly encryption?: EncryptionOptions;
    /** Called if joining takes longer than usual: after three seconds, UDP may be blocked, and other ways are tried. */
    readonly onSlow?: () => void;
    /** Cancels joining; has no effect once joined. */
    readonly signal?: AbortSignal;
    /** The folder of `worklet.js`, if it is not beside the library. */
    readonly assets?: string;
}
/** Whether a secret has to be shown; of two that are `either`, one is enough. */
export type SecretRequirement = "no" | "optional" | "either" | "required";
/** Public information about a server. */
export interface Info {
    readonly version: string;
    readonly sessions: readonly string[];
    /** Whether sessions that are not in the list are created on request. */
    readonly onDemand: boolean;
    /** The secret to ask for first: `secrets` in one word. */
    readonly join: "open" | "password" | "token";
    /** Which secrets joining requires. Some sessions, or an operator's service, may require those that are optional. */
    readonly secrets: {
        readonly token: SecretRequirement;
        readonly password: SecretRequirement;
    };
    /** Whether the server accepts voice over UDP. */
    readonly udp: boolean;
    /** Whether sessions of the server may be encrypted from end to end. */
    readonly encryption: boolean;
    /** Whether the server accepts voice over a WebSocket. */
    readonly fallback: boolean;
    /** Whether browsers allow this page a microphone: it was loaded over HTTPS or from the same computer. */
    readonly secure: boolean;
    /** STUN and TURN servers for this page. */
    readonly iceServers?: readonly RTCIceServer[];
}
/** A microphone, with or without a session. */
export interface Microphone {
    /** The present level: 0 is -60 dBFS or less, 1 is 0 dBFS, linear in decibels. */
    readonly level: number;
    /** The level above which voice activation opens; the same scale. */
    threshold: number;
    /** How long voice activation stays open after the last sound above the threshold, in ms, 0 … 5000; 400 at first. */
    holdMs: number;
    /** Gain of the sent sound, 0 … 4; 1 at first. */
    volume: number;
    /** Whether the voice is above the threshold, or was within the hold time. */
    readonly isOpen: boolean;
    /** While true, no sound of it leaves the page. */
    muted: boolean;
    /** Whether two channels are sent. */
    readonly isStereo: boolean;
    /**
     * Sounds of the page's own are sent with the device's, or without one (`microphone: false`): connect nodes of `input.context`, such as a
     * player of music. `volume`, `muted` and voice activation count for them as well.
     */
    readonly input: AudioNode;
    /** The id of the device; null while there is none. */
    readonly device: string | null;
    list(): Promise<Device[]>;
    /**
     * Switches to another device; if several are chosen at once, the last one wins. Rejects with a `VoiceProblem`, and the
     * previous device stays in use.
     */
    choose(id: string): Promise<void>;
    /**
     * Records what would be sent, for a test of the microphone; `seconds` at most 30. Rejects while another recording is
     * in progress, when the microphone is closed, and with the signal's reason.
     */
    record(seconds: number, signal?: AbortSignal): Promise<AudioBuffer>;
    /** Changes what the browser does to the sound; absent fields stay as they are. */
    process(processing: Processing): Promise<void>;
    /** Releases the device permanently. */
    close(): void;
}
/** The output device for other players' voices. */
export interface Output {
    /** The id of the device; null for the system's default. */
    readonly device: string | null;
    /** Whether this browser lets a page choose the output. */
    readonly canChoose: boolean;
    /** Volume of all players, 0 … 2; 1 at first. */
    volume: number;
    /** While true, no player is heard. */
    deafened: boolean;
    list(): Promise<Device[]>;
    /** Switches to another device. Rejects with a `VoiceProblem`, and the previous device stays in use. */
    choose(id: string): Promise<void>;
    /** Plays a sound to its end, such as the recording of a microphone test. */
    play(sound: AudioBuffer): Promise<void>;
}
/** A player in the session. The same object as long as the player is present. */
export interface Player {
    readonly id: number;
    readonly name: string;
    readonly isSelf: boolean;
    /** The rooms that the player listens to. */
    readonly rooms: ReadonlySet<string>;
    readonly speaking: boolean;
    /** The ways by which its voice reaches this page; empty while it does not speak. */
    readonly to: readonly VoiceSource[];
    /** The present level, on the scale of a microphone's level. */
    readonly level: number;
    /** Playback volume here, 0 … 2; 1 is as sent. */
    volume: number;
    /**
     * What the voice passes here before `volume`, in words: effects by name, separated by commas, each with settings where they differ,
     * such as "radio strength=0.4, cave"; "" at first, for none. It stays with the name. Throws a `RangeError` that lists the known names.
     */
    effects: string;
    /** While true, the player is not played here, and the server does not send its voice. */
    muted: boolean;
    /** Where it is heard; null if it has no position. A position from the server (`isPlaced`) takes precedence. */
    place: Place | null;
    /** Whether its place is the one that the player itself reports. */
    readonly isPlaced: boolean;
    /**
     * The player's voice as sent, mono or stereo: before `volume`, `place` and the output's volume. The same node as long as the player is present,
     * also after lost connections and a change of transport; silent while the player does not speak, and while it is `muted`. To play it
     * in another way, connect it to nodes of `audioNode.context`, and set `volume` to 0. For the page's own player it is the sent sound: do
     * not play that. The context is silent until a gesture (`needsGesture`).
     */
    readonly audioNode: AudioNode;
    /** The same as a stream with one track, for recorders and `<audio>`; its track ends when the player leaves. */
    readonly mediaStream: MediaStream;
}
/** A target of this page's voice: a room or a player. */
export interface Channel {
    readonly to: Target;
    activation: Activation;
    /** Whether listeners hear the voice from this page's place. */
    positional: boolean;
    /** Gain of the voice on this channel, 0 … 2; 1 at first. */
    amplitude: number;
    priority: Priority;
    /** Push to talk is pressed. */
    talking: boolean;
    /** Whether voice is sent on the channel now. */
    readonly isOpen: boolean;
    close(): void;
}
export interface ChannelOptions {
    readonly activation?: Activation;
    readonly positional?: boolean;
    readonly amplitude?: number;
    readonly priority?: Priority;
}
/** Connection quality; a number is null until it is measured. */
export interface Quality {
    readonly word: "good" | "fair" | "poor" | "lost";
    readonly roundTripMs: number | null;
    /** How long received voice waits in the jitter buffers. */
    readonly delayMs: number | null;
    readonly lostUpPercent: number | null;
    readonly lostDownPercent: number | null;
    /** How many players hear this page, and how much of its voice they lose. */
    readonly listeners: number | null;
    readonly listenersLostPercent: number | null;
    /** How many of the present voices the connection carries, if it cannot carry all; null if it carries all. */
    readonly voices: {
        readonly carried: number;
        readonly speaking: number;
    } | null;
    /** The path of voice to the server; null until it is measured, which takes about two seconds. */
    readonly transport: Transport | null;
}
/** `relay` is a TURN server. */
export type Transport = "udp" | "tcp" | "relay" | "websocket";
/** What a moderator can do to another player. */
export type ModerationAction = {
    readonly action: "kick";
}
/** Removes the player and keeps it out, for so long or permanently; also under another name, if it has an account. */
 | {
    readonly action: "ban";
    readonly forSeconds?: number;
} | {
    readonly action: "mute";
    readonly forSeconds?: number;
} | {
    readonly action: "unmute";
} | {
    readonly action: "move";
    readonly from: string;
    readonly to: string;
};
/** A player in a session, with all that belongs to it. */
export interface Voice {
    readonly state: VoiceState;
    readonly session: string;
    readonly name: string;
    /** A secret with which another page can resume this player. Null if it cannot be resumed. */
    readonly key: string | null;
    readonly rooms: {
        listen(room: string): void;
        leave(room: string): void;
        list(): string[];
        /** What all voices pass here that come over a room, behind the `effects` of each player. Throws a `RangeError` as they do. */
        setEffects(room: string, effects: string): void;
    };
    readonly channels: {
        /**
         * Throws a `RangeError` if there are 160 already. A server may accept fewer open channels, 128 unless its operator
         * configures another number: a channel above that is reported with `problem` and carries no voice until it opens again.
         * Under many changes, openings are delayed; closings never are.
         */
        open(to: Target, options?: ChannelOptions): Channel;
        list(): Channel[];
    };
    /** `encryption` is raised when it changes. */
    readonly encryption: EncryptionStatus;
    /**
     * Submits what was heard of these players in the last 30 seconds, or of all if none is named, to the game's moderators, with a reason of
     * up to 1000 bytes. It is sealed to `moderatorsKey` of the options: the server keeps it, and cannot read it. The event `encryptionEvent`
     * tells what becomes of it; a player can report once in a minute.
     */
    report(reason: string, players?: readonly string[]): void;
    /** The safety number of the member with this name was compared, over another way: its key is remembered as verified. */
    verifyMember(name: string): void;
    /** By name, including this page's own player. */
    readonly players: ReadonlyMap<string, Player>;
    readonly microphone: Microphone;
    readonly output: Output;
    readonly quality: Quality;
    /** This player's position, for positional voice and for rooms with a distance; null if it has none. */
    place: Place | null;
    /** The direction in which the listener looks; { x: 0, y: 0, z: 1 } at first. It is not sent. */
    facing: Direction;
    /** Whether the server may pass the place on to others in the same world: pages, and Mumble's users; false at first. */
    placeShared: boolean;
    /**
     * The name of the world that the place is in, such as a game and its map: the page gets the places of players in the same world only.
     * "" at first, the world of all who name none; at most 256 bytes of UTF-8, or it throws a `RangeError`. The server learns of it with the
     * place. A player of Mumble's is in the world that its game names.
     */
    world: string;
    /** At most 998 bytes of UTF-8; throws a `RangeError` for longer texts. */
    text(to: Target, text: string): void;
    moderate(player: string, action: ModerationAction, reason?: string): Promise<ModerationResult>;
    /** The browser blocks sound until the user clicks, taps or presses a key. The library waits for that itself. */
    readonly needsGesture: boolean;
    /** Starts sound; call it from a click handler. */
    resume(): Promise<void>;
    /** Returns a function that unsubscribes. */
    on<K extends keyof VoiceEvents>(event: K, handler: (event: VoiceEvents[K]) => void): () => void;
    /** Leaves the session permanently. */
    leave(): void;
}
/** The events of `on`. */
export interface VoiceEvents {
    state: {
        readonly state: VoiceState;
        readonly retryInMs: number | null;
    };
    joined: {
        readonly session: string;
        readonly id: number;
        readonly name: string;
        readonly resumed: boolean;
    };
    /** All players that were present before are in `players`. */
    roster: undefined;
    /** Another player is present. Raised again after a reconnection; never for the page's own player, which comes with `joined`. */
    player: Player;
    left: {
        readonly id: number;
        readonly name: string;
    };
    entered: {
        readonly name: string;
        readonly room: string;
    };
    exited: {
        readonly name: string;
        readonly room: string;
    };
    speaking: Player;
    encryption: EncryptionStatus;
    encryptionEvent: EncryptionEvent;
    text: {
        readonly name: string;
        readonly to: VoiceSource;
        readonly text: string;
    };
    /**
     * What a player says, as text, which is not raised as `text`: `by` has written it down, and it is that player's word. Until one is final,
     * the next one about the same player replaces it.
     */
    caption: {
        readonly player: string;
        readonly by: string;
        readonly to: VoiceSource;
        readonly text: string;
        readonly isFinal: boolean;
    };
    /** The text was not delivered: too many texts. */
    textRateLimited: {
        readonly waitMs: number;
    };
    restricted: {
        readonly restriction: "voice" | "text" | "hearing";
        readonly lifted: boolean;
        /** Permanent if null. */
        readonly endsInMs: number | null;
        readonly reason: string;
    };
    /** Null if the room's own rules decide. */
    roomRights: {
        readonly room: string;
        readonly mayListen: boolean | null;
        readonly maySpeak: boolean | null;
    };
    roomFull: {
        readonly room: string;
        readonly to: "listen" | "speak";
    };
    removedFromRoom: {
        readonly room: string;
    };
    moved: {
        readonly from: string;
        readonly to: string;
    };
    /** What the operator records: all voice, or the last so many ms. */
    recorded: {
        readonly isWhole: boolean;
        readonly lastMs: number;
    };
    quality: Quality;
    /** A player's place has changed; `player.place` has the new one. */
    placed: Player;
    /** The server will close; null: it stays open after all. */
    closing: {
        readonly inMs: number;
        readonly redirect: string | null;
    } | null;
    /** Sound needs a gesture, or no longer needs one. */
    gesture: boolean;
    /** Devices were added or removed. */
    devices: undefined;
    /** The microphone was lost while in use; null: it works again. */
    microphone: VoiceProblem | null;
    /** Final. */
    closed: VoiceProblem;
    /** A warning for the page's author. */
    problem: {
        readonly message: string;
    };
}
