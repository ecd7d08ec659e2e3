using System.Collections.Generic;
using System.Collections.ObjectModel;
using Consonance.Native;

namespace Consonance
{
    /// <summary>A room of a chat: players speak in it, and hear what is spoken there while they listen to it.</summary>
    public sealed class Room
    {
        readonly VoiceChat chat;
        readonly byte[] nativeName;
        readonly List<Player> listeners = new List<Player>();
        readonly ReadOnlyCollection<Player> listenersOnly;

        internal Room(VoiceChat chat, string name)
        {
            this.chat = chat;
            nativeName = Utf8.Bytes(name);
            Name = name;
            listenersOnly = listeners.AsReadOnly();
        }

        /// <summary>The room's name.</summary>
        public string Name { get; private set; }

        /// <summary>The players that listen to it, the one of this chat too; as of the last update.</summary>
        public IList<Player> Listeners
        {
            get { return listenersOnly; }
        }

        /// <summary>
        /// Whether voice and text to it are encrypted from end to end at this moment.
        /// </summary>
        public bool IsEncrypted
        {
            get
            {
                uint encrypted;
                Call.Check(NativeMethods.consonance_is_room_encrypted(chat.Handle, nativeName, out encrypted));
                return encrypted != 0;
            }
        }

        /// <summary>Listens to it from now on. Listened to twice, it is left when that is said twice.</summary>
        public void Listen()
        {
            Call.Check(NativeMethods.consonance_listen(chat.Handle, nativeName, 1));
        }

        /// <summary>Listens to it no longer.</summary>
        public void StopListening()
        {
            Call.Check(NativeMethods.consonance_listen(chat.Handle, nativeName, 0));
        }

        /// <summary>
        /// Sets what all voices pass here that come over it, behind the effects of each player: as
        /// <see cref="Player.SetEffects"/>.
        /// </summary>
        public void SetEffects(string effects)
        {
            Call.Check(NativeMethods.consonance_set_room_effects(chat.Handle, nativeName, Utf8.Bytes(effects ?? "")));
        }

        /// <summary>Speaks in it until the channel is disposed; null for the usual settings.</summary>
        public Channel Speak(ChannelSettings settings = null)
        {
            NativeChannelSettings native = ChannelSettings.Native(settings);
            uint channel;
            Call.Check(NativeMethods.consonance_speak_in_room(chat.Handle, nativeName, ref native, out channel));
            return new Channel(chat.Handle, channel);
        }

        /// <summary>
        /// Sends a text to all its listeners, and tells its number, which <see cref="VoiceChat.TextSent"/> has.
        /// </summary>
        public ulong SendText(string text)
        {
            ulong number;
            byte[] bytes = Utf8.Bytes(text);
            Call.Check(NativeMethods.consonance_send_text_to_room(chat.Handle, nativeName, bytes, out number));
            return number;
        }

        internal void Entered(Player player)
        {
            if (!listeners.Contains(player)) listeners.Add(player);
        }

        internal void Exited(Player player)
        {
            listeners.Remove(player);
        }

        /// <summary>The room's name.</summary>
        public override string ToString()
        {
            return Name;
        }
    }
}
