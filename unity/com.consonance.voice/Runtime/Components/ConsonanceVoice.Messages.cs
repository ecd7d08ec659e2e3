using UnityEngine;

namespace Consonance.Unity
{
    // What Unity calls.
    public sealed partial class ConsonanceVoice
    {
        // Play mode may begin without a domain reload.
        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        static void ClearStatics()
        {
            Current = null;
        }

        void OnEnable()
        {
            if (Current != null && Current != this)
            {
                // As when a scene with a chat is loaded again while its first one goes on.
                Debug.Log("Consonance: a voice chat goes on already, this one is not needed", this);
                enabled = false;
                return;
            }
            Current = this;
            Problem = "";
            if (survivesSceneChanges && transform.parent == null) DontDestroyOnLoad(gameObject);
        }

        void Start()
        {
            if (startsWithScene && Current == this) StartChat();
        }

        void Update()
        {
            if (chat == null) return;
            chat.Update();
            PassOnLog();
            // A handler may have ended it.
            if (chat == null) return;
            sound.Update();
            if (chat.Connection == ConnectionState.Ended)
            {
                Debug.LogWarning("Consonance: voice chat has ended: " + Problem, this);
                End(Problem);
            }
        }

        void LateUpdate()
        {
            if (chat == null) return;
            Transform ears = sound.Ears();
            if (ears == null) return;
            Vector3 at = ears.position, forward = ears.forward, up = ears.up;
            chat.SetListener(at.x, at.y, at.z, forward.x, forward.y, forward.z, up.x, up.y, up.z);
        }

        void OnDisable()
        {
            End("disabled");
            if (Current == this) Current = null;
        }

        void PassOnLog()
        {
            LogLevel level;
            string text;
            while (VoiceLibrary.PollLog(out level, out text))
            {
                if (level == LogLevel.Error) Debug.LogError("Consonance: " + text, this);
                else if (level == LogLevel.Warning) Debug.LogWarning("Consonance: " + text, this);
                else Debug.Log("Consonance: " + text, this);
            }
        }
    }
}
