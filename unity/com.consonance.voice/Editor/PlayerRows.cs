using System;
using System.Collections.Generic;
using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor
{
    /// <summary>The other players of a chat: a row each with level, mute, and why it is not heard.</summary>
    internal sealed class PlayerRows
    {
        // A session may have hundreds, and each row takes time.
        const int RowsMax = 32;
        const float ButtonWidth = 60;

        readonly WhyView why = new WhyView();

        internal void Refresh()
        {
            why.Refresh();
        }

        /// <param name="press">Takes what a button is for.</param>
        internal void Draw(IList<Player> players, Action<Action> press)
        {
            EditorGUILayout.LabelField("Players", players.Count == 0 ? "no others" : players.Count + " others");
            int count = Math.Min(players.Count, RowsMax);
            for (int row = 0; row < count; row++) DrawRow(players[row], press);
            if (count < players.Count) EditorGUILayout.LabelField("and " + (players.Count - count) + " more");
        }

        void DrawRow(Player player, Action<Action> press)
        {
            EditorGUILayout.BeginHorizontal();
            Meter.Draw(player.Amplitude, player.Name + State(player));
            bool isMuted = player.IsMuted;
            if (Button(isMuted ? "Unmute" : "Mute")) press(() => player.IsMuted = !isMuted);
            if (Button("Why")) press(() => why.Toggle(player));
            EditorGUILayout.EndHorizontal();
            if (why.Player == player) why.Draw();
        }

        static bool Button(string text)
        {
            return GUILayout.Button(text, GUILayout.Width(ButtonWidth));
        }

        internal static string State(Player player)
        {
            string state = player.IsSpeaking ? ": speaks" + (player.IsPositional ? ", positional" : "") : "";
            return player.IsMuted ? state + " (muted here)" : state;
        }
    }
}
