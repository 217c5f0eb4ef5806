namespace Jam.Sessions.Actors.Keys;

/// <summary>Runs code of the host without anybody's ambient context: it must not matter whose thread the engine is on.</summary>
internal static class Ambient
{
    private static readonly ExecutionContext s_none = None();

    /// <summary>Neither the caller's AsyncLocals nor its SynchronizationContext are there, and what the code sets does not come out.</summary>
    public static TResult Without<TArgument, TResult>(Func<TArgument, TResult> code, TArgument argument)
    {
        var call = new Call<TArgument, TResult>(code, argument);
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            ExecutionContext.Run(s_none, static call => ((Call<TArgument, TResult>)call!).Run(), call);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return call.Result;
    }

    /// <summary>That of a thread which nobody's context has flown to.</summary>
    private static ExecutionContext None()
    {
        ExecutionContext? none = null;
        var thread = new Thread(() => none = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return none!;
    }

    private sealed class Call<TArgument, TResult>(Func<TArgument, TResult> code, TArgument argument)
    {
        public TResult Result { get; private set; } = default!;

        public void Run() => Result = code(argument);
    }
}
