// A microphone that hears a recording again and again. Firefox's own that needs no sound card hums: permissions, devices
// and constraints are still that one's.
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
        // The device is in use as long as a page reads it: pages that use one are told more of the network.
        for (const track of stream.getTracks()) {
            track.stop = () => {
                hum.getTracks().forEach((track) => track.stop());
                MediaStreamTrack.prototype.stop.call(track);
            };
        }
        return stream;
    };
})();
