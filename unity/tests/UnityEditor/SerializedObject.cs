using System;
using System.Collections.Generic;
using System.Reflection;
using ConsonanceStubs;
using UnityEngine;

namespace UnityEditor
{
    public enum SerializedPropertyType
    {
        Generic = -1,
        Integer = 0,
        Boolean = 1,
        Float = 2,
        String = 3,
        ObjectReference = 5,
        Enum = 7
    }

    /// <summary>The serialized fields of an object: read at once, written by ApplyModifiedProperties.</summary>
    public sealed class SerializedObject : IDisposable
    {
        private readonly Dictionary<string, SerializedProperty> _properties =
            new Dictionary<string, SerializedProperty>();

        public SerializedObject(UnityEngine.Object obj)
        {
            targetObject = obj;
        }

        public UnityEngine.Object targetObject { get; private set; }

        /// <summary>Null when there is no such field.</summary>
        public SerializedProperty FindProperty(string propertyPath)
        {
            SerializedProperty property;
            if (_properties.TryGetValue(propertyPath, out property))
                return property;
            if (!SerializedFields.Has(targetObject, propertyPath))
                return null;
            property = new SerializedProperty(this, propertyPath, SerializedFields.Get(targetObject, propertyPath));
            _properties[propertyPath] = property;
            return property;
        }

        /// <summary>Forgets what was changed and not applied.</summary>
        public void Update()
        {
            foreach (var property in _properties.Values)
                property.Load(SerializedFields.Get(targetObject, property.name));
        }

        public bool ApplyModifiedProperties()
        {
            return Apply(true);
        }

        public bool ApplyModifiedPropertiesWithoutUndo()
        {
            return Apply(false);
        }

        private bool Apply(bool recordsUndo)
        {
            var any = false;
            foreach (var property in _properties.Values)
                if (property.Modified)
                {
                    any = true;
                    if (recordsUndo)
                        Undo.Record(targetObject, property.name);
                    SerializedFields.Set(targetObject, property.name, property.Value);
                    property.Load(property.Value);
                }
            return any;
        }

        public void Dispose()
        {
        }
    }

    /// <summary>One field. Fields of nested classes and elements of lists are not found.</summary>
    public sealed class SerializedProperty
    {
        internal object Value;
        internal bool Modified;

        internal SerializedProperty(SerializedObject owner, string name, object value)
        {
            serializedObject = owner;
            this.name = name;
            Load(value);
        }

        public SerializedObject serializedObject { get; private set; }
        public string name { get; private set; }
        public bool isExpanded { get; set; }

        public string displayName
        {
            get { return name; }
        }

        public SerializedPropertyType propertyType
        {
            get
            {
                return Value is bool ? SerializedPropertyType.Boolean
                    : Value is int ? SerializedPropertyType.Integer
                    : Value is float ? SerializedPropertyType.Float
                    : Value is string ? SerializedPropertyType.String
                    : Value is Enum ? SerializedPropertyType.Enum
                    : Value is UnityEngine.Object ? SerializedPropertyType.ObjectReference
                    : SerializedPropertyType.Generic;
            }
        }

        public bool boolValue
        {
            get { return (bool)Value; }
            set { Write(value); }
        }

        public int intValue
        {
            get { return Value is Enum ? Convert.ToInt32(Value) : (int)Value; }
            set { Write(Value is Enum ? Enum.ToObject(Value.GetType(), value) : value); }
        }

        public float floatValue
        {
            get { return (float)Value; }
            set { Write(value); }
        }

        public string stringValue
        {
            get { return (string)Value ?? ""; }
            set { Write(value); }
        }

        public UnityEngine.Object objectReferenceValue
        {
            get { return (UnityEngine.Object)Value; }
            set { Write(value); }
        }

        public int enumValueIndex
        {
            get { return Array.IndexOf(Enum.GetValues(Value.GetType()), Value); }
            set { Write(Enum.GetValues(Value.GetType()).GetValue(value)); }
        }

        /// <summary>The field in an inspector; whether a test has edited it.</summary>
        internal bool Draw()
        {
            object edited;
            if (!GuiRecord.Field(name, out edited))
                return false;
            Write(edited);
            return true;
        }

        internal void Load(object value)
        {
            Value = value;
            Modified = false;
        }

        private void Write(object value)
        {
            if (Equals(Value, value))
                return;
            Value = value;
            Modified = true;
        }
    }
}
