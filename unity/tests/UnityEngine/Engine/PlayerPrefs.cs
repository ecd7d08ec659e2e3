using System.Collections.Generic;
using System.Globalization;
using ConsonanceStubs;

namespace UnityEngine
{
    /// <summary>Settings that last between runs; here as long as the process.</summary>
    public static class PlayerPrefs
    {
        private static readonly Dictionary<string, string> Values = new Dictionary<string, string>();

        public static bool HasKey(string key)
        {
            MainThread.Require("HasKey");
            return Values.ContainsKey(key);
        }

        public static string GetString(string key, string defaultValue = "")
        {
            MainThread.Require("GetString");
            string value;
            return Values.TryGetValue(key, out value) ? value : defaultValue;
        }

        public static void SetString(string key, string value)
        {
            MainThread.Require("SetString");
            Values[key] = value;
        }

        public static int GetInt(string key, int defaultValue = 0)
        {
            int value;
            return int.TryParse(GetString(key), out value) ? value : defaultValue;
        }

        public static void SetInt(string key, int value)
        {
            SetString(key, value.ToString(CultureInfo.InvariantCulture));
        }

        public static float GetFloat(string key, float defaultValue = 0)
        {
            float value;
            var text = GetString(key);
            return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
                ? value
                : defaultValue;
        }

        public static void SetFloat(string key, float value)
        {
            SetString(key, value.ToString("R", CultureInfo.InvariantCulture));
        }

        public static void DeleteKey(string key)
        {
            MainThread.Require("DeleteKey");
            Values.Remove(key);
        }

        public static void DeleteAll()
        {
            MainThread.Require("DeleteAll");
            Values.Clear();
        }

        public static void Save()
        {
            MainThread.Require("Save");
        }
    }
}
