using System;
using Dissonance.Audio.Codecs;
using Dissonance.Networking;
using UnityEngine;

namespace Dissonance
{
    /// <summary>The component of the game's voice chat: here it only gives its network a name and a codec.</summary>
    public class DissonanceComms : MonoBehaviour
    {
        private string _localPlayerName;

        /// <summary>May be set before Start.</summary>
        public string LocalPlayerName
        {
            get { return _localPlayerName ?? (_localPlayerName = Guid.NewGuid().ToString()); }
            set { _localPlayerName = value; }
        }

        private void Start()
        {
            var network = GetComponent<ICommsNetwork>();
            if (network == null)
                Debug.LogError("no comms network on this object", this);
            else
                network.Initialize(LocalPlayerName, new Rooms(), new PlayerChannels(), new RoomChannels(),
                    new CodecSettings(Codec.Opus, 1920, 48000));
        }
    }
}
