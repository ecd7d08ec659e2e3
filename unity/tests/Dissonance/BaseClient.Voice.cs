using System.Collections.Generic;

namespace Dissonance.Networking
{
    public abstract partial class BaseClient<TServer, TClient, TPeer>
    {
        /// <summary>The sending half of voice and text.</summary>
        private sealed class VoiceLink : IVoiceClient
        {
            private readonly BaseClient<TServer, TClient, TPeer> _client;
            private readonly ChannelList _channels = new ChannelList();
            private ushort _sequence;

            internal VoiceLink(BaseClient<TServer, TClient, TPeer> client)
            {
                _client = client;
                foreach (var channel in client._network.Voice.Channels)
                    ChannelOpened(channel);
            }

            public void RoomChanged(string room, bool joined)
            {
                if (_client.IsConnected)
                    _client._outgoing.Queue(true, PacketWriter.DeltaChannelState(_client._session, joined,
                        (ushort)_client._players.LocalId, room));
            }

            public void ChannelOpened(StubChannel channel)
            {
                var player = channel.IsRoom ? null : _client._players.Find(channel.Target);
                if (channel.IsRoom)
                    _channels.Open(channel, Wire.RoomId(channel.Target));
                else if (player != null)
                    _channels.Open(channel, player.PlayerId);
            }

            public void ChannelClosed(StubChannel channel)
            {
                _channels.Close(channel);
            }

            /// <summary>Channels that wait for the player open, the one opened last first.</summary>
            internal void PlayerJoined(ClientInfo<TPeer?> player)
            {
                var channels = _client._network.Voice.Channels;
                for (var i = channels.Count - 1; i >= 0; i--)
                    if (!channels[i].IsRoom && channels[i].Target == player.PlayerName)
                        _channels.Open(channels[i], player.PlayerId);
            }

            internal void PlayerLeft(ClientInfo<TPeer?> player)
            {
                _channels.PlayerLeft(player.PlayerName);
            }

            public void SendFrame(byte[] frame)
            {
                if (!_client.IsConnected)
                    return;
                _channels.ApplyQueued();
                var me = _client._players.LocalId;
                var voice = new VoiceData { Sender = (ushort)me, Sequence = _sequence, Frame = frame };
                voice.Options = (byte)(0x80 | _channels.Session);
                _channels.Write(voice.Channels, _client._network.Voice.Priority);
                var ids = new List<int>();
                foreach (var channel in voice.Channels)
                    AddListeners(ids, channel);
                if (ids.Count == 0)
                    return;
                ids.Remove(me);
                _client._outgoing.Queue(false, Players(ids), PacketWriter.Voice(_client._session, voice));
                _sequence++;
                _channels.Sent();
            }

            public void SendText(bool toRoom, string recipient, string message)
            {
                var player = toRoom ? null : _client._players.Find(recipient);
                if (!_client.IsConnected || !toRoom && player == null)
                {
                    _client._log.Warn("cannot send a text to {0}", recipient);
                    return;
                }
                var me = _client._players.LocalId;
                var text = new TextData { Sender = (ushort)me, Text = message };
                text.RecipientType = (byte)(toRoom ? 0 : 1);
                text.Recipient = toRoom ? Wire.RoomId(recipient) : player.PlayerId;
                var ids = new List<int>();
                if (toRoom)
                    ids.AddRange(_client._players.ListenersOf(recipient));
                else
                    ids.Add(player.PlayerId);
                ids.Remove(me);
                _client._outgoing.Queue(true, Players(ids), PacketWriter.TextMessage(_client._session, text));
            }

            private void AddListeners(List<int> ids, WireChannel channel)
            {
                if (channel.Bits.Kind == ChannelKind.Player)
                    AddOnce(ids, channel.Recipient);
                else
                    foreach (var id in _client._players.ListenersOf(channel.Recipient))
                        AddOnce(ids, id);
            }

            private static void AddOnce(List<int> ids, int id)
            {
                if (!ids.Contains(id))
                    ids.Add(id);
            }

            private List<ClientInfo<TPeer?>> Players(List<int> ids)
            {
                return ids.ConvertAll(id => _client._players.Find(id));
            }
        }
    }
}
