namespace Jam.Sessions.Actors.Tests.Protocol;

/// <summary>What refusals say.</summary>
public sealed class ErrorsSpec
{
    [Theory]
    [InlineData(SessionEndReason.Unknown, "it was never issued, was removed, or has a new id.")]
    [InlineData(SessionEndReason.Deleted, "it was deleted.")]
    [InlineData(SessionEndReason.Cleared, "all sessions of its key were cleared.")]
    [InlineData(SessionEndReason.Reworked, "it has a new id.")]
    [InlineData(SessionEndReason.Idle, "it was idle for too long.")]
    [InlineData(SessionEndReason.MaxLifetime, "it reached its greatest age.")]
    [InlineData(SessionEndReason.Limit, "a newer session of its key took its place.")]
    [InlineData(SessionEndReason.Replayed, "an id was used that a rework had ended.")]
    public void A_session_that_is_not_there_says_why(SessionEndReason why, string sentence) =>
        Assert.Equal($"There is no session with this id: {sentence}", new SessionNotFoundException(why).Message);

    [Fact]
    public void Every_reason_has_a_sentence_of_its_own()
    {
        var reasons = Enum.GetValues<SessionEndReason>();
        Assert.Equal(reasons.Length, reasons.Select(why => new SessionNotFoundException(why).Message).Distinct().Count());
    }
}
