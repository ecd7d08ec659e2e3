using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>
    /// Tells the echo canceller what the game plays, voices and all else, so that it can be removed from the microphone.
    /// Added to the scene's <c>AudioListener</c> by <see cref="ConsonanceVoice"/>.
    /// </summary>
    [AddComponentMenu("")]
    internal sealed class GameEcho : MonoBehaviour
    {
        volatile InputStream stream;
        volatile int sampleRateHz;

        internal static GameEcho On(GameObject owner, VoiceChat chat)
        {
            GameEcho echo = owner.GetComponent<GameEcho>();
            if (echo == null) echo = owner.AddComponent<GameEcho>();
            echo.hideFlags = HideFlags.HideInInspector;
            echo.End();
            echo.sampleRateHz = AudioSettings.outputSampleRate;
            echo.stream = chat.OpenEchoReference(true);
            return echo;
        }

        internal void End()
        {
            InputStream ended = stream;
            stream = null;
            if (ended != null) ended.Dispose();
        }

        void Update()
        {
            sampleRateHz = AudioSettings.outputSampleRate;
        }

        void OnDestroy()
        {
            End();
        }

        // What the listener hears is passed on as it is.
        void OnAudioFilterRead(float[] data, int channels)
        {
            InputStream present = stream;
            if (present != null) present.Push(data, channels, sampleRateHz);
        }
    }
}
