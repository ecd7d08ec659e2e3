using System;

namespace Consonance.Native
{
    /// <summary>Positions that are told in one call.</summary>
    internal sealed class PositionBatch
    {
        NativePosition[] positions = new NativePosition[32];
        int count;

        /// <summary>Tells it with the next call; of one player only the last.</summary>
        internal void Set(NativePosition position)
        {
            int row = 0;
            while (row < count && positions[row].Player != position.Player) row++;
            if (row == positions.Length) Array.Resize(ref positions, 2 * positions.Length);
            positions[row] = position;
            if (row == count) count++;
        }

        internal void Send(ulong chat)
        {
            if (count == 0) return;
            Call.Check(NativeMethods.consonance_set_positions(chat, positions, (UIntPtr)(uint)count));
            count = 0;
        }
    }
}
