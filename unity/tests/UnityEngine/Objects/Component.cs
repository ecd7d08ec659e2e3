using System;
using System.Collections;
using System.Collections.Generic;
using ConsonanceStubs;

namespace UnityEngine
{
    /// <summary>A part of a game object.</summary>
    public class Component : Object
    {
        internal GameObject Owner;

        public GameObject gameObject
        {
            get { RequireAlive("get_gameObject"); return Owner; }
        }

        public Transform transform
        {
            get { RequireAlive("get_transform"); return Owner.Root; }
        }

        public string tag
        {
            get { return gameObject.tag; }
            set { gameObject.tag = value; }
        }

        public override string name
        {
            get { return Owner == null ? base.name : Owner.name; }
            set { Owner.name = value; }
        }

        public T GetComponent<T>()
        {
            return gameObject.GetComponent<T>();
        }

        public Component GetComponent(Type type)
        {
            return gameObject.GetComponent(type);
        }

        public bool TryGetComponent<T>(out T component)
        {
            return gameObject.TryGetComponent(out component);
        }

        public T[] GetComponents<T>()
        {
            return gameObject.GetComponents<T>();
        }

        public T GetComponentInChildren<T>(bool includeInactive = false)
        {
            return gameObject.GetComponentInChildren<T>(includeInactive);
        }

        public T[] GetComponentsInChildren<T>(bool includeInactive = false)
        {
            return gameObject.GetComponentsInChildren<T>(includeInactive);
        }

        public T GetComponentInParent<T>()
        {
            return gameObject.GetComponentInParent<T>();
        }

        public bool CompareTag(string tag)
        {
            return gameObject.CompareTag(tag);
        }

        /// <summary>Takes over the settings of a component of the same type: for Instantiate.</summary>
        internal virtual void CopyFrom(Component original)
        {
        }
    }

    /// <summary>A component that can be switched off.</summary>
    public class Behaviour : Component
    {
        /// <summary>Between OnEnable and OnDisable. The audio thread asks this, and not the properties.</summary>
        internal volatile bool TurnedOn;

        internal bool EnabledFlag = true;

        public bool enabled
        {
            get
            {
                RequireAlive("get_enabled");
                return EnabledFlag;
            }
            set
            {
                RequireAlive("set_enabled");
                if (EnabledFlag == value)
                    return;
                EnabledFlag = value;
                Lifecycle.Refresh(this);
            }
        }

        public bool isActiveAndEnabled
        {
            get { return enabled && Owner.IsActive; }
        }

        internal virtual void OnTurnedOn()
        {
        }

        internal virtual void OnTurnedOff()
        {
        }
    }

    /// <summary>A script: its messages are private methods that the loop finds by name.</summary>
    public class MonoBehaviour : Behaviour
    {
        internal readonly BehaviourState State = new BehaviourState();

        public Coroutine StartCoroutine(IEnumerator routine)
        {
            RequireAlive("StartCoroutine");
            return Coroutines.Start(this, routine);
        }

        public void StopCoroutine(Coroutine routine)
        {
            Coroutines.Stop(routine);
        }

        public void StopAllCoroutines()
        {
            Coroutines.StopAll(this);
        }

        public static void print(object message)
        {
            Debug.Log(message);
        }

        internal override void OnTurnedOn()
        {
            Messages.Call(State.OnEnable, this);
        }

        internal override void OnTurnedOff()
        {
            Messages.Call(State.OnDisable, this);
        }

        internal override void CopyFrom(Component original)
        {
            Cloning.CopyFields(original, this);
        }
    }
}
