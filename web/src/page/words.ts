// The page's texts. Longer explanations are in `problem_words` and `quality_words`.

import type { Activation, SecretRequirement, VoiceState, WithheldReason } from "../voice/index.ts";
import { inText } from "./names.ts";
import type { Theme } from "./settings.ts";

/** One hint per kind of requirement. */
type Hints = Record<Exclude<SecretRequirement, "no">, string>;

export const WORDS = {
  brand: "Consonance",
  join: {
    title: "Join the voice chat",
    lead: "Enter a name and talk. Nothing to install.",
    name: "Your name",
    session: "Session",
    room: "Room",
    roomHint: "All players in the same room hear each other.",
    token: "Invitation token",
    tokenHint: {
      required: "It is part of your invitation.",
      either: "It is part of your invitation, and replaces the password.",
      optional: "Leave it empty if you have none.",
    } satisfies Hints,
    password: "Password",
    passwordHint: {
      required: "",
      either: "Only if you have no token.",
      optional: "Leave it empty if you have none.",
    } satisfies Hints,
    join: "Join and talk",
    listen: "Just listen",
    joining: "Joining…",
    joiningElse: "UDP seems to be blocked in this network. Trying another way…",
    cancel: "Cancel",
    nameMissing: "Please enter a name.",
    nameTooLong: "This name is too long.",
    roomMissing: "Please enter a room.",
    tokenMissing: "This server requires a token.",
    passwordMissing: "This server requires a password.",
    eitherMissing: "This server requires a token or a password.",
    noServer: "The server cannot be reached. Is it running?",
    withoutMicrophone: "Join without microphone",
    asking: "Asking the server…",
    tryAgain: "Try again",
  },
  encryption: {
    title: "End-to-end encryption",
    lead: "Only these players can hear and read. If two players see the same words or digits for each other, no server is between them.",
    leadWhilePlain: "In other rooms, only these players can hear and read. If two players see the same words or digits for each other, no server is between them.",
    leadWhileWaiting: "Nothing is sent or played until this page has keys.",
    all: "All members together",
    code: "This page's code",
    codeNote: "Compare this hash with the one that “consonance page-hash” of the same release prints. If they differ, the server sent other code.",
    codeLoading: "…",
    codeUnknown: "This browser cannot tell.",
    open: (word: string) => `Encryption: ${word}`,
    states: { waiting: "Waiting for keys", on: "Encrypted" },
    plain: "Not encrypted",
    plainRooms: (rooms: readonly string[]) =>
      `Not encrypted, as a player listens there that cannot encrypt: ${rooms.map(inText).join(", ")}.`,
    self: "you",
    purpose: (purpose: string) => `for ${purpose}`,
    unconfirmed: "not confirmed yet",
    account: (account: string) => `account ${account}`,
    claims: (account: string) => `claims account ${account}`,
    rejected: (account: string) => `NOT account ${account}`,
    recognition: {
      new: "new to you",
      known: "known to you",
      verified: "verified",
      changed: "has another key than before: compare",
    },
    verify: (name: string) => `${name}'s are the same`,
  },
  check: {
    title: "Microphone and speakers",
    hint: "Check that others will hear you.",
    start: "Test the microphone",
    opening: "Allow the microphone when the browser asks.",
    tryAgain: "Try again",
    record: "Record 3 seconds",
    recording: "Recording: say something…",
    playing: "Playing it back…",
    recorded: "That is how you sound.",
    failed: "The recording cannot be played.",
    level: "Microphone level",
  },
  devices: {
    microphone: "Microphone",
    output: "Speakers or headphones",
    system: "System default",
    outputFixed: "This browser plays on the system's default output.",
    unnamed: (kind: string, number: number) => `${kind} ${number}`,
    gone: "This device cannot be used at present.",
  },
  sectionsTitle: "What to show",
  sections: { people: "People", chat: "Chat", map: "Map", sound: "Sound" },
  rooms: {
    title: "Rooms",
    listen: "Listen",
    talk: "Talk",
    listenTo: (room: string) => `Listen to ${inText(room)}`,
    talkTo: (room: string) => `Talk to ${inText(room)}`,
    forget: (room: string) => `Leave ${inText(room)}`,
    add: "Another room",
    addButton: "Join",
    elsewhere: "Elsewhere",
    enter: (room: string) => `Join ${inText(room)}`,
    empty: "No listeners yet. Share the link!",
    away: "Nobody can join while the connection is lost.",
    nowhere: "In no room",
    notListening: "You do not listen to this room.",
    count: (count: number) => (count === 1 ? "1 person" : `${count} people`),
  },
  player: {
    you: "you",
    whisper: "Whisper",
    whisperTo: (name: string) => `Whisper to ${inText(name)}: hold`,
    more: (name: string) => `Volume and more for ${inText(name)}`,
    volume: (name: string) => `Volume of ${inText(name)}`,
    volumeShort: "Volume",
    mute: (name: string) => `Mute ${inText(name)} for me`,
    writeShort: "Write",
    write: (name: string) => `Write to ${inText(name)}`,
    muted: "muted by you",
    toYou: "whispers to you",
    speaking: "speaks",
    speaksTo: (rooms: string) => `speaks to ${rooms}`,
    captionBy: (name: string) => `written by ${inText(name)}`,
  },
  dock: {
    label: "Your voice",
    mute: "Mute",
    unmute: "Unmute",
    noMicrophone: "You only listen.",
    openMicrophone: "Switch the microphone on",
    hold: (key: string | null) => (key === null ? "Hold to talk" : `Hold to talk (${key})`),
    talking: "Talking",
    mode: "When your voice is sent",
    threshold: "Voice is sent above this level",
  },
  activations: { "push-to-talk": "Push to talk", voice: "Voice", open: "Always on" } satisfies Record<
    Activation,
    string
  >,
  activationHints: {
    "push-to-talk": "You are heard while you hold the key or the button.",
    voice: "You are heard while your voice is above the mark on the meter.",
    open: "You are heard all the time.",
  } satisfies Record<Activation, string>,
  chat: {
    to: "Write to",
    message: (to: string) => `Message to ${inText(to)}`,
    send: "Send",
    empty: "No messages yet. Messages are kept only while this page is open.",
    notConnected: "Messages cannot be sent until the connection is back.",
    tooLong: "This message is too long.",
    held: (seconds: string) => `Too many messages: the server accepts the next one in ${seconds} s.`,
    unread: (count: number) => `${count} unread`,
    log: (name: string) => `Messages: ${inText(name)}`,
  },
  map: {
    on: "Positional voices",
    onHint: "Your voice comes from your place on the map, and players' voices from theirs. Best with headphones.",
    you: "You",
    tray: "Not on the map",
    help: "Drag the circles, or choose one and use the arrow keys (Shift for longer steps, Delete to take a player off).",
    local: "Some players share no position. You may place them anywhere: only you hear them there.",
    noPlaces:
      "Positions are not shared between pages while voice goes over a WebSocket.",
    label: (name: string, where: string) => `${inText(name)}: ${where}`,
    unplaced: (name: string) => `${inText(name)}: not on the map. Arrow keys add the player.`,
    plane: "Map, seen from above",
    ahead: "ahead",
    scale: (metres: number) => `Rings every ${metres} m`,
  },
  sound: {
    volume: "Volume of all players",
    deafen: "All sound off",
    captions: "Captions under players, if a player writes any",
    screenOn: "Keep the screen on: phones suspend the page with the screen off",
    echo: "Echo cancellation",
    noise: "Noise suppression",
    gain: "Automatic gain control",
    key: "Push-to-talk key",
    keyButton: (key: string) => `${key}: change`,
    keyAsking: "Press a key… (Escape to keep it)",
    theme: "Theme",
    test: "Hear yourself",
  },
  themes: { system: "System", light: "Light", dark: "Dark" } satisfies Record<Theme, string>,
  connection: {
    title: "Connection",
    states: {
      connecting: "Connecting",
      connected: "Connected",
      reconnecting: "Reconnecting",
      closed: "Not connected",
    } satisfies Record<VoiceState, string>,
    qualities: { good: "Good", fair: "Fair", poor: "Poor", lost: "Lost" },
    open: (word: string) => `Connection: ${word}`,
    graph: "The last two minutes",
    roundTrip: (ms: string) => `To the server and back (${ms})`,
    lost: (percent: string) => `Lost (${percent})`,
    unknown: "No measurements yet.",
  },
  banner: {
    reconnecting: "The connection was lost. Reconnecting automatically…",
    back: "You are back.",
    closing: (when: string) => `The server closes ${when}.`,
    redirecting: (when: string) => `The server closes ${when}. You are moved to the next one automatically.`,
    forked: (name: string) =>
      `${inText(name)} claims to see other members than you: the server may be listening, or the claim is false. See beside the lock which members confirm.`,
    keyChanged: (name: string) => `${name} has another key than before. Compare the words beside the lock.`,
    weakened: "The server wants to switch the encryption off. Nothing is sent or played any more: leave the session.",
    plainRooms: (rooms: readonly string[]) =>
      rooms.length === 0
        ? "Your rooms are encrypted."
        : `Not encrypted, as a player listens there that cannot encrypt: ${rooms.map(inText).join(", ")}.`,
    withheld: {
      "not-offered": () => "You require encryption, and this session does not offer it: nothing is sent or played.",
      "plain-room": (name: string | null) =>
        `You require encryption, and a player in ${name === null ? "your room" : inText(name)} cannot encrypt: nothing that you say or write there is sent.`,
      "not-a-member": (name: string | null) =>
        `You require encryption, and ${name === null ? "a player" : inText(name)} cannot encrypt: nothing that you say or write to this player is sent.`,
    } satisfies Record<WithheldReason, (name: string | null) => string>,
    notKept: "This browser cannot store your key and those of the players that you met: the next time, you are new to each other.",
    knownKeysFull:
      "This browser has no space for the keys of more players. A new player's key is not remembered, so you are not warned if it changes.",
    gesture: "The browser plays sound only after a click.",
    gestureButton: "Switch sound on",
    recorded: "Voice in this session is recorded.",
    recordedLast: (minutes: string) =>
      `The last ${minutes} of voice in this session are kept for reports by players.`,
    roomFullToListen: (room: string) => `${inText(room)} is full: you cannot listen there now.`,
    roomFullToSpeak: (room: string) => `${inText(room)} has its maximum of speakers: you are not heard there now.`,
    removed: (room: string) => `You were removed from ${inText(room)}.`,
    moved: (from: string, to: string) => `You were moved from ${inText(from)} to ${inText(to)}.`,
    mayNot: (room: string, what: string) => `You may not ${what} in ${inText(room)}.`,
    mayAgain: (room: string, what: string) => `You may ${what} in ${inText(room)} again.`,
    listen: "listen",
    speak: "speak",
    restrictions: {
      voice: "The server's operator has muted you",
      text: "The server's operator has blocked your messages",
      hearing: "The server's operator has deafened you",
    },
    lifted: { voice: "You are no longer muted.", text: "You may write again.", hearing: "You are no longer deafened." },
    microphoneBack: "The microphone works again.",
    dismiss: "Close this message",
  },
  ended: {
    again: "Join again",
    elsewhere: "Change name or room",
    titles: {
      kicked: "You were removed from the session",
      "name-taken": "Another player joined under your name",
      banned: "You are banned here",
      closing: "The server has closed",
      left: "You have left",
      full: "The session is full",
      version: "This page is too old",
      encryption: "This browser cannot encrypt from end to end",
      other: "The session has ended",
    } as Record<string, string>,
    hints: {
      left: "See you soon.",
      version: "Reload the page to get the current one.",
      encryption: "Use a current version of Chrome, Edge, Firefox or Safari.",
    } as Record<string, string>,
  },
  actions: { copy: "Copy link", copied: "Copied", notCopied: "Not copied", leave: "Leave", theme: (next: string) => `Theme: ${next}` },
};

/** A duration for display: "2 minutes", "45 seconds". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

/** A time until an event: "in 2 minutes", or "now". */
export function inTime(ms: number): string {
  return ms < 1000 ? "now" : "in " + duration(ms);
}
