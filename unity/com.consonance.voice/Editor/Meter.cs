using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor
{
    /// <summary>A bar for a level.</summary>
    internal static class Meter
    {
        // As on most meters; what is below is a quiet room.
        const float RangeDb = 60;

        /// <summary>Draws a bar for an amplitude from 0 to 1.</summary>
        internal static void Draw(float amplitude, string text)
        {
            EditorGUI.ProgressBar(EditorGUILayout.GetControlRect(), Share(amplitude), text);
        }

        /// <summary>How much of the bar is filled, 0 to 1: decibels, as ears judge.</summary>
        internal static float Share(float amplitude)
        {
            if (amplitude <= 0) return 0;
            return Mathf.Clamp01(1 + 20 * Mathf.Log10(amplitude) / RangeDb);
        }
    }
}
