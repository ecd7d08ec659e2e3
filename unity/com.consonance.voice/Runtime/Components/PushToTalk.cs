using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>Has the player be heard only while a key is pressed. Without it, or disabled, the chat's own activation applies.</summary>
    [AddComponentMenu("Consonance/Push To Talk")]
    public sealed class PushToTalk : VoiceBehaviour
    {
        [SerializeField, Tooltip("The key to speak with.")]
        KeyCode key = KeyCode.V;

        Activation before;
        bool isPressed;

        /// <summary>The key to speak with.</summary>
        public KeyCode Key
        {
            get { return key; }
            set { key = value; }
        }

        /// <summary>Speaks as if the key were pressed, for games with an input system of their own.</summary>
        public bool IsPressed
        {
            get { return isPressed; }
            set { isPressed = value; }
        }

        protected override void OnChatStarted()
        {
            before = Chat.Settings.Activation;
            Activate(Activation.PushToTalk);
        }

        protected override void OnChatEnded()
        {
            if (Chat.IsDisposed) return;
            Chat.PushToTalk = false;
            Activate(before);
        }

        protected override void OnFrame()
        {
            Chat.PushToTalk = isPressed || Keys.IsPressed(key);
        }

        void Activate(Activation activation)
        {
            VoiceSettings settings = Chat.Settings;
            settings.Activation = activation;
            Chat.Settings = settings;
        }
    }
}
