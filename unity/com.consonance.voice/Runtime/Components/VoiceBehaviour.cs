using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>A component that belongs to a chat, whenever one runs: also to the next one after it has ended.</summary>
    public abstract class VoiceBehaviour : MonoBehaviour
    {
        [SerializeField, Tooltip("The chat that it belongs to. Empty for the one of the scene.")]
        ConsonanceVoice voice;

        VoiceChat chat;

        /// <summary>The component with the chat, or null.</summary>
        public ConsonanceVoice Voice
        {
            get { return voice != null ? voice : ConsonanceVoice.Current; }
            set { voice = value; }
        }

        /// <summary>The running chat, or null.</summary>
        protected VoiceChat Chat
        {
            get { return chat; }
        }

        /// <summary>A chat runs.</summary>
        protected abstract void OnChatStarted();

        /// <summary>The chat has ended, or the component is disabled. What belongs to it may be disposed already.</summary>
        protected abstract void OnChatEnded();

        /// <summary>Once per frame while a chat runs.</summary>
        protected virtual void OnFrame()
        {
        }

        /// <summary>Called by Unity.</summary>
        protected virtual void Update()
        {
            ConsonanceVoice present = Voice;
            Use(present == null ? null : present.Chat);
            if (chat != null) OnFrame();
        }

        /// <summary>Called by Unity.</summary>
        protected virtual void OnDisable()
        {
            Use(null);
        }

        void Use(VoiceChat present)
        {
            if (ReferenceEquals(present, chat)) return;
            if (chat != null) OnChatEnded();
            chat = present;
            if (chat != null) OnChatStarted();
        }
    }
}
