using System.Collections;
using System.Collections.Generic;

namespace UnityEngine
{
    /// <summary>Position and rotation below a parent. The scale is stored and not applied.</summary>
    public sealed class Transform : Component, IEnumerable
    {
        internal readonly List<Transform> Children = new List<Transform>();
        internal Transform ParentOrNull;
        private Vector3 _localPosition;
        private Quaternion _localRotation = Quaternion.identity;
        private Vector3 _localScale = Vector3.one;

        public Vector3 localPosition
        {
            get { RequireAlive("get_localPosition"); return _localPosition; }
            set { RequireAlive("set_localPosition"); _localPosition = value; }
        }

        public Quaternion localRotation
        {
            get { RequireAlive("get_localRotation"); return _localRotation; }
            set { RequireAlive("set_localRotation"); _localRotation = value; }
        }

        public Vector3 localScale
        {
            get { RequireAlive("get_localScale"); return _localScale; }
            set { RequireAlive("set_localScale"); _localScale = value; }
        }

        public Vector3 position
        {
            get
            {
                RequireAlive("get_position");
                return ParentOrNull == null ? _localPosition : ParentOrNull.TransformPoint(_localPosition);
            }
            set
            {
                RequireAlive("set_position");
                _localPosition = ParentOrNull == null ? value : ParentOrNull.InverseTransformPoint(value);
            }
        }

        public Quaternion rotation
        {
            get
            {
                RequireAlive("get_rotation");
                return ParentOrNull == null ? _localRotation : ParentOrNull.rotation * _localRotation;
            }
            set
            {
                RequireAlive("set_rotation");
                _localRotation = ParentOrNull == null ? value : Quaternion.Inverse(ParentOrNull.rotation) * value;
            }
        }

        public Vector3 forward
        {
            get { return rotation * Vector3.forward; }
        }

        public Vector3 up
        {
            get { return rotation * Vector3.up; }
        }

        public Vector3 right
        {
            get { return rotation * Vector3.right; }
        }

        public Transform parent
        {
            get { RequireAlive("get_parent"); return ParentOrNull; }
            set { SetParent(value); }
        }

        public Transform root
        {
            get { return parent == null ? this : parent.root; }
        }

        public int childCount
        {
            get { RequireAlive("get_childCount"); return Children.Count; }
        }

        public Transform GetChild(int index)
        {
            RequireAlive("GetChild");
            return Children[index];
        }

        public void SetParent(Transform parent, bool worldPositionStays = true)
        {
            RequireAlive("SetParent");
            var keptPosition = position;
            var keptRotation = rotation;
            Detach();
            if (parent != null)
            {
                ParentOrNull = parent;
                parent.Children.Add(this);
            }
            if (worldPositionStays)
            {
                position = keptPosition;
                rotation = keptRotation;
            }
            ConsonanceStubs.Lifecycle.RefreshTree(Owner);
        }

        public Vector3 TransformPoint(Vector3 point)
        {
            return position + rotation * point;
        }

        public Vector3 InverseTransformPoint(Vector3 point)
        {
            return Quaternion.Inverse(rotation) * (point - position);
        }

        public Vector3 TransformDirection(Vector3 direction)
        {
            return rotation * direction;
        }

        public Vector3 InverseTransformDirection(Vector3 direction)
        {
            return Quaternion.Inverse(rotation) * direction;
        }

        public void LookAt(Vector3 target)
        {
            rotation = Quaternion.LookRotation(target - position, Vector3.up);
        }

        public IEnumerator GetEnumerator()
        {
            return Children.GetEnumerator();
        }

        internal void Detach()
        {
            if (!ReferenceEquals(ParentOrNull, null))
                ParentOrNull.Children.Remove(this);
            ParentOrNull = null;
        }
    }
}
