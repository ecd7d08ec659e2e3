using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor
{
    /// <summary>The inspector of <see cref="VoiceRoomTrigger"/>.</summary>
    [CustomEditor(typeof(VoiceRoomTrigger))]
    [CanEditMultipleObjects]
    public sealed class VoiceRoomTriggerEditor : LiveEditor<VoiceRoomTrigger>
    {
        /// <inheritdoc/>
        protected override void DrawFields()
        {
            Field("room");
            Field("listens");
            Field("speaks");
            Field("onlyInside");
            Field("key");
            Field("positional");
            Field("priority");
            Field("volume");
            Field("fadeSeconds");
            Field("voice");
        }

        /// <inheritdoc/>
        protected override void FindHints(Hints hints)
        {
            InScene.HintAtVoice(hints, Inspected);
            if (string.IsNullOrEmpty(Inspected.RoomName)) hints.Error("The room has no name.");
            if (Inspected.Key != KeyCode.None) InScene.HintAtKeys(hints);
            if (!Inspected.OnlyInside) return;
            if (!HasTrigger())
            {
                hints.Warning("Only Inside needs a collider of this object with Is Trigger, and there is none.");
                return;
            }
            hints.Info(
                "Unity tells what is inside only if the trigger, or what enters it, has a Rigidbody or a "
                + "CharacterController.");
        }

        /// <summary>Colliders of children count as this object's, where it has the rigid body.</summary>
        bool HasTrigger()
        {
            bool isCompound = Inspected.GetComponent<Rigidbody>() != null;
            Collider[] colliders = isCompound
                ? Inspected.GetComponentsInChildren<Collider>()
                : Inspected.GetComponents<Collider>();
            foreach (Collider collider in colliders)
            {
                if (collider.isTrigger) return true;
            }
            return false;
        }

        /// <inheritdoc/>
        protected override void DrawLive()
        {
            EditorGUILayout.Space();
            if (Inspected.OnlyInside) EditorGUILayout.LabelField("Inside", Inspected.IsInside ? "yes" : "no");
            EditorGUILayout.LabelField("Listening", Inspected.IsListening ? "yes" : "no");
            EditorGUILayout.LabelField("Speaking", Inspected.IsSpeaking ? "yes" : "no");
        }
    }
}
