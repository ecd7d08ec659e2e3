// Simulates a network that blocks UDP: the server's UDP candidates are removed from what the page receives.
(() => {
    const { setRemoteDescription } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
        const lines = sdp.split("\r\n").filter((line) => !/^a=candidate:.* udp /i.test(line));
        return setRemoteDescription.call(this, { type, sdp: lines.join("\r\n") });
    };
})();
