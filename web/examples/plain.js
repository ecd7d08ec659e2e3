// A minimal page: join, talk while a button is held, list the players, write.
import { VoiceProblem, connect } from "./consonance.js";

const byId = (id) => document.getElementById(id);
const say = (words) => (byId("status").textContent = words);

byId("join").onsubmit = async (event) => {
  event.preventDefault();
  const { name, room } = Object.fromEntries(new FormData(event.target));
  say("Joining …");
  try {
    const voice = await connect({ session: "main", name });
    event.target.hidden = true;
    use(voice, room);
  } catch (problem) {
    // The message of a VoiceProblem is for users; its code is for programs.
    say(problem instanceof VoiceProblem ? problem.message : String(problem));
  }
};

function use(voice, room) {
  voice.rooms.listen(room);
  const channel = voice.channels.open({ room }, { activation: "push-to-talk" });

  const talk = byId("talk");
  talk.disabled = false;
  talk.onpointerdown = () => (channel.talking = true);
  talk.onpointerup = talk.onpointercancel = talk.onpointerleave = () => (channel.talking = false);

  const showPlayers = () => {
    const rows = [...voice.players.values()].map((player) => {
      const row = document.createElement("li");
      // Names come from other players: text, never markup.
      row.textContent = `${player.name}${player.speaking ? " speaks" : ""}`;
      return row;
    });
    byId("players").replaceChildren(...rows);
  };
  for (const event of ["player", "left", "speaking"]) voice.on(event, showPlayers);
  showPlayers();

  voice.on("state", ({ state }) => say(state));
  voice.on("closed", (problem) => say(problem.message));
  voice.on("gesture", (needed) => say(needed ? "Click anywhere to hear the others." : voice.state));
  say(voice.needsGesture ? "Click anywhere to hear the others." : voice.state);

  voice.on("text", ({ name, text }) => {
    const row = document.createElement("li");
    row.textContent = `${name}: ${text}`;
    byId("texts").append(row);
  });
  byId("chat").onsubmit = (event) => {
    event.preventDefault();
    const { text } = Object.fromEntries(new FormData(event.target));
    voice.text({ room }, text);
    event.target.reset();
  };

  const showLevel = () => {
    byId("level").value = voice.microphone.level;
    requestAnimationFrame(showLevel);
  };
  showLevel();
}
