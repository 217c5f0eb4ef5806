using System.Runtime.InteropServices;

namespace Jam.Sessions.Actors.Threads;

/// <summary>A thread of its own that leaves the processor to whoever else wants it.</summary>
internal static partial class LowPriorityThread
{
    private const int Process = 0, ThisThread = 0;

    /// <summary>Gives way to all that callers wait for.</summary>
    public const int Background = 10;

    /// <summary>Gives way, and gets done within reasonable time all the same.</summary>
    public const int Steady = 1;

    /// <remarks>To start, .NET's threads need a free handle, so a process that has used up its own starts none. That is work that failed.</remarks>
    /// <param name="niceness">How much it gives way: each step takes about a fifth of its share where others want the processor too.</param>
    /// <param name="name">Of the thread.</param>
    /// <param name="work">What it does.</param>
    /// <param name="done">Is told on that thread why the work failed, or on the caller's that it was not begun; null where it did not fail.</param>
    public static void Run(int niceness, string name, Action work, Action<Exception?> done)
    {
        var thread = new Thread(() => done(FailureOf(niceness, work))) { IsBackground = true, Name = name };
        try
        {
            thread.UnsafeStart();
        }
        catch (Exception e)
        {
            done(e);
        }
    }

    private static Exception? FailureOf(int niceness, Action work)
    {
        try
        {
            LowerPriority(niceness);
            work();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <remarks>
    /// .NET sets priorities on Windows alone. On Linux a niceness is a thread's own (setpriority(2), "C library/kernel differences"), and raising it
    /// needs no right; elsewhere it is the whole process's, and is left as it is.
    /// </remarks>
    private static void LowerPriority(int niceness)
    {
        Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(Process, ThisThread, niceness);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
