using Microsoft.AspNetCore.Builder;

namespace Jam.Sessions.Actors.AspNetCore;

/// <summary>Requests to this endpoint do not count as activity: the session's idle time goes on. For what a page asks for by itself, such as polling.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class NoSessionActivityAttribute : Attribute;

/// <summary>The same for endpoints without a method to put an attribute on.</summary>
public static class NoSessionActivity
{
    /// <summary>Requests to these endpoints do not count as activity, see <see cref="NoSessionActivityAttribute"/>.</summary>
    public static TBuilder WithNoSessionActivity<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new NoSessionActivityAttribute());
}
