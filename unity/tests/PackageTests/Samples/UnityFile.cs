using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.RegularExpressions;
using Consonance.Tests;
using UnityEngine;

namespace Consonance.Unity.Samples.Tests
{
    /// <summary>An object of a scene or a prefab as it is saved: what is needed of it.</summary>
    internal sealed class SavedObject
    {
        static readonly Regex Number = new Regex(@"[a-zA-Z]+: ([0-9a-f]{32}|-?[\d.e+-]+)");

        internal SavedObject(int type, long id)
        {
            Type = type;
            Id = id;
            Values = new Dictionary<string, string>();
            Components = new List<long>();
        }

        /// <summary>Unity's number of its type.</summary>
        internal int Type { get; private set; }

        internal long Id { get; private set; }

        /// <summary>The fields that are on one line.</summary>
        internal Dictionary<string, string> Values { get; private set; }

        /// <summary>Of a game object.</summary>
        internal List<long> Components { get; private set; }

        /// <summary>The file of a reference, or null for this one, and the object in it, 0 for none.</summary>
        internal static string Reference(string text, out long id)
        {
            MatchCollection parts = Number.Matches(text);
            id = long.Parse(parts[0].Groups[1].Value, CultureInfo.InvariantCulture);
            return parts.Count > 1 ? parts[1].Groups[1].Value : null;
        }

        internal Vector3 Vector(string field)
        {
            float[] numbers = Numbers(field, 3);
            return new Vector3(numbers[0], numbers[1], numbers[2]);
        }

        internal Quaternion Rotation(string field)
        {
            float[] numbers = Numbers(field, 4);
            return new Quaternion(numbers[0], numbers[1], numbers[2], numbers[3]);
        }

        float[] Numbers(string field, int count)
        {
            MatchCollection parts = Number.Matches(Values[field]);
            Suite.AreEqual(count, parts.Count, "numbers of " + field + " of " + Id);
            float[] numbers = new float[count];
            for (int part = 0; part < count; part++)
            {
                numbers[part] = float.Parse(parts[part].Groups[1].Value, CultureInfo.InvariantCulture);
            }
            return numbers;
        }
    }

    /// <summary>Reads what Unity saves, line by line; `cargo xtask write metas --verify` reads it as YAML.</summary>
    internal static class UnityFile
    {
        static readonly Regex Begin = new Regex(@"^--- !u!(\d+) &(\d+)$");
        static readonly Regex Field = new Regex(@"^  (\w[\w ]*):(?: (.*))?$");
        static readonly Regex Component = new Regex(@"^  - component: \{fileID: (\d+)\}$");

        internal static List<SavedObject> Read(string path)
        {
            List<SavedObject> objects = new List<SavedObject>();
            foreach (string line in File.ReadAllLines(path))
            {
                Match begin = Begin.Match(line), field = Field.Match(line), component = Component.Match(line);
                if (begin.Success) objects.Add(new SavedObject(int.Parse(begin.Groups[1].Value), Id(begin.Groups[2])));
                if (field.Success) objects[objects.Count - 1].Values.Add(field.Groups[1].Value, field.Groups[2].Value);
                if (component.Success) objects[objects.Count - 1].Components.Add(Id(component.Groups[1]));
            }
            return objects;
        }

        static long Id(Group group)
        {
            return long.Parse(group.Value, CultureInfo.InvariantCulture);
        }
    }
}
