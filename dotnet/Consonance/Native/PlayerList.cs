using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;

namespace Consonance.Native
{
    /// <summary>The players of a chat by their numbers, those that have left among them.</summary>
    internal sealed class PlayerList
    {
        // So many are remembered, beyond those that are in the session.
        const int RememberedMax = 4096;

        readonly VoiceChat chat;
        readonly Dictionary<int, Player> all = new Dictionary<int, Player>();
        readonly List<Player> others = new List<Player>();
        readonly ReadOnlyCollection<Player> othersOnly;
        uint[] present = new uint[64];

        internal PlayerList(VoiceChat chat)
        {
            this.chat = chat;
            othersOnly = others.AsReadOnly();
        }

        internal ReadOnlyCollection<Player> Others
        {
            get { return othersOnly; }
        }

        /// <summary>The player of this number. Its name is in the texts of an event, or asked for where they are null.</summary>
        internal Player Get(uint id, byte[] texts)
        {
            Player player;
            if (id == 0) return null;
            if (all.TryGetValue((int)id, out player)) return player;
            int start = 0;
            player = new Player(chat, id, texts != null ? Utf8.Next(texts, ref start) : NameOf(id));
            if (all.Count >= RememberedMax + others.Count) Forget();
            all.Add((int)id, player);
            return player;
        }

        internal Player Join(uint id, byte[] texts)
        {
            Player player = Get(id, texts);
            if (player != null && !player.IsLocal && !others.Contains(player)) others.Add(player);
            return player;
        }

        internal Player Leave(uint id, byte[] texts)
        {
            Player player = Get(id, texts);
            others.Remove(player);
            return player;
        }

        internal Player Find(string name)
        {
            uint id;
            byte[] bytes = Utf8.Bytes(name);
            bool known = NativeMethods.consonance_find_player(chat.Handle, bytes, out id) == Call.None;
            return known ? Get(id, null) : null;
        }

        /// <summary>Asks for all, since events were lost.</summary>
        internal void Sync()
        {
            UIntPtr count;
            int error;
            while ((error = NativeMethods.consonance_get_players(
                chat.Handle, present, (UIntPtr)(uint)present.Length, out count)) == Call.BufferTooSmall)
            {
                present = new uint[(int)count + 64];
            }
            Call.Check(error);
            others.Clear();
            for (int row = 0; row < (int)count; row++) Join(present[row], null);
        }

        void Forget()
        {
            List<int> gone = new List<int>();
            foreach (KeyValuePair<int, Player> row in all)
            {
                if (!row.Value.IsLocal && !others.Contains(row.Value)) gone.Add(row.Key);
            }
            foreach (int id in gone) all.Remove(id);
        }

        string NameOf(uint id)
        {
            ulong handle = chat.Handle;
            return Call.Text(
                (byte[] buffer, UIntPtr capacity, out UIntPtr length) =>
                    NativeMethods.consonance_get_player_name(handle, id, buffer, capacity, out length));
        }
    }
}
