using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using RouteData = Microsoft.AspNetCore.Components.RouteData;

namespace Jam.Sessions.Actors.Browser.Support;

/// <summary>A page of Blazor Server at <c>/circuit</c>, for who is signed in: a button that counts on the server.</summary>
internal static class CircuitSite
{
    public static void MapCircuit(this WebApplication app)
    {
        app.MapGet("/_framework/blazor.web.js", () => Results.File(Path.Combine(AppContext.BaseDirectory, "blazor.web.js"), "text/javascript"));
        app.MapRazorComponents<CircuitDocument>().AddInteractiveServerRenderMode();
    }
}

/// <summary>The document around the page.</summary>
public sealed class CircuitDocument : ComponentBase
{
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.AddMarkupContent(0, "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><base href=\"/\"><title>Circuit</title></head><body>");
        builder.OpenComponent<Router>(1);
        builder.AddComponentParameter(2, nameof(Router.AppAssembly), Assembly.GetExecutingAssembly());
        builder.AddComponentParameter(3, nameof(Router.Found), (RenderFragment<RouteData>)(static route => page =>
        {
            page.OpenComponent<RouteView>(0);
            page.AddComponentParameter(1, nameof(RouteView.RouteData), route);
            page.CloseComponent();
        }));
        builder.CloseComponent();
        builder.AddMarkupContent(4, "<script src=\"_framework/blazor.web.js\"></script></body></html>");
    }
}

/// <summary>The page.</summary>
[Route("/circuit"), Authorize]
public sealed class CircuitPage : ComponentBase
{
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenComponent<Counter>(0);
        builder.AddComponentRenderMode(RenderMode.InteractiveServer);
        builder.CloseComponent();
    }
}

/// <summary>What is at work on the server as long as the circuit is open.</summary>
public sealed class Counter : ComponentBase
{
    private int _count;

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "button");
        builder.AddAttribute(1, "onclick", EventCallback.Factory.Create<MouseEventArgs>(this, () => _count++));
        builder.AddContent(2, RendererInfo.IsInteractive ? $"clicked {_count} times" : "connecting");
        builder.CloseElement();
    }
}
