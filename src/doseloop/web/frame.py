"""What every page's frame shows."""

from django.conf import settings
from django.http import HttpRequest

from doseloop.store import flags, own_person

THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, object]:
    """Context of the frame: the theme, whether this is the demo, how many flags are open, and whether there are own figures."""
    theme = request.COOKIES.get("theme", "")
    scope = getattr(request, "access", None)
    account = request.user.pk if hasattr(request, "user") else None
    return {
        "demo": settings.DOSELOOP.demo,
        "theme": theme if theme in THEMES else "system",
        "rights": {right.name for right in getattr(request, "rights", ())},
        "flags_open": flags.count_open(scope) if scope and request.method == "GET" else 0,
        "is_person": bool(scope and account and own_person.is_anybody(scope, account)),
    }
