using System;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>The sound of a chat between Consonance and Unity, as its component is set up.</summary>
    internal sealed class VoiceSound : IDisposable
    {
        const float SearchSeconds = 0.5f;

        readonly ConsonanceVoice voice;
        readonly UnityMicrophone microphone;
        readonly VoiceMix mix;
        AudioListener listener;
        GameEcho echo;
        float looksAgainAt;

        internal VoiceSound(ConsonanceVoice voice)
        {
            this.voice = voice;
            if (voice.Microphone == MicrophoneSource.Unity) microphone = new UnityMicrophone(voice.Chat);
            if (voice.Playback == Playback.Unity) mix = VoiceMix.Below(voice.transform, voice.Chat);
        }

        internal void Update()
        {
            if (microphone != null) microphone.Update();
            if (mix != null) mix.Refresh();
            FollowListener();
        }

        /// <summary>Where the player hears from, or null.</summary>
        internal Transform Ears()
        {
            return listener == null ? null : listener.transform;
        }

        /// <summary>A scene may bring another listener, which hears what the microphone must not.</summary>
        void FollowListener()
        {
            if (listener != null && listener.isActiveAndEnabled) return;
            // Looking through a scene takes a while: not in each frame of a scene without one.
            if (Time.realtimeSinceStartup < looksAgainAt) return;
            looksAgainAt = Time.realtimeSinceStartup + SearchSeconds;
            listener = Find();
            bool hasEcho = voice.Playback == Playback.Unity && voice.Microphone != MicrophoneSource.None;
            if (listener != null && hasEcho) UseEcho(GameEcho.On(listener.gameObject, voice.Chat));
        }

        static AudioListener Find()
        {
#if UNITY_2023_1_OR_NEWER
            return UnityEngine.Object.FindFirstObjectByType<AudioListener>();
#else
            return UnityEngine.Object.FindObjectOfType<AudioListener>();
#endif
        }

        void UseEcho(GameEcho found)
        {
            if (echo != null && echo != found) echo.End();
            echo = found;
        }

        public void Dispose()
        {
            if (microphone != null) microphone.Dispose();
            // Gone already where its scene is.
            if (mix != null) mix.End();
            UseEcho(null);
        }
    }
}
