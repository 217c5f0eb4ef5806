using Akka.Actor;

namespace Jam.Sessions.Actors.Tests.Races;

/// <summary>A sender of one message, which counts the answers: an Ask would hide a second one.</summary>
internal sealed class OneAnswer : UntypedActor
{
    private readonly TaskCompletionSource<object> _first;
    private readonly Tally _tally;

    public OneAnswer(TaskCompletionSource<object> first, Tally tally)
    {
        _first = first;
        _tally = tally;
    }

    protected override void OnReceive(object message)
    {
        _tally.Answered();
        _first.TrySetResult(message);
    }
}

/// <summary>How many messages were sent, and how many answers came.</summary>
internal sealed class Tally
{
    private int _sent;
    private int _answers;

    public int Messages => _sent;

    public int Answers => _answers;

    public void Sent() => Interlocked.Increment(ref _sent);

    public void Answered() => Interlocked.Increment(ref _answers);
}
