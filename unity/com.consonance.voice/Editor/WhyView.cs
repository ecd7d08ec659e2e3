using UnityEditor;

namespace Consonance.Unity.Editor
{
    /// <summary>Why a player is not heard, for one player at a time.</summary>
    internal sealed class WhyView
    {
        string answer = "";

        /// <summary>The player that it is about, or null.</summary>
        internal Player Player { get; private set; }

        /// <summary>Asks about a player, or, asked again, no more.</summary>
        internal void Toggle(Player player)
        {
            Player = Player == player ? null : player;
            Refresh();
        }

        /// <summary>Asks again. It looks at every link on the way: once per second is enough.</summary>
        internal void Refresh()
        {
            if (Player == null) return;
            try
            {
                answer = Player.Why();
            }
            catch (VoiceException exception)
            {
                // Its chat has ended since.
                answer = exception.Message;
            }
        }

        internal void Draw()
        {
            EditorGUILayout.HelpBox(answer, MessageType.None);
        }
    }
}
