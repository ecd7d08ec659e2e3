// Attributes of the editor.
using System;

namespace UnityEditor
{
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public sealed class CustomEditor : Attribute
    {
        public readonly Type InspectedType;

        public CustomEditor(Type inspectedType)
        {
            InspectedType = inspectedType;
        }

        public CustomEditor(Type inspectedType, bool editorForChildClasses)
        {
            InspectedType = inspectedType;
        }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CanEditMultipleObjects : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CustomPropertyDrawer : Attribute
    {
        public readonly Type InspectedType;

        public CustomPropertyDrawer(Type type)
        {
            InspectedType = type;
        }
    }

    /// <summary>The static constructor runs when the editor loads; see <see cref="EditorStartUp"/>.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class InitializeOnLoadAttribute : Attribute
    {
    }

    /// <summary>The static method runs when the editor loads; see <see cref="EditorStartUp"/>.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class InitializeOnLoadMethodAttribute : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class MenuItem : Attribute
    {
        public readonly string menuItem;
        public readonly bool validate;
        public readonly int priority;

        public MenuItem(string itemName) : this(itemName, false, 1000)
        {
        }

        public MenuItem(string itemName, bool isValidateFunction) : this(itemName, isValidateFunction, 1000)
        {
        }

        public MenuItem(string itemName, bool isValidateFunction, int priority)
        {
            menuItem = itemName;
            validate = isValidateFunction;
            this.priority = priority;
        }
    }
}
