// A call to itself over WebRTC, heard through Web Audio, except while a button is held.
let track = null;
const state = document.querySelector("#state");

document.querySelector("#call").addEventListener("click", async () => {
    state.textContent = await call().then(() => "called", (error) => error.name);
});

const hold = document.querySelector("#hold");
for (const [event, isHeld] of [["pointerdown", true], ["keydown", true], ["pointerup", false], ["keyup", false]]) {
    hold.addEventListener(event, () => {
        hold.setAttribute("aria-pressed", isHeld);
        if (track) track.enabled = !isHeld;
    });
}

async function call() {
    if (!navigator.mediaDevices) throw { name: "no microphone on plain HTTP" };
    const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const here = new RTCPeerConnection();
    const there = new RTCPeerConnection();
    there.ontrack = ({ streams: [stream] }) => listen(stream);
    const microphone = await navigator.mediaDevices.getUserMedia({ audio });
    [track] = microphone.getTracks();
    here.addTrack(track, microphone);
    await there.setRemoteDescription(await described(here));
    await here.setRemoteDescription(await described(there));
    while (here.connectionState !== "connected") await new Promise((done) => { here.onconnectionstatechange = done; });
}

// Waits until all ICE candidates are gathered.
async function described(connection) {
    await connection.setLocalDescription();
    while (connection.iceGatheringState !== "complete") await new Promise((done) => { connection.onicegatheringstatechange = done; });
    return connection.localDescription;
}

function listen(stream) {
    // Chromium passes a remote track to Web Audio only if a media element plays it, too.
    const player = new Audio();
    player.muted = true;
    player.srcObject = stream;
    player.play();
    const context = new AudioContext({ sampleRate: 48000 });
    const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    source.connect(new GainNode(context)).connect(context.destination);
}
