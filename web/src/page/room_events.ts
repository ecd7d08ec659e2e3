// What happens in the session, as notices and announcements.

import type { Voice, VoiceEvents } from "../voice/index.ts";
import type { Announcer } from "./announcements.ts";
import type { Notices } from "./notices.ts";
import { microphoneWords } from "./problem_words.ts";
import { duration, inTime, WORDS } from "./words.ts";

/** Tells of the session's events in words, until the returned function is called. */
export function tellEvents(voice: Voice, notices: Notices, announcer: Announcer): () => void {
  const { banner } = WORDS;
  // Who was here before is told again with each joining, and is no news.
  let isNews = false;
  const handlers: { [K in keyof VoiceEvents]?: (event: VoiceEvents[K]) => void } = {
    state: ({ state }) => tellState(state, notices),
    joined: () => (isNews = false),
    roster: () => (isNews = true),
    player: ({ name, isSelf }) => {
      if (!isSelf && isNews) announcer.moved({ name, came: true });
    },
    left: ({ name }) => announcer.moved({ name, came: false }),
    closing: (closing) => tellClosing(closing, notices),
    gesture: (isNeeded) => tellGesture(isNeeded, voice, notices),
    restricted: (restricted) => showRestriction(restricted, notices),
    roomRights: (rights) => tellRights(rights, notices),
    roomFull: ({ room, to }) =>
      notices.show({
        kind: "full " + room,
        words: to === "listen" ? banner.roomFullToListen(room) : banner.roomFullToSpeak(room),
      }),
    removedFromRoom: ({ room }) => notices.show({ kind: "removed", words: banner.removed(room) }),
    moved: ({ from, to }) => notices.show({ kind: "moved", words: banner.moved(from, to) }),
    recorded: (recorded) => tellRecorded(recorded, notices),
    microphone: (problem) =>
      notices.show({
        kind: "microphone",
        words: problem ? microphoneWords(problem) : banner.microphoneBack,
        isTrouble: problem !== null,
        lasts: problem !== null,
      }),
  };
  const stops = (Object.keys(handlers) as (keyof VoiceEvents)[]).map((event) => listen(voice, event, handlers));
  if (voice.needsGesture) tellGesture(true, voice, notices);
  return () => stops.forEach((stop) => stop());
}

function listen<K extends keyof VoiceEvents>(
  voice: Voice,
  event: K,
  handlers: { [E in keyof VoiceEvents]?: (event: VoiceEvents[E]) => void },
): () => void {
  return voice.on(event, (happened) => handlers[event]?.(happened));
}

function tellState(state: VoiceEvents["state"]["state"], notices: Notices): void {
  if (state === "reconnecting") notices.show({ kind: "link", words: WORDS.banner.reconnecting, lasts: true });
  else notices.hide("link");
}

function tellClosing(closing: VoiceEvents["closing"], notices: Notices): void {
  if (closing === null) return notices.hide("closing");
  const when = inTime(closing.inMs);
  notices.show({
    kind: "closing",
    words: closing.redirect === null ? WORDS.banner.closing(when) : WORDS.banner.movesOn(when),
    lasts: true,
  });
}

function tellGesture(isNeeded: boolean, voice: Voice, notices: Notices): void {
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

function tellRights({ room, mayListen, maySpeak }: VoiceEvents["roomRights"], notices: Notices): void {
  const tell = (what: string, may: boolean | null) => {
    if (may === null) notices.hide(`rights ${what} ${room}`);
    else
      notices.show({
        kind: `rights ${what} ${room}`,
        words: may ? WORDS.banner.mayAgain(room, what) : WORDS.banner.mayNot(room, what),
      });
  };
  tell(WORDS.banner.listen, mayListen);
  tell(WORDS.banner.speak, maySpeak);
}

function tellRecorded({ isWhole, lastMs }: VoiceEvents["recorded"], notices: Notices): void {
  if (isWhole) notices.show({ kind: "recorded", words: WORDS.banner.recorded, lasts: true });
  else if (lastMs > 0)
    notices.show({ kind: "recorded", words: WORDS.banner.recordedLast(duration(lastMs)), lasts: true });
  else notices.hide("recorded");
}
