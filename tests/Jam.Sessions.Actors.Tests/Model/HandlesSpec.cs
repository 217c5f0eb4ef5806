using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Tests.Model;

/// <summary>Hosts keep handles, so those of a file are the same in each release.</summary>
public sealed class HandlesSpec
{
    /// <remarks>The handles were worked out by another implementation.</remarks>
    [Theory]
    [InlineData(1, 1_795_694_400.25, "qadyrw0xkzatyggn")]
    [InlineData(12_345_678, 0.0, "y6grqh3n0vp5dvfg")]
    public void A_session_of_a_file_has_the_handle_that_it_always_had(long documentId, double createdAt, string handle) =>
        Assert.Equal(handle, Handles.Of(new Document("id", "ann", SessionData.Empty, createdAt, documentId, raw: null)));
}
