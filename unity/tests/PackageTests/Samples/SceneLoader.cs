using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Reflection;
using Consonance.Tests;
using ConsonanceStubs;
using UnityEngine;

namespace Consonance.Unity.Samples.Tests
{
    /// <summary>Makes the objects of saved scenes and prefabs, as Unity does when it loads them.</summary>
    internal sealed class SceneLoader
    {
        readonly Package package = new Package();
        readonly Dictionary<string, Dictionary<long, UnityEngine.Object>> prefabs =
            new Dictionary<string, Dictionary<long, UnityEngine.Object>>();

        /// <summary>Unity's numbers of the types that samples use, besides the three below.</summary>
        static readonly Dictionary<int, Type> Types = new Dictionary<int, Type>
        {
            { 20, typeof(Camera) }, { 23, typeof(MeshRenderer) }, { 33, typeof(MeshFilter) },
            { 81, typeof(AudioListener) }, { 108, typeof(Light) }, { 136, typeof(CapsuleCollider) },
        };
        const int GameObjectType = 1;
        const int TransformType = 4;
        const int ScriptType = 114;

        /// <summary>Makes the objects of a sample's scene.</summary>
        internal void Load(string sample)
        {
            Make(UnityFile.Read(package.Sample(sample)), name => new GameObject(name));
        }

        Dictionary<long, UnityEngine.Object> Make(List<SavedObject> saved, Func<string, GameObject> create)
        {
            Dictionary<long, SavedObject> byId = new Dictionary<long, SavedObject>();
            foreach (SavedObject each in saved) byId.Add(each.Id, each);
            Dictionary<long, UnityEngine.Object> made = new Dictionary<long, UnityEngine.Object>();
            foreach (SavedObject each in saved)
            {
                if (each.Type != GameObjectType) continue;
                GameObject owner = create(each.Values["m_Name"]);
                owner.tag = each.Values["m_TagString"];
                made.Add(each.Id, owner);
                foreach (long id in each.Components) made.Add(id, Component(owner, byId[id]));
            }
            Suite.AreEqual(saved.Count, made.Count, "objects");
            foreach (SavedObject each in saved)
            {
                if (each.Type == ScriptType) SetFields((MonoBehaviour)made[each.Id], each, made);
            }
            return made;
        }

        Component Component(GameObject owner, SavedObject saved)
        {
            if (saved.Type == TransformType)
            {
                owner.transform.localPosition = saved.Vector("m_LocalPosition");
                owner.transform.localRotation = saved.Rotation("m_LocalRotation");
                return owner.transform;
            }
            if (saved.Type != ScriptType) return owner.AddComponent(Types[saved.Type]);
            long id;
            return owner.AddComponent(package.Script(SavedObject.Reference(saved.Values["m_Script"], out id)));
        }

        void SetFields(MonoBehaviour script, SavedObject saved, Dictionary<long, UnityEngine.Object> made)
        {
            foreach (KeyValuePair<string, string> field in saved.Values)
            {
                if (field.Key.StartsWith("m_", StringComparison.Ordinal)) continue;
                Suite.Require(SerializedFields.Has(script, field.Key), script.GetType() + " has no field " + field.Key);
                SerializedFields.Set(script, field.Key, Value(TypeOf(script, field.Key), field.Value, made));
            }
        }

        static Type TypeOf(MonoBehaviour script, string field)
        {
            const BindingFlags any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
            return script.GetType().GetField(field, any).FieldType;
        }

        object Value(Type type, string text, Dictionary<long, UnityEngine.Object> made)
        {
            if (type == typeof(string)) return text.Trim('"');
            if (type == typeof(bool)) return text == "1";
            if (type == typeof(float)) return float.Parse(text, CultureInfo.InvariantCulture);
            if (type.IsEnum) return Enum.ToObject(type, int.Parse(text, CultureInfo.InvariantCulture));
            if (type == typeof(List<string>) && text == "[]") return new List<string>();
            long id;
            string guid = SavedObject.Reference(text, out id);
            return guid == null ? made[id] : Prefab(guid)[id];
        }

        Dictionary<long, UnityEngine.Object> Prefab(string guid)
        {
            Dictionary<long, UnityEngine.Object> made;
            if (prefabs.TryGetValue(guid, out made)) return made;
            string path = package.Asset(guid);
            StubPrefab.Create(
                Path.GetFileNameWithoutExtension(path), prefab => made = Make(UnityFile.Read(path), name => prefab));
            prefabs.Add(guid, made);
            return made;
        }
    }
}
