namespace Jam.Sessions.Actors.Commit;

/// <summary>Hears of each step between which a thread can be stopped for long, so that a test can stop one there. In production nobody listens.</summary>
internal class HandOverSteps
{
    public static readonly HandOverSteps None = new();

    /// <summary>About to take a lane's lock.</summary>
    public virtual void Lock(Lane lane)
    {
    }

    /// <summary>Has the lock.</summary>
    public virtual void Locked(Lane lane)
    {
    }

    /// <summary>Gives the lock back next.</summary>
    public virtual void Unlock(Lane lane)
    {
    }

    /// <summary>Has reserved a place, and is about to fill it.</summary>
    public virtual void Fill(Lane lane)
    {
    }

    /// <summary>The writer waits for places that are not filled yet.</summary>
    public virtual void AwaitFill(Lane lane)
    {
    }

    /// <summary>The writer has begun an epoch, and takes the former one next.</summary>
    public virtual void Cut()
    {
    }
}
