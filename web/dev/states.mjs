// The states of the page with the fake library, and the windows that it is looked at in.

const SUBMIT = "document.querySelector('input').value = 'Alice'; document.querySelector('form').requestSubmit()";
const JOIN = SUBMIT + "; await until('.room-screen, .field-trouble:not([hidden]), .trouble:not([hidden]), .advice, [tabindex=\"-1\"]')";
const TRY = "document.querySelector('.check button').click(); await until('.meter, .advice')";
const press = (within, words) => `[...document.querySelectorAll('${within} :is(button, .switch)')].find((one) => one.textContent.startsWith('${words}')).click()`;
const tab = (index) => `; document.querySelectorAll('nav button')[${index}].click()`;
const SETTLE = "; await pause(500)";
/** Opens the lock, and waits for the hash of the page. */
const LOCK = "; document.querySelector('.encryption summary').click(); await pause(300)";
/** Each state: a scene of the fake library, and the actions in the page that lead to it. */
export const STATES = {
  join: ["plain", ""],
  "join-microphone": ["plain", TRY],
  "join-empty": ["token", "document.querySelector('form').requestSubmit()"],
  "join-password": ["password", ""],
  "join-some-passwords": ["some-passwords", ""],
  "join-token-or-password": ["token-or-password", ""],
  "join-neither": ["token-or-password", JOIN],
  "join-token-and-password": ["token-and-password", ""],
  "join-ticket": ["ticket", ""],
  "join-bad-token": ["bad-token", "document.querySelectorAll('input')[2].value = 'x'; " + JOIN],
  "join-name-taken": ["name-taken", JOIN],
  "join-full": ["full", JOIN],
  "join-no-server": ["no-server", ""],
  "join-denied": ["denied", TRY],
  "join-no-microphone": ["no-microphone", TRY],
  "join-in-use": ["in-use", TRY],
  "join-insecure": ["insecure", TRY],
  "join-dismissed": ["dismissed", TRY],
  "join-no-webrtc": ["no-webrtc", TRY],
  "join-unloaded": ["unloaded", TRY],
  "join-asking": ["asking", "document.querySelector('.check button').click(); await pause(50)"],
  "join-recording": ["plain", TRY + "; " + press(".check", "Record 3 seconds") + "; await pause(50)"],
  "join-joining": ["slow", SUBMIT + "; await pause(50)"],
  "join-blocked": ["blocked", SUBMIT + "; await until('.trouble:not([hidden])')"],
  "join-foreign": ["foreign", "await until('.trouble:not([hidden])')"],
  "join-no-encryption": ["no-encryption", JOIN],
  people: ["plain", JOIN + SETTLE],
  "people-more": [
    "plain",
    JOIN +
      SETTLE +
      "; for (const more of document.querySelectorAll('[aria-expanded]')) more.click(); document.querySelector('.player-more button').click()",
  ],
  "people-alone": ["alone", JOIN + SETTLE],
  "people-crowd": ["crowd", JOIN + SETTLE],
  captions: [
    "captions",
    JOIN +
      SETTLE +
      tab(3) +
      "; " +
      press(".sound", "Captions") +
      tab(0) +
      SETTLE,
  ],
  chat: ["plain", JOIN + SETTLE + tab(1)],
  "chat-player": ["plain", JOIN + SETTLE + tab(1) + "; document.querySelectorAll('.chat .toggle')[1].click()"],
  "chat-empty": ["alone", JOIN + SETTLE + tab(1)],
  "chat-away": ["away-with-others", JOIN + SETTLE + tab(1) + "; const write = document.querySelector('.write'); write.querySelector('input').value = 'Hello'; write.requestSubmit()"],
  "chat-too-many": ["too-many-texts", JOIN + SETTLE + tab(1)],
  "map-off": ["plain", JOIN + SETTLE + tab(2)],
  map: ["plain", JOIN + SETTLE + tab(2) + "; document.querySelector('.map [role=switch]').click()"],
  "map-placed": ["placed", JOIN + SETTLE + tab(2) + "; document.querySelector('.map [role=switch]').click()"],
  "map-websocket": ["websocket", JOIN + SETTLE + tab(2) + "; document.querySelector('.map [role=switch]').click()"],
  "sound-busy": ["busy", JOIN + SETTLE + tab(3) + "; " + press(".sound", "Echo") + "; await until('.sound .field-trouble:not([hidden])')"],
  "sound-key": ["plain", JOIN + SETTLE + tab(3) + "; " + press(".sound", "Space")],
  "sound-off": ["plain", JOIN + SETTLE + tab(3) + "; " + press(".sound", "All sound off") + tab(0)],
  sound: ["plain", JOIN + SETTLE + tab(3)],
  "push-to-talk": ["plain", JOIN + SETTLE + "; document.querySelector('[value=push-to-talk]').click()"],
  talking: [
    "plain",
    JOIN +
      SETTLE +
      "; document.querySelector('[value=push-to-talk]').click(); dispatchEvent(new KeyboardEvent('keydown', { code: 'Space' }))",
  ],
  muted: ["plain", JOIN + SETTLE + "; document.querySelector('.mute').click()"],
  connection: ["plain", JOIN + SETTLE + "; document.querySelector('.connection summary').click()"],
  "connection-poor": ["poor", JOIN + SETTLE + "; document.querySelector('.connection summary').click()"],
  "not-listening": ["plain", JOIN + SETTLE + "; " + press(".room", "Listen")],
  "always-on": ["plain", JOIN + SETTLE + "; document.querySelector('[value=open]').click()"],
  "connection-lost": ["reconnecting", JOIN + SETTLE + "; document.querySelector('.connection summary').click()"],
  "alone-and-away": ["alone-and-away", JOIN + SETTLE],
  silent: ["silent", JOIN + SETTLE],
  operated: ["operated", JOIN + SETTLE],
  "lost-microphone": ["lost-microphone", JOIN + SETTLE],
  waiting: ["waiting", JOIN + SETTLE + LOCK],
  encrypted: ["encrypted", JOIN + SETTLE + LOCK],
  "encrypted-end": ["encrypted", JOIN + SETTLE + LOCK + "; const card = document.querySelector('.encryption .popover'); card.scrollTop = card.scrollHeight"],
  "plain-room": ["plain-room", JOIN + SETTLE + LOCK],
  "trouble-of-keys": ["trouble-of-keys", JOIN + SETTLE],
  reconnecting: ["reconnecting", JOIN + SETTLE],
  closing: ["closing", JOIN + SETTLE],
  kicked: ["kicked", JOIN + SETTLE],
  "name-taken": ["taken", JOIN + SETTLE],
  banned: ["banned", JOIN + SETTLE],
  closed: ["closed", JOIN + SETTLE],
  filled: ["filled", JOIN + SETTLE],
  old: ["old", JOIN + SETTLE],
  weakened: ["weakened", JOIN + SETTLE],
  listening: ["plain", JOIN.replace("form').requestSubmit()", "form > .line button:not(.main)').click()")],
  left: ["plain", JOIN + SETTLE + "; document.querySelector('[aria-label=Leave]').click()"],
};
export const SIZES = [
  [360, 740],
  [768, 1024],
  [1200, 800],
];
