// What the page says. Longer explanations stand in `problem_words` and `quality_words`.

import type { Activation, SecretRequirement, VoiceState } from "../voice/index.ts";
import { inText } from "./names.ts";
import type { Theme } from "./settings.ts";

/** For each way in which a server asks for something. */
type Hints = Record<Exclude<SecretRequirement, "no">, string>;

export const WORDS = {
  brand: "Consonance",
  join: {
    title: "Come in and talk",
    lead: "Say who you are, and you are in. Nothing to install.",
    name: "Your name",
    session: "Session",
    room: "Room",
    roomHint: "Everybody in the same room hears each other.",
    token: "Invitation token",
    tokenHint: {
      required: "The one who invited you has it.",
      either: "The one who invited you has it. With it you need no password.",
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
    cancel: "Cancel",
    nameMissing: "Please say who you are.",
    nameTooLong: "This name is too long.",
    roomMissing: "Please name a room.",
    tokenMissing: "This server asks for a token.",
    passwordMissing: "This server asks for a password.",
    eitherMissing: "This server asks for a token or a password.",
    noServer: "The server cannot be reached. Is it running?",
    asking: "Asking the server…",
    tryAgain: "Try again",
  },
  check: {
    title: "Microphone and speakers",
    hint: "See whether others will hear you.",
    start: "Try the microphone",
    opening: "The browser asks whether this page may use your microphone.",
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
    system: "The system's choice",
    outputFixed: "This browser plays on the system's output.",
    unnamed: (kind: string, number: number) => `${kind} ${number}`,
    gone: "That device cannot be used just now.",
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
    nobody: "Nobody listens here yet. Share the link!",
    nowhere: "In no room",
    notListening: "You do not listen here.",
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
    write: (name: string) => `Write to ${inText(name)}`,
    muted: "muted by you",
    toYou: "whispers to you",
    speaking: "speaks",
    speaksTo: (rooms: string) => `speaks to ${rooms}`,
  },
  dock: {
    label: "Your voice",
    mute: "Mute",
    unmute: "Unmute",
    noMicrophone: "You only listen.",
    openMicrophone: "Switch the microphone on",
    hold: (key: string | null) => (key === null ? "Hold to talk" : `Hold to talk (${key})`),
    talking: "Talking",
    mode: "How your voice is let through",
    threshold: "Voice is let through above this level",
  },
  activations: { "push-to-talk": "Push to talk", voice: "Voice", open: "Always on" } satisfies Record<
    Activation,
    string
  >,
  activationHints: {
    "push-to-talk": "You are heard while you hold the key or the button.",
    voice: "You are heard while you are louder than the mark on the meter.",
    open: "You are heard all the time.",
  } satisfies Record<Activation, string>,
  chat: {
    to: "Write to",
    message: (to: string) => `Message to ${inText(to)}`,
    send: "Send",
    empty: "Nothing has been written yet. Texts are kept only while this page is open.",
    notConnected: "Nothing can be sent until the connection is back.",
    tooLong: "This text is too long for one message.",
    held: (seconds: string) => `Too fast: the server takes the next text in ${seconds} s.`,
    unread: (count: number) => `${count} unread`,
    log: (name: string) => `Messages: ${inText(name)}`,
  },
  map: {
    on: "Voices come from their places",
    onHint: "Your voice comes from where you stand, and you hear players from where they stand. Best with headphones.",
    you: "You",
    tray: "Not on the map",
    help: "Drag the circles, or choose one and use the arrow keys (Shift for longer steps, Delete to take a player off).",
    local: "Some do not tell where they are. You may put them where you like: only you hear them there.",
    noPlaces:
      "The others' pages are not told where you are, nor yours where they are, because voice goes over a WebSocket here.",
    label: (name: string, where: string) => `${inText(name)}: ${where}`,
    unplaced: (name: string) => `${inText(name)}: not on the map. Arrow keys put them there.`,
    plane: "Map, seen from above",
    ahead: "ahead",
    scale: (metres: number) => `Rings every ${metres} m`,
  },
  sound: {
    volume: "Volume of everybody",
    deafen: "All sound off",
    screenOn: "Keep the screen on: in the dark, phones stop the page",
    echo: "Take out the echo of your speakers",
    noise: "Take out noise",
    gain: "Even out how loud you are",
    key: "Key to talk",
    keyButton: (key: string) => `${key}: change`,
    keyAsking: "Press a key… (Escape to keep it)",
    theme: "Colours",
    test: "Hear yourself",
  },
  themes: { system: "As the system", light: "Light", dark: "Dark" } satisfies Record<Theme, string>,
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
    unknown: "Nothing has been measured yet.",
  },
  banner: {
    reconnecting: "The connection was lost. It comes back by itself; you need not do anything.",
    back: "You are back.",
    closing: (when: string) => `The server closes ${when}.`,
    movesOn: (when: string) => `The server closes ${when}. You are moved to the next one by yourself.`,
    gesture: "The browser plays sound only after a click.",
    gestureButton: "Switch sound on",
    recorded: "What is spoken here is recorded.",
    recordedLast: (minutes: string) =>
      `The last ${minutes} of what is spoken here are kept, in case a player reports it.`,
    roomFullToListen: (room: string) => `${inText(room)} is full: you cannot listen there now.`,
    roomFullToSpeak: (room: string) => `Enough people speak in ${inText(room)}: you are not heard there now.`,
    removed: (room: string) => `You were taken out of ${inText(room)}.`,
    moved: (from: string, to: string) => `You were moved from ${inText(from)} to ${inText(to)}.`,
    mayNot: (room: string, what: string) => `You may not ${what} in ${inText(room)}.`,
    mayAgain: (room: string, what: string) => `You may ${what} in ${inText(room)}.`,
    listen: "listen",
    speak: "speak",
    restrictions: {
      voice: "The server's operator has muted you",
      text: "The server's operator lets you write no texts",
      hearing: "The server's operator has taken your hearing",
    },
    lifted: { voice: "You are heard again.", text: "You may write again.", hearing: "You hear again." },
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
      other: "The session has ended",
    } as Record<string, string>,
    reload: "Load the page again to get the present one.",
    leftHint: "See you soon.",
  },
  actions: { copy: "Copy link", copied: "Copied", notCopied: "Not copied", leave: "Leave", theme: (next: string) => `Colours: ${next}` },
};

/** A length of time for people: "2 minutes", "45 seconds". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

/** When something happens: "in 2 minutes", or "now". */
export function inTime(ms: number): string {
  return ms < 1000 ? "now" : "in " + duration(ms);
}
