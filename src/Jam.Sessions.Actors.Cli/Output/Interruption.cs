using System.Runtime.InteropServices;

namespace Jam.Sessions.Actors.Cli.Output;

/// <summary>What is to be undone where somebody interrupts the tool (Ctrl-C, SIGTERM, a terminal that is closed) before it is finished: files that nobody else removes, and what was done to the terminal.</summary>
/// <remarks>Stores need none of it: whatever is interrupted leaves the old one or the new one.</remarks>
internal static class Interruption
{
    // A shell's number for a program that a signal ended.
    private const int BySignal = 128;

    private static readonly Lock s_lock = new();
    private static readonly List<Action> s_undo = [];
    private static PosixSignalRegistration[]? s_signals;

    /// <summary>Something to undo at an interruption, until this is disposed of.</summary>
    public static IDisposable Undoes(Action undo)
    {
        lock (s_lock)
        {
            s_signals ??=
            [
                PosixSignalRegistration.Create(PosixSignal.SIGINT, context => End(context, BySignal + 2)),
                PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, BySignal + 15)),
                PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => End(context, BySignal + 1)),
            ];
            s_undo.Add(undo);
        }

        return new Undone(undo);
    }

    private static void End(PosixSignalContext context, int code)
    {
        context.Cancel = true;
        lock (s_lock)
        {
            for (var i = s_undo.Count - 1; i >= 0; i--)
            {
                s_undo[i]();
            }

            // In the lock: what was undone is not begun again.
            Environment.Exit(code);
        }
    }

    private sealed class Undone(Action undo) : IDisposable
    {
        public void Dispose()
        {
            lock (s_lock)
            {
                s_undo.Remove(undo);
            }
        }
    }
}
