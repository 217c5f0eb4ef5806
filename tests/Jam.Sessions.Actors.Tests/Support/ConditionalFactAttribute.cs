namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>A test that not every machine can run: skipped where there is a reason why not, and its name then says it.</summary>
internal abstract class ConditionalFactAttribute : FactAttribute
{
    protected ConditionalFactAttribute(string? whyNot, string name)
    {
        if (whyNot is not null)
        {
            (Skip, DisplayName) = (whyNot, $"{name}: {whyNot}");
        }
    }
}
