using System.Globalization;
using UnityEngine;

namespace Consonance.Samples.Capsules
{
    /// <summary>
    /// Tells players where the others stand, by texts of the chat. This is for the sample, which has no network of its
    /// own: your game knows places already, and needs nothing of this.
    /// </summary>
    public sealed class PlaceTexts
    {
        const string Mark = "place ";
        const float MovedMetres = 0.05f;
        // Also where nothing moves, for players that have just come.
        const float AtLeastEverySeconds = 1;
        const float AtMostEverySeconds = 0.2f;

        Vector3 told;
        float toldAt = float.NegativeInfinity;

        /// <summary>Tells a room where the player stands, if it has moved or it is time.</summary>
        public void Tell(VoiceChat chat, string room, Vector3 place)
        {
            float passed = Time.time - toldAt;
            bool isDue = passed > AtLeastEverySeconds
                || passed > AtMostEverySeconds && Vector3.Distance(place, told) > MovedMetres;
            if (!isDue || chat.Connection != ConnectionState.Connected) return;
            told = place;
            toldAt = Time.time;
            chat.Room(room).SendText(
                Mark + place.x.ToString("F2", CultureInfo.InvariantCulture) + " "
                + place.z.ToString("F2", CultureInfo.InvariantCulture));
        }

        /// <summary>Reads a text; false where it is not about a place.</summary>
        public static bool TryRead(string text, out Vector3 place)
        {
            place = Vector3.up;
            if (!text.StartsWith(Mark, System.StringComparison.Ordinal)) return false;
            string[] numbers = text.Substring(Mark.Length).Split(' ');
            return numbers.Length == 2 && TryRead(numbers[0], out place.x) && TryRead(numbers[1], out place.z);
        }

        static bool TryRead(string number, out float metres)
        {
            return float.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out metres)
                && Mathf.Abs(metres) < 1000;
        }
    }
}
