using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace StubTests
{
    /// <summary>A value of a JSON document, with what the vectors need of it.</summary>
    internal sealed class Json
    {
        private readonly object _value;

        internal Json(object value)
        {
            _value = value;
        }

        internal bool IsNull
        {
            get { return _value == null; }
        }

        internal bool Bool
        {
            get { return _value is bool && (bool)_value; }
        }

        internal bool IsNumber
        {
            get { return _value is double; }
        }

        internal double Number
        {
            get { return (double)_value; }
        }

        internal int Int
        {
            get { return (int)Number; }
        }

        internal uint UInt
        {
            get { return (uint)Number; }
        }

        internal List<Json> List
        {
            get { return _value == null ? new List<Json>() : (List<Json>)_value; }
        }

        /// <summary>A string, null, or an object with the string's UTF-16.</summary>
        internal string Text
        {
            get
            {
                return _value is Dictionary<string, Json> ? FromUtf16(this["utf16"].Bytes) : (string)_value;
            }
        }

        /// <summary>From hexadecimal digits.</summary>
        internal byte[] Bytes
        {
            get
            {
                var hex = (string)_value;
                var bytes = new byte[hex.Length / 2];
                for (var i = 0; i < bytes.Length; i++)
                    bytes[i] = byte.Parse(hex.Substring(i * 2, 2), NumberStyles.HexNumber);
                return bytes;
            }
        }

        /// <summary>A null value when the key is missing.</summary>
        internal Json this[string key]
        {
            get
            {
                Json found;
                var members = (Dictionary<string, Json>)_value;
                return members.TryGetValue(key, out found) ? found : new Json(null);
            }
        }

        internal bool Has(string key)
        {
            return ((Dictionary<string, Json>)_value).ContainsKey(key);
        }

        internal static string FromUtf16(byte[] bytes)
        {
            var text = new StringBuilder();
            for (var i = 0; i < bytes.Length; i += 2)
                text.Append((char)(bytes[i] << 8 | bytes[i + 1]));
            return text.ToString();
        }

        internal static string Hex(byte[] bytes)
        {
            return BitConverter.ToString(bytes).Replace("-", "").ToLowerInvariant();
        }

        internal static Json Parse(string text)
        {
            var position = 0;
            var value = new JsonReader(text).Value(ref position);
            return value;
        }
    }

    internal sealed class JsonReader
    {
        private readonly string _text;

        internal JsonReader(string text)
        {
            _text = text;
        }

        internal Json Value(ref int at)
        {
            SkipSpace(ref at);
            switch (_text[at])
            {
                case '{': return new Json(Members(ref at));
                case '[': return new Json(Elements(ref at));
                case '"': return new Json(Text(ref at));
                case 't': return Word(ref at, "true", true);
                case 'f': return Word(ref at, "false", false);
                case 'n': return Word(ref at, "null", null);
                default: return new Json(Number(ref at));
            }
        }

        private Dictionary<string, Json> Members(ref int at)
        {
            var members = new Dictionary<string, Json>();
            for (at++; !Ends(ref at, '}');)
            {
                var key = Text(ref at);
                SkipSpace(ref at);
                at++;
                members[key] = Value(ref at);
            }
            return members;
        }

        private List<Json> Elements(ref int at)
        {
            var elements = new List<Json>();
            for (at++; !Ends(ref at, ']');)
                elements.Add(Value(ref at));
            return elements;
        }

        /// <summary>Skips a comma, or the end, and tells whether it was the end.</summary>
        private bool Ends(ref int at, char end)
        {
            SkipSpace(ref at);
            if (_text[at] == ',')
                at++;
            SkipSpace(ref at);
            if (_text[at] != end)
                return false;
            at++;
            return true;
        }

        private string Text(ref int at)
        {
            var text = new StringBuilder();
            for (at++; _text[at] != '"'; at++)
            {
                if (_text[at] != '\\')
                    text.Append(_text[at]);
                else if (_text[++at] == 'u')
                {
                    text.Append((char)ushort.Parse(_text.Substring(at + 1, 4), NumberStyles.HexNumber));
                    at += 4;
                }
                else
                    text.Append(Escaped(_text[at]));
            }
            at++;
            return text.ToString();
        }

        private static char Escaped(char letter)
        {
            switch (letter)
            {
                case 'n': return '\n';
                case 't': return '\t';
                case 'r': return '\r';
                case 'b': return '\b';
                case 'f': return '\f';
                default: return letter;
            }
        }

        private double Number(ref int at)
        {
            var start = at;
            while (at < _text.Length && "+-.eE0123456789".IndexOf(_text[at]) >= 0)
                at++;
            if (at == start)
                throw new FormatException("unexpected '" + _text[at] + "' at " + at);
            return double.Parse(_text.Substring(start, at - start), CultureInfo.InvariantCulture);
        }

        private Json Word(ref int at, string word, object value)
        {
            if (string.CompareOrdinal(_text, at, word, 0, word.Length) != 0)
                throw new FormatException("expected " + word + " at " + at);
            at += word.Length;
            return new Json(value);
        }

        private void SkipSpace(ref int at)
        {
            while (char.IsWhiteSpace(_text[at]))
                at++;
        }
    }

    /// <summary>The golden vectors: of CONSONANCE_VECTORS, or else of this repository.</summary>
    internal static class Vectors
    {
        internal static List<Json> Load(string name)
        {
            var entries = Json.Parse(File.ReadAllText(Path.Combine(Folder(), name + ".json"))).List;
            Check.That(entries.Count > 0, name + " has entries");
            return entries;
        }

        private static string Folder()
        {
            var chosen = Environment.GetEnvironmentVariable("CONSONANCE_VECTORS");
            if (!string.IsNullOrEmpty(chosen))
                return chosen;
            foreach (var start in new[] { Directory.GetCurrentDirectory(), AppDomain.CurrentDomain.BaseDirectory })
                for (var at = new DirectoryInfo(start); at != null; at = at.Parent)
                    if (File.Exists(Path.Combine(at.FullName, "vectors", "packets.json")))
                        return Path.Combine(at.FullName, "vectors");
            throw new FileNotFoundException("no folder vectors here or above: set CONSONANCE_VECTORS");
        }
    }
}
