// Turns the session's events into notices and announcements.

import type { Voice, VoiceEvents } from "../voice/index.ts";
import type { Announcer } from "./announcements.ts";
import type { Notices } from "./notices.ts";
import { microphoneWords } from "./problem_words.ts";
import { duration, inTime, WORDS } from "./words.ts";

/** Shows the session's events until the returned function is called. */
export function showEvents(voice: Voice, notices: Notices, announcer: Announcer): () => void {
  const { banner } = WORDS;
  // Players that were present before are announced again with each joining, which is not news.
  let isNews = false;
  const handlers: { [K in keyof VoiceEvents]?: (event: VoiceEvents[K]) => void } = {
    state: ({ state }) => showState(state, notices),
    joined: () => (isNews = false),
    roster: () => (isNews = true),
    player: ({ name, isSelf }) => {
      if (!isSelf && isNews) announcer.moved({ name, came: true });
    },
    left: ({ name }) => announcer.moved({ name, came: false }),
    closing: (closing) => showClosing(closing, notices),
    gesture: (isNeeded) => showGesture(isNeeded, voice, notices),
    restricted: (restricted) => showRestriction(restricted, notices),
    roomRights: (rights) => showRights(rights, notices),
    roomFull: ({ room, to }) =>
      notices.show({
        kind: "full " + room,
        words: to === "listen" ? banner.roomFullToListen(room) : banner.roomFullToSpeak(room),
      }),
    removedFromRoom: ({ room }) => notices.show({ kind: "removed", words: banner.removed(room) }),
    moved: ({ from, to }) => notices.show({ kind: "moved", words: banner.moved(from, to) }),
    recorded: (recorded) => showRecorded(recorded, notices),
    encryptionEvent: (event) => showEncryption(event, voice, notices),
    microphone: (problem) =>
      notices.show({
        kind: "microphone",
        words: problem ? microphoneWords(problem) : banner.microphoneBack,
        isTrouble: problem !== null,
        lasts: problem !== null,
      }),
  };
  const stops = (Object.keys(handlers) as (keyof VoiceEvents)[]).map((event) => listen(voice, event, handlers));
  if (voice.needsGesture) showGesture(true, voice, notices);
  return () => stops.forEach((stop) => stop());
}

function listen<K extends keyof VoiceEvents>(
  voice: Voice,
  event: K,
  handlers: { [E in keyof VoiceEvents]?: (event: VoiceEvents[E]) => void },
): () => void {
  return voice.on(event, (happened) => handlers[event]?.(happened));
}

function showState(state: VoiceEvents["state"]["state"], notices: Notices): void {
  if (state === "reconnecting") notices.show({ kind: "link", words: WORDS.banner.reconnecting, lasts: true });
  else notices.hide("link");
}

function showClosing(closing: VoiceEvents["closing"], notices: Notices): void {
  if (closing === null) return notices.hide("closing");
  const when = inTime(closing.inMs);
  notices.show({
    kind: "closing",
    words: closing.redirect === null ? WORDS.banner.closing(when) : WORDS.banner.redirecting(when),
    lasts: true,
  });
}

function showGesture(isNeeded: boolean, voice: Voice, notices: Notices): void {
  if (!isNeeded) return notices.hide("gesture");
  notices.show({
    kind: "gesture",
    words: WORDS.banner.gesture,
    lasts: true,
    button: { words: WORDS.banner.gestureButton, press: () => void voice.resume().catch(() => {}) },
  });
}

function showRestriction({ restriction, lifted, endsInMs, reason }: VoiceEvents["restricted"], notices: Notices): void {
  const kind = "restriction " + restriction;
  if (lifted) return notices.show({ kind, words: WORDS.banner.lifted[restriction] });
  const term = endsInMs === null ? "" : ` for ${duration(endsInMs)}`;
  notices.show({
    kind,
    words: `${WORDS.banner.restrictions[restriction]}${term}${reason ? `: ${reason}` : "."}`,
    isTrouble: true,
    lasts: true,
  });
}

function showRights({ room, mayListen, maySpeak }: VoiceEvents["roomRights"], notices: Notices): void {
  const show = (what: string, may: boolean | null) => {
    if (may === null) notices.hide(`rights ${what} ${room}`);
    else
      notices.show({
        kind: `rights ${what} ${room}`,
        words: may ? WORDS.banner.mayAgain(room, what) : WORDS.banner.mayNot(room, what),
      });
  };
  show(WORDS.banner.listen, mayListen);
  show(WORDS.banner.speak, maySpeak);
}

function showEncryption(event: VoiceEvents["encryptionEvent"], voice: Voice, notices: Notices): void {
  if (event.type === "forked")
    notices.show({ kind: "forked", words: WORDS.banner.forked(event.name), isTrouble: true, lasts: true });
  if (event.type === "weakened")
    notices.show({ kind: "weakened", words: WORDS.banner.weakened, isTrouble: true, lasts: true });
  if (event.type === "keyChanged")
    notices.show({ kind: "key-changed", words: WORDS.banner.keyChanged(event.name), isTrouble: true, lasts: true });
  if (event.type === "withheld") {
    const words = WORDS.banner.withheld[event.why](event.name);
    notices.show({ kind: "withheld " + event.why + event.name, words, isTrouble: true, lasts: true });
  }
  if (event.type === "knownKeysFull") notices.show({ kind: "known-keys", words: WORDS.banner.knownKeysFull, isTrouble: true });
  if (event.type === "roomsChanged") {
    const { plainRooms } = voice.encryption;
    notices.show({ kind: "plain-rooms", words: WORDS.banner.plainRooms(plainRooms), isTrouble: plainRooms.length > 0 });
  }
}

function showRecorded({ isWhole, lastMs }: VoiceEvents["recorded"], notices: Notices): void {
  if (isWhole) notices.show({ kind: "recorded", words: WORDS.banner.recorded, lasts: true });
  else if (lastMs > 0)
    notices.show({ kind: "recorded", words: WORDS.banner.recordedLast(duration(lastMs)), lasts: true });
  else notices.hide("recorded");
}
