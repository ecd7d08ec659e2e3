// The states of the page with the fake library, and the windows that it is looked at in.

/** Each state: a scene of the fake library, and the actions in the page before the screenshot. */
const JOIN =
  "document.querySelector('input').value = 'Alice'; document.querySelector('form').requestSubmit(); await until('.room-screen, .field-trouble:not([hidden]), .trouble:not([hidden]), .advice, [tabindex=\"-1\"]')";
const TRY = "document.querySelector('.check button').click(); await until('.meter, .advice')";
const tab = (index) => `; document.querySelectorAll('nav button')[${index}].click()`;
const SETTLE = "; await pause(700)";
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
      "; [...document.querySelectorAll('.sound .switch')].find((one) => one.textContent.startsWith('Captions')).click()" +
      tab(0) +
      SETTLE,
  ],
  chat: ["plain", JOIN + SETTLE + tab(1)],
  "chat-player": ["plain", JOIN + SETTLE + tab(1) + "; document.querySelectorAll('.chat .toggle')[1].click()"],
  "map-off": ["plain", JOIN + SETTLE + tab(2)],
  map: ["plain", JOIN + SETTLE + tab(2) + "; document.querySelector('.map [role=switch]').click()"],
  "map-placed": ["placed", JOIN + SETTLE + tab(2) + "; document.querySelector('.map [role=switch]').click()"],
  sound: ["plain", JOIN + SETTLE + tab(3)],
  "push-to-talk": ["plain", JOIN + SETTLE + "; document.querySelector('[value=push-to-talk]').click()"],
  talking: [
    "plain",
    JOIN +
      SETTLE +
      "; document.querySelector('[value=push-to-talk]').click(); dispatchEvent(new KeyboardEvent('keydown', { code: 'Space' }))",
  ],
  muted: ["plain", JOIN + SETTLE + "; document.querySelector('.mute').click()"],
  connection: ["plain", JOIN + SETTLE + "; document.querySelector('summary').click()"],
  "connection-poor": ["poor", JOIN + SETTLE + "; document.querySelector('summary').click()"],
  reconnecting: ["reconnecting", JOIN + SETTLE],
  closing: ["closing", JOIN + SETTLE],
  kicked: ["kicked", JOIN + SETTLE],
  "name-taken": ["taken", JOIN + SETTLE],
  banned: ["banned", JOIN + SETTLE],
  listening: ["plain", JOIN.replace("form').requestSubmit()", "form > .line button:not(.main)').click()")],
  left: ["plain", JOIN + SETTLE + "; document.querySelector('[aria-label=Leave]').click()"],
};
export const SIZES = [
  [360, 740],
  [768, 1024],
  [1280, 800],
];
