// A microphone that plays a recording in a loop. Firefox's own fake device only hums; permissions, devices and
// constraints are still taken from it.
(() => {
    if (!navigator.mediaDevices) return;

    async function speech() {
        const wav = Uint8Array.from(atob("SPEECH"), (letter) => letter.charCodeAt(0));
        const context = new AudioContext();
        const buffer = await context.decodeAudioData(wav.buffer);
        const source = new AudioBufferSourceNode(context, { buffer, loop: true });
        const microphone = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
        source.connect(microphone);
        source.start();
        return microphone.stream;
    }

    const { getUserMedia } = MediaDevices.prototype;
    MediaDevices.prototype.getUserMedia = async function (wanted) {
        const hum = await getUserMedia.call(this, wanted);
        const stream = await speech();
        // Keeps the device in use as long as the page uses it: a page with an active microphone gets more ICE
        // candidates.
        for (const track of stream.getTracks()) {
            track.stop = () => {
                hum.getTracks().forEach((track) => track.stop());
                MediaStreamTrack.prototype.stop.call(track);
            };
        }
        return stream;
    };
})();
