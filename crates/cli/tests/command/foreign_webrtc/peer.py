"""A peer of aiortc: it joins a session of WebRTC Network, then one for pages.

Arguments: as those of peer.mjs. Prints a line for each connection that is up, and ends.
"""

import asyncio
import json
import struct
import sys
import urllib.request

import websockets
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

signalling, page = sys.argv[1:3]
LINK = 1


async def network():
    """Links to the session `main` (awrtc_signaling), and opens both channels."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    opened = asyncio.Queue()
    for channel in (
        peer.createDataChannel("reliable"),
        peer.createDataChannel("unreliable", ordered=False, maxRetransmits=0),
    ):
        channel.on("open", lambda: opened.put_nowait(True))
    async with websockets.connect(signalling) as socket:
        name = "main".encode("utf-16le")
        await socket.send(bytes([0xC9, 2]))
        await socket.send(struct.pack("<BBhI", 6, 2, LINK, len(name) // 2) + name)

        async def listen():
            async for message in socket:
                if message[0] == 6:
                    await peer.setLocalDescription(await peer.createOffer())
                    offer = json.dumps({"type": "offer", "sdp": peer.localDescription.sdp}).encode("utf-16le")
                    await socket.send(struct.pack("<BBhI", 2, 1, LINK, len(offer)) + offer)
                text = message[8:].decode("utf-16le") if message[0] == 2 else ""
                if text.startswith("{"):
                    said = json.loads(text)
                    if said.get("type") == "answer":
                        await peer.setRemoteDescription(RTCSessionDescription(said["sdp"], "answer"))

        listening = asyncio.create_task(listen())
        await opened.get()
        await opened.get()
        print("network open", flush=True)
        listening.cancel()
    await peer.close()


async def of_page():
    """Joins as a page does (docs/browser/signalling.md), and waits for the first control message."""
    # Where sections share a transport from the beginning, aiortc reads the addresses of the last one only.
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_COMPAT))
    peer.addTransceiver("audio", direction="sendonly")
    peer.addTransceiver("audio", direction="recvonly")
    said = asyncio.Queue()
    control = peer.createDataChannel("control")
    control.on("message", said.put_nowait)
    await peer.setLocalDescription(await peer.createOffer())
    body = json.dumps({"name": "Python", "sdp": peer.localDescription.sdp}).encode()
    request = urllib.request.Request(
        page + "api/voice/main", data=body, headers={"Content-Type": "application/json"}
    )
    answer = await asyncio.to_thread(lambda: json.load(urllib.request.urlopen(request)))
    await peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
    json.loads(await said.get())
    print("page open", flush=True)
    await peer.close()


async def both():
    await network()
    await of_page()


asyncio.run(asyncio.wait_for(both(), 20))
