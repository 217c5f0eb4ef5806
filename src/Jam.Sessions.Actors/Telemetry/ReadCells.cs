using System.Runtime.InteropServices;

namespace Jam.Sessions.Actors.Telemetry;

/// <summary>How many sessions were looked up, counted by each thread in a cell of its own: a read writes to no place that another thread reads or writes.</summary>
/// <remarks>
/// <code>
/// this thread ─▶ cell of store A ─▶ cell of store B          the store that was read last comes first
/// store A     ─▶ [ cell of thread 1, cell of thread 2, … ]   summed up when somebody asks; the cell of a thread that has ended is added to the rest
/// </code>
/// </remarks>
internal sealed class ReadCells
{
    [ThreadStatic]
    private static Cell? t_first;

    private readonly Lock _lock = new();
    private readonly List<Cell> _cells = [];
    private ReadTotals _ended;
    private bool _isClosed;

    public void Found() => Count(ref Own().Counts.Found);

    public void Missing() => Count(ref Own().Counts.Missing);

    /// <summary>Counts a look-up of an id that was never issued; returns how many that are, on this thread.</summary>
    public long Unknown() => Count(ref Own().Counts.Unknown);

    public ReadTotals Total()
    {
        lock (_lock)
        {
            AddUpEnded();
            return _cells.Aggregate(_ended, static (sum, cell) => sum.With(cell));
        }
    }

    /// <summary>Nobody asks any more: threads let go of their cells when they next read another store.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            _cells.ForEach(static cell => cell.Owner = null);
        }
    }

    private static long Count(ref long counter)
    {
        var count = counter + 1;
        Volatile.Write(ref counter, count);
        return count;
    }

    private Cell Own() => t_first is { } cell && ReferenceEquals(cell.Owner, this) ? cell : FindOrAdd();

    private Cell FindOrAdd()
    {
        Cell? before = null;
        for (var cell = t_first; cell is not null; cell = cell.Next)
        {
            if (ReferenceEquals(cell.Owner, this))
            {
                before!.Next = cell.Next;
                return First(cell, t_first);
            }

            if (cell.Owner is null && before is not null)
            {
                before.Next = cell.Next;
            }
            else
            {
                before = cell;
            }
        }

        return First(Add(), t_first is { Owner: null } ended ? ended.Next : t_first);
    }

    private static Cell First(Cell cell, Cell? next)
    {
        cell.Next = next;
        return t_first = cell;
    }

    private Cell Add()
    {
        var cell = new Cell(this, Thread.CurrentThread);
        lock (_lock)
        {
            if (_isClosed)
            {
                cell.Owner = null;
            }
            else
            {
                AddUpEnded();
                _cells.Add(cell);
            }
        }

        return cell;
    }

    private void AddUpEnded() => _cells.RemoveAll(cell =>
    {
        if (cell.Thread.IsAlive)
        {
            return false;
        }

        _ended = _ended.With(cell);
        return true;
    });

    public readonly record struct ReadTotals(long Found, long Missing, long Unknown)
    {
        internal ReadTotals With(Cell cell) => new(
            Found + Volatile.Read(ref cell.Counts.Found), Missing + Volatile.Read(ref cell.Counts.Missing), Unknown + Volatile.Read(ref cell.Counts.Unknown));
    }

    internal sealed class Cell(ReadCells owner, Thread thread)
    {
        public Counts Counts;

        public Thread Thread => thread;

        /// <summary>Null once nobody asks for what it counts.</summary>
        public ReadCells? Owner { get; set; } = owner;

        /// <summary>The same thread's cell of another store.</summary>
        public Cell? Next { get; set; }
    }

    /// <summary>Alone on its cache lines: the collector may put cells of several threads beside each other.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    internal struct Counts
    {
        [FieldOffset(64)]
        public long Found;

        [FieldOffset(72)]
        public long Missing;

        [FieldOffset(80)]
        public long Unknown;
    }
}
